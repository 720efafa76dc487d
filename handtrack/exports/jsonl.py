"""JSON lines: an object for each frame, also for those without a hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np

from handtrack.exports.job import ExportJob
from handtrack.sessions.arrays import HandArrays

_METRE_DIGITS: Final = 6
_PIXEL_DIGITS: Final = 3
_ARRAYS: Final = {
    "joints_px": ("joints_2d", _PIXEL_DIGITS),
    "sigma_px": ("sigma_2d", _PIXEL_DIGITS),
    "joints_m": ("joints_3d", _METRE_DIGITS),
    "sigma_m": ("sigma_3d", _METRE_DIGITS),
    "wrist_position_m": ("wrist_position", _METRE_DIGITS),
    "sigma_position_m": ("sigma_position", _METRE_DIGITS),
}


def write(job: ExportJob, path: Path) -> tuple[str, ...]:
    """Write the frames: metres to a micrometre, pixels to a thousandth."""
    session, hands = job.session, job.hands
    first = session.bounds[:-1]
    indices = session.table["frame_index"].to_numpy()[first]
    times = session.table["timestamp"].to_numpy()[first]
    bounds = np.searchsorted(hands.frame, np.arange(len(session) + 1))
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number in range(len(session)):
            frame = {
                "frame": number,
                "frame_index": int(indices[number]),
                "timestamp_s": float(times[number]),
                "hands": [_hand(hands, row) for row in range(bounds[number], bounds[number + 1])],
            }
            file.write(json.dumps(frame, allow_nan=False, separators=(",", ":")) + "\n")
    return ()


def _hand(hands: HandArrays, row: int) -> dict[str, Any]:
    return {
        "track_id": int(hands.track_id[row]),
        "handedness": str(hands.handedness[row]),
        "score": float(hands.score[row]),
        "loops": int(hands.loops[row]),
        "exit_probability": float(hands.exit_probability[row]),
        **{key: _numbers(getattr(hands, name)[row], digits) for key, (name, digits) in _ARRAYS.items()},
    }


def _numbers(values: np.ndarray, digits: int) -> Any:
    """Nested lists; null in the place of the whole where a value is not known, for JSON has no NaN."""
    return np.round(values.astype(np.float64), digits).tolist() if np.isfinite(values).all() else None
