"""The machine and the packages that a measurement belongs to."""

from __future__ import annotations

import contextlib
import platform
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from handtrack.engines.processor import this_processor
from handtrack.native_threads import usable_cores

_PACKAGES: Final = ("handtrack", "mediapipe", "numpy", "onnxruntime", "opencv-python", "openvino", "torch")


@dataclass(frozen=True, slots=True)
class Machine:
    """processor: as the system names it. cores: that this process may use. packages: versions by name."""

    processor: str
    cores: int
    system: str
    python: str
    packages: dict[str, str]


def this_machine() -> Machine:
    """The machine that this runs on."""
    packages = {}
    for name in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            packages[name] = version(name)
    system = f"{platform.system()} {platform.release()}"
    return Machine(this_processor().name, usable_cores(), system, platform.python_version(), packages)
