"""OpenVINO: one `Core` for the process, which never goes, and kept from reporting its use."""

from __future__ import annotations

import importlib
import logging
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from weakref import WeakSet

import numpy as np

from handtrack.engines.kept_networks import KeptNetwork
from handtrack.errors import ModelError

logger = logging.getLogger(__name__)

_MOST_KEPT: Final = 16
"""Compiled networks that wait for who needs the same again: two hands take 12, and the finder one a shape."""


@dataclass(eq=False, slots=True)
class _Network:
    """key: what it was compiled from. users: the requests that are made of it and not let go of."""

    key: tuple[object, ...]
    compiled: Any
    users: WeakSet[Any] = field(default_factory=WeakSet)


_making = threading.RLock()
_core: Any = None
_kept: list[_Network] = []
"""The networks that were compiled or asked for last."""

_REPORTING: Final = "openvino_telemetry"
_CONVERTER: Final = "openvino.tools.ovc"


def load_openvino() -> ModuleType:
    """The package. Its import alone would send an event to a statistics server: that is switched off here.

    Its converter of models, half of what it imports, is loaded by who asks for `convert_model`. Raises
    ModelError where it is missing.
    """
    with _making:
        # Where a container has no /sys, its threads' library says so on the terminal, and does without.
        os.environ.setdefault("HWLOC_HIDE_ERRORS", "2")
        # What is None here cannot be imported, which OpenVINO takes as a part that is not installed.
        sys.modules.setdefault(_REPORTING, None)  # type: ignore[arg-type]
        is_first = "openvino" not in sys.modules
        if is_first:
            sys.modules[_CONVERTER] = None  # type: ignore[assignment]
        try:
            import openvino
        except ImportError:
            raise ModelError("OpenVINO is missing: pip install openvino") from None
        finally:
            if is_first:
                del sys.modules[_CONVERTER]
        if is_first:
            openvino.__getattr__ = _converter
        return openvino


def _converter(name: str) -> Any:
    if name != "convert_model":
        raise AttributeError(f"module 'openvino' has no attribute {name!r}")
    return importlib.import_module(_CONVERTER).convert_model


def openvino_core() -> Any:
    """The process's one `Core`. Raises ModelError where OpenVINO is missing.

    On processors with AMX the first compilation of a `Core` gives the calling thread a stack for signals,
    which is unmapped when the last reference to that `Core` goes, in whichever thread that happens. Python's
    handlers run on it: the next Ctrl-C would be a segmentation fault. So this one is never let go of.
    """
    global _core
    openvino = load_openvino()
    with _making:
        if _core is None:
            # Two threads that are the first to look into a tensor stand still for ever.
            _ = openvino.Tensor(np.zeros(1, np.float32)).data
            _core = openvino.Core()
        return _core


def make_requests(
    path: Path,
    options: Mapping[str, Any],
    count: int = 1,
    batch: int | None = None,
    shape: tuple[int, ...] | None = None,
) -> list[Any]:
    """So many inference requests of a network, compiled for the CPU; one network at a time in the process.

    options: of OpenVINO; without a precision among them it computes as exactly as on any other processor.
    batch: fix the first axis of every input to it. shape: of a network's only input. What was compiled lately
    is taken again while its file is the same and nobody uses it: the next tracker has its networks at once,
    and one beside it networks of its own, for two threads wait for each other in one. Raises ModelError where
    OpenVINO is missing, RuntimeError with OpenVINO's own words where it cannot run the network.
    """
    file = path.stat() if path.exists() else None  # of one that is missing OpenVINO tells
    state = file and (file.st_ino, file.st_size, file.st_mtime_ns)
    key = path.absolute(), state, tuple(sorted(options.items())), batch, shape
    with _making:
        network = next((each for each in _kept if each.key == key and not each.users), None)
        if network is None:
            network = _Network(key, _compiled(path, options, batch, shape))
        else:
            _kept.remove(network)
        _kept.append(network)
        del _kept[:-_MOST_KEPT]
        requests = [network.compiled.create_infer_request() for _ in range(count)]
        network.users.update(requests)
        return requests


def _compiled(
    path: Path, options: Mapping[str, Any], batch: int | None, shape: tuple[int, ...] | None
) -> Any:
    core = openvino_core()
    # By itself OpenVINO takes half precision where the processor has it, and then answers differently there.
    options = {"INFERENCE_PRECISION_HINT": "f32", **options}
    version = load_openvino().__version__
    kept = KeptNetwork(path, version, options=sorted(options.items()), batch=batch, shape=shape)
    network = kept.read()
    if network is not None:
        try:
            return core.import_model(BytesIO(network), "CPU", options)
        except RuntimeError as error:
            logger.info(
                "a kept network is of no use (%s): it is compiled again", str(error).partition("\n")[0]
            )
    model = core.read_model(path)
    if batch is not None:
        model.reshape({each: [batch, *list(each.partial_shape)[1:]] for each in model.inputs})
    if shape is not None:
        model.reshape(list(shape))
    compiled = core.compile_model(model, "CPU", options)
    try:
        kept.write(compiled.export_model().getvalue())
    except RuntimeError as error:
        logger.info("networks are compiled at each start: %s", str(error).partition("\n")[0])
    return compiled
