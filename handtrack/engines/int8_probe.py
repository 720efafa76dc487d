"""Whether this processor runs the encoder in 8 bits as it is meant.

It was right wherever it was tried, with VNNI and without: without it, two products of 8-bit numbers are added
in 16 bits, which weights of 7 bits, as `graph_quantise` gives them, do not overflow. Weights of 8 bits did:
features were off by a third, and joints by pixels, with no error told. So what a processor truly does is
asked nevertheless. Beside the graph stands what it gives for one picture in exact arithmetic, and it is used
only where it gives nearly that.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from handtrack.engines.base import Engine
from handtrack.engines.graph_files import int8_report, read_int8_report
from handtrack.errors import ModelError
from handtrack.model.constants import CROP_PIXELS

PROBE_KEY: Final = "probe"
"""Where the report of an encoder in 8 bits holds the features of `probe_crop`."""

_TOLERANCE: Final = 0.25
"""Mean difference over mean size: rounding alone comes to 0.08, overflow to 0.4."""

_STRIDE: Final = 127


def probe_crop() -> np.ndarray:
    """A crop (1, 128, 128, 3) uint8 that looks like noise, the same everywhere."""
    numbers = np.arange(CROP_PIXELS * CROP_PIXELS * 3, dtype=np.uint64)
    return ((numbers * 2654435761 >> 16) & 255).astype(np.uint8).reshape(1, CROP_PIXELS, CROP_PIXELS, 3)


def probe_values(fine: np.ndarray) -> list[float]:
    """Some of the fine features, for the report."""
    return [round(float(value), 4) for value in fine.ravel()[::_STRIDE]]


def check_int8(engine: Engine, weights: Path) -> None:
    """Raise ModelError unless the engine's encoder in 8 bits gives here what it gives in exact arithmetic."""
    try:
        wanted = np.array(read_int8_report(weights)[PROBE_KEY], float)
    except (OSError, ValueError, KeyError, TypeError):
        raise ModelError(
            f"{int8_report(weights)} does not say what the encoder in 8 bits gives; "
            "make both again with `handtrack graphs --int8`, or set tracker.engine to openvino"
        ) from None
    got = np.array(probe_values(engine.encode(probe_crop()).features["fine"]))
    if got.shape != wanted.shape or np.abs(got - wanted).mean() > _TOLERANCE * np.abs(wanted).mean():
        raise ModelError(
            "the encoder in 8 bits gives other features on this processor than in exact arithmetic; "
            "set tracker.engine to auto or openvino"
        )
