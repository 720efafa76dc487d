"""Whether this processor runs the encoder in 8 bits as it is meant.

It was right wherever it was tried, with VNNI and without: without it, two products of 8-bit numbers are added
in 16 bits, which weights of 7 bits, as `graph_quantise` gives them, do not overflow. Weights of 8 bits did:
features were off by a third, and joints by pixels, with no error told. So what a processor truly does is
asked nevertheless. Beside the graph stands what it gives for one picture in exact arithmetic, and it is used
only where it gives nearly that.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.engines.base import Engine
from handtrack.engines.graph_files import int8_report, read_int8_report
from handtrack.errors import ModelError
from handtrack.model.constants import CROP_PIXELS

PROBE_KEY: Final = "probe"
"""Where what stands beside a graph in 8 bits holds what it gives for noise in exact arithmetic."""

_TOLERANCE: Final = 0.25
"""Mean difference over mean size: rounding alone comes to 0.08, overflow to 0.4."""

_STRIDE: Final = 127


def noise(shape: tuple[int, ...]) -> np.ndarray:
    """Values of a shape, uint8, that look like noise, the same everywhere."""
    numbers = np.arange(math.prod(shape), dtype=np.uint64)
    return ((numbers * 2654435761 >> 16) & 255).astype(np.uint8).reshape(shape)


def probe_crop() -> np.ndarray:
    """A crop (1, 128, 128, 3) uint8 of noise."""
    return noise((1, CROP_PIXELS, CROP_PIXELS, 3))


def probe_values(values: np.ndarray, stride: int = _STRIDE) -> list[float]:
    """Some of a network's values, for what stands beside its graph."""
    return [round(float(value), 4) for value in values.ravel()[::stride]]


def differs(got: list[float], wanted: np.ndarray) -> bool:
    """Whether a graph in 8 bits gives something else here than in exact arithmetic, beyond rounding."""
    found = np.array(got)
    return found.shape != wanted.shape or bool(
        np.abs(found - wanted).mean() > _TOLERANCE * np.abs(wanted).mean()
    )


def check_int8(engine: Engine, weights: Path) -> None:
    """Raise ModelError unless the engine's encoder in 8 bits gives here what it gives in exact arithmetic."""
    try:
        wanted = np.array(read_int8_report(weights)[PROBE_KEY], float)
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError(
            f"{int8_report(weights)} does not say what the encoder in 8 bits gives; "
            "make both again with `handtrack graphs --int8`, or set tracker.engine to openvino"
        ) from None
    if differs(probe_values(engine.encode(probe_crop()).features["fine"]), wanted):
        raise ModelError(
            "the encoder in 8 bits gives other features on this processor than in exact arithmetic; "
            "set tracker.engine to auto or openvino"
        )
