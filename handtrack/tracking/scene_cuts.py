"""Where a film was cut: the next picture shows another scene, and no hand in it is one from before."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

_ALONG: Final = 30
"""Pixels that are looked at along the shorter side, evenly spread: a cut changes the picture everywhere."""
_GREYS: Final = 25.0
"""By how much a pixel is brighter or darker that has changed."""
_CHANGED: Final = 0.3
"""Share of the pixels that a cut changes at least; a hand that comes in at once stays below."""
_SAME_COLOURS: Final = 0.75
"""Share of the pixels whose colours both pictures have, above which the camera has only turned."""
_ALIKE: Final = 0.2
"""Correlation of two pictures' brightness from which they seem to be of one scene, in whatever light: by what
it is more, the colours have to be fewer that both have."""
_LEVELS: Final = 4  # of each colour
_THIRDS: Final = np.full(3, 1 / 3, np.float32)
_PLAIN: Final = 6.0
"""Deviation of the brightness below which a picture shows nothing: a fade to black, a camera that hangs."""
_LONGEST: Final = 0.3
"""Seconds from one picture to the next, beyond which anything may have changed without a cut."""


class _Look(NamedTuple):
    """N pixels that are looked at: their colours (N, 3) float32, and their brightness (N,) about its mean."""

    colours: np.ndarray
    brightness: np.ndarray
    mean: float
    deviation: float
    timestamp: float


class SceneCuts:
    """Compares each picture with the last one that showed anything.

    A cut changes many pixels, leaves little likeness of light and dark, and brings other colours. A camera
    that turns keeps the colours, a light that goes on or off keeps the likeness, and a hand before the camera
    leaves most pixels as they are.
    """

    def __init__(self) -> None:
        self._last: _Look | None = None

    def clear(self) -> None:
        """Forget the last picture."""
        self._last = None

    def is_cut(self, image_bgr: np.ndarray, timestamp: float) -> bool:
        """Whether the next picture (H, W, 3) uint8 shows another scene; timestamp in seconds."""
        now, before = _look(image_bgr, timestamp), self._last
        if now.deviation < _PLAIN:
            return False
        self._last = now
        return (
            before is not None
            and before.brightness.shape == now.brightness.shape
            and timestamp - before.timestamp <= _LONGEST
            and _is_another(before, now)
        )


def _look(image: np.ndarray, timestamp: float) -> _Look:
    step = max(1, min(image.shape[:2]) // _ALONG)
    colours = image[step // 2 :: step, step // 2 :: step].reshape(-1, 3).astype(np.float32)
    brightness = colours @ _THIRDS
    mean = float(brightness.mean())
    brightness -= mean
    deviation = math.sqrt(float(brightness @ brightness) / len(brightness))
    return _Look(colours, brightness, mean, deviation, timestamp)


def _is_another(before: _Look, now: _Look) -> bool:
    changed = np.abs(now.brightness - before.brightness + (now.mean - before.mean)) > _GREYS
    if np.count_nonzero(changed) <= _CHANGED * len(changed):
        return False
    alike = float(now.brightness @ before.brightness) / (len(changed) * now.deviation * before.deviation)
    shared = float(np.minimum(_histogram(before.colours), _histogram(now.colours)).sum())
    return shared + max(alike - _ALIKE, 0.0) < _SAME_COLOURS


def _histogram(colours: np.ndarray) -> np.ndarray:
    """Shares of the pixels (N, 3) in each of the colours' coarse classes."""
    levels = (colours * (_LEVELS / 256)).astype(np.intp)
    classes = (levels[:, 0] * _LEVELS + levels[:, 1]) * _LEVELS + levels[:, 2]
    return np.bincount(classes, minlength=_LEVELS**3) / len(classes)
