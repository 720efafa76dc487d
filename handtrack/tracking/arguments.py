"""What a tracker is given, checked where it comes in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydantic import ValidationError

from handtrack.checks import checked_live_setting, checked_number
from handtrack.config import TrackerSettings
from handtrack.errors import ConfigError


def checked_field_of_view(degrees: float) -> float:
    """The angle along the longer side, degrees, 10 to 150. Raises ConfigError for another one."""
    try:
        return checked_number("the field of view, in degrees,", degrees, 10, 150)
    except ValueError as error:
        raise ConfigError(str(error)) from None


def settings_from(
    weights: str | Path | None, engine: str, detector: str, max_hands: int, gate_threshold: float
) -> TrackerSettings:
    """Settings with these values. Raises ConfigError for one that is not allowed."""
    try:
        values = {
            "weights": weights,
            "engine": engine,
            "detector": detector,
            "max_hands": checked_live_setting("max_hands", max_hands),
            "gate_threshold": checked_live_setting("gate_threshold", gate_threshold),
        }
    except ValueError as error:
        raise ConfigError(str(error)) from None
    try:
        return TrackerSettings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigError(
            f"{'.'.join(map(str, first['loc']))}: {first['msg']}, got {first['input']!r}"
        ) from None


def check_picture(image: np.ndarray) -> None:
    """Raise ValueError unless the picture is (H, W, 3) uint8 of at least 2 x 2 pixels."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        shape = getattr(image, "shape", None)
        raise ValueError(
            f"a picture must be (H, W, 3) uint8 in BGR order, got {getattr(image, 'dtype', None)} {shape}"
        )
    if min(image.shape[:2]) < 2:
        raise ValueError(f"a picture must be at least 2 x 2 pixels, got {image.shape[1]} x {image.shape[0]}")
