"""Who runs the finder's network: OpenVINO, or ONNX Runtime where it is missing."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np

from handtrack.engines.onnxruntime_runner import OnnxRuntimeRunner
from handtrack.engines.openvino_package import make_requests
from handtrack.errors import ModelError
from handtrack.model.constants import FINDER_STRIDE
from handtrack.model.weights_file import MOST_BYTES
from handtrack.reading import check_size

_OPTIONS: Final = {"INFERENCE_NUM_THREADS": 1, "SNIPPETS_MODE": "DISABLE"}
_ANSWERS: Final = 7
_GRAPH: Final = "finder"

Runner = Callable[[np.ndarray], np.ndarray]
"""Answers (1, 7, H / 8, W / 8) for frames (1, 3, H, W) of one shape."""


def finder_runner(graph: Path, shape: tuple[int, int]) -> Runner:
    """What runs a graph on frames of one height and width.

    Raises ModelError for a graph that is missing, damaged or another network's, or where no runtime is.
    """
    try:
        check_size(graph, MOST_BYTES)
        made = _in_openvino if importlib.util.find_spec("openvino") else _in_onnxruntime
        run = made(graph, shape)
        answers = run(np.zeros((1, 3, *shape), np.float32))
    except FileNotFoundError:
        raise ModelError(f"the finder's network {graph} does not exist; install handtrack again") from None
    except (OSError, RuntimeError, ValueError, IndexError) as error:
        raise _unusable(graph, " ".join(str(error).split())[:120]) from None
    expected = (1, _ANSWERS, shape[0] // FINDER_STRIDE, shape[1] // FINDER_STRIDE)
    if answers.shape != expected:
        raise _unusable(graph, f"it answers {answers.shape}, not {expected}")
    if not np.isfinite(answers).all():
        raise _unusable(graph, "its answers are no numbers")
    return run


def _unusable(graph: Path, reason: str) -> ModelError:
    return ModelError(
        f"the finder's network {graph} is damaged or another one ({reason}); install handtrack again, or set "
        "tracker.detector to palm"
    )


def _in_openvino(graph: Path, shape: tuple[int, int]) -> Runner:
    requests: list[Any] = make_requests(graph, _OPTIONS, shape=(1, 3, *shape))
    return lambda frame: np.array(next(iter(requests[0].infer([frame]).values())))


def _in_onnxruntime(graph: Path, shape: tuple[int, int]) -> Runner:
    runner = OnnxRuntimeRunner({_GRAPH: graph})
    return lambda frame: runner.run(_GRAPH, (frame,))[0]
