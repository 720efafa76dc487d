"""A frame's result as one plain value: what every stream of JSON sends; described in docs/streams.md."""

from __future__ import annotations

import json
from typing import Any, Final

import numpy as np

from handtrack.hand import FrameResult, Hand

FORMAT: Final = "handtrack.frame"
VERSION: Final = 1
_METRE_DIGITS: Final = 5
"""Hundredths of a millimetre: what is smaller is noise, and doubles a message."""
_PIXEL_DIGITS: Final = 2
_SHARE_DIGITS: Final = 4


def frame_value(result: FrameResult) -> dict[str, Any]:
    """The result as dicts, lists, numbers and texts; a number that is not finite becomes None."""
    frame = result.frame
    width, height = frame.size
    return {
        "format": FORMAT,
        "version": VERSION,
        "index": frame.index,
        "time": frame.timestamp,
        "position": frame.position,
        "image": [width, height],
        "hands": [_hand_value(hand) for hand in result.hands],
    }


def frame_text(result: FrameResult) -> str:
    """The same as one line of JSON."""
    return json.dumps(frame_value(result), allow_nan=False, separators=(",", ":"))


def _hand_value(hand: Hand) -> dict[str, Any]:
    return {
        "id": hand.track_id,
        "side": hand.handedness,
        "score": _plain(hand.score, _SHARE_DIGITS),
        "loops": hand.iterations,
        "wrist": _plain(hand.wrist_position, _METRE_DIGITS),
        "wrist_sigma": _plain(hand.sigma_position, _METRE_DIGITS),
        "joints": _plain(hand.joints_3d, _METRE_DIGITS),
        "sigma": _plain(hand.sigma_3d, _METRE_DIGITS),
        "pixels": _plain(hand.joints_2d, _PIXEL_DIGITS),
        "pixels_sigma": _plain(hand.sigma_2d, _PIXEL_DIGITS),
    }


def _plain(values: Any, digits: int) -> Any:
    if values is None:
        return None
    numbers = np.round(np.asarray(values, np.float64), digits)
    if np.isfinite(numbers).all():
        return numbers.tolist()
    plain = numbers.astype(object)
    plain[~np.isfinite(numbers)] = None
    return plain.tolist()
