# SPDX-License-Identifier: GPL-3.0-or-later
"""All that is known of one frame as plain values, with units in their names; no Qt in here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from app.model.deck import moment_of
from handtrack.hand import FrameResult, Hand, IterationEstimate
from handtrack.measures import MEASURES, measures
from handtrack.skeleton import JOINT_NAMES


def snapshot_values(result: FrameResult) -> dict[str, Any]:
    """The frame and its hands; what is not known is None."""
    frame = result.frame
    width, height = frame.size
    return {
        "frame_index": frame.index,
        "moment_s": moment_of(frame),
        "picture_width_px": width,
        "picture_height_px": height,
        "gate_threshold": result.gate_threshold,
        "max_loops": result.max_iterations,
        "timings_ms": {name: _plain(value) for name, value in result.timings.items()},
        "hands": [_hand(hand) for hand in result.hands],
    }


def recorded_scale(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the lengths of a session hang on, from the settings that it was recorded with; None if unknown."""
    palm = _number(settings, "tracker", "palm_length")
    return {
        "palm_length_mm": None if palm is None else round(1000 * palm, 5),
        "field_of_view_deg": _number(settings, "camera", "field_of_view"),
        "lengths": "as they were recorded",
    }


def _number(settings: Mapping[str, Any], part: str, name: str) -> float | None:
    held = settings.get(part)
    value = held.get(name) if isinstance(held, Mapping) else None
    return float(value) if isinstance(value, int | float) else None


def _hand(hand: Hand) -> dict[str, Any]:
    values, sigmas = measures(hand)
    figures = zip(MEASURES, values, sigmas, strict=True)
    return {
        "handedness": hand.handedness,
        "track": hand.track_id,
        "score": _plain(hand.score),
        "loops_used": hand.iterations,
        "gate_probability": _plain(hand.exit_probability),
        **_estimate(hand),
        "wrist_position_mm": None if hand.wrist_position is None else _plain(1000 * hand.wrist_position),
        "wrist_sigma_mm": None if hand.sigma_position is None else _plain(1000 * hand.sigma_position),
        "loops": [
            {"gate_probability": _plain(loop.exit_probability), **_estimate(loop)} for loop in hand.trace
        ],
        "measures": {
            measure.key: {"value": _plain(value), "sigma": _plain(sigma)} for measure, value, sigma in figures
        },
    }


def _estimate(of: Hand | IterationEstimate) -> dict[str, Any]:
    arrays = {
        "joints_2d_px": of.joints_2d,
        "sigma_2d_px": of.sigma_2d,
        "joints_3d_mm": 1000 * of.joints_3d,
        "sigma_3d_mm": 1000 * of.sigma_3d,
    }
    return {name: dict(zip(JOINT_NAMES, _plain(array), strict=True)) for name, array in arrays.items()}


def _plain(value: Any) -> Any:
    """Numbers of five digits behind the point; None for what is no number."""
    array = np.asarray(value, np.float64)
    if array.ndim:
        return [_plain(each) for each in array]
    return round(float(array), 5) if np.isfinite(array) else None
