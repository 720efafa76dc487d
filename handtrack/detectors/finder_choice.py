"""Which graph of the finder runs here: the one that counts in 8 bits, where that is right, or the exact one.

In 8 bits it takes two thirds of the time. As the estimator's encoder (`engines/int8_probe.py`) it is asked
for one known frame first, whose answers in exact arithmetic stand beside it.
"""

from __future__ import annotations

import importlib.util
import json
import logging
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.detectors.finder_runner import Runner, finder_runner
from handtrack.engines.int8_probe import PROBE_KEY, differs, noise, probe_values
from handtrack.errors import ModelError
from handtrack.reading import read_limited

log = logging.getLogger(__name__)

_PROBE_SHAPE: Final = (160, 192)
_STRIDE: Final = 13
_MOST_BYTES: Final = 100_000


def in_8_bits_of(graph: Path) -> Path:
    """Where the graph in 8 bits lies beside an exact one."""
    return graph.with_name(f"{graph.stem}-int8{graph.suffix}")


def chosen_finder(exact: Path, shape: tuple[int, int]) -> tuple[Path, Runner]:
    """The graph to use, and what runs it on frames of this shape. Raises ModelError as `finder_runner`."""
    quick = in_8_bits_of(exact)
    # ONNX Runtime takes longer in 8 bits than exactly.
    if importlib.util.find_spec("openvino") and quick.is_file():
        try:
            _check(quick)
            return quick, finder_runner(quick, shape)
        except ModelError as error:
            log.warning("%s; hands are looked for exactly, which takes longer", error)
    return exact, finder_runner(exact, shape)


def probe_frame() -> np.ndarray:
    """A frame (1, 3, 160, 192) float32 of noise, as the network sees frames."""
    return (noise((1, 3, *_PROBE_SHAPE)).astype(np.float32) - 127.5) / 64


def probed(answers: np.ndarray) -> list[float]:
    """Some of the answers, for the note."""
    return probe_values(answers, _STRIDE)


def _check(graph: Path) -> None:
    """Raise ModelError unless the graph gives here what it gives in exact arithmetic."""
    note = graph.with_suffix(".json")
    try:
        wanted = np.array(json.loads(read_limited(note, _MOST_BYTES))[PROBE_KEY], float)
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError(f"{note} does not say what {graph.name} gives") from None
    if differs(probed(finder_runner(graph, _PROBE_SHAPE)(probe_frame())), wanted):
        raise ModelError(f"{graph.name} gives other answers on this processor than in exact arithmetic")
