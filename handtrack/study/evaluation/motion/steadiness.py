"""How calm a track is where the hand rests, and how far it is behind where the hand moves."""

from __future__ import annotations

from typing import Final

import numpy as np

STILL: Final = 0.002
"""A joint that moves less a frame, in hand sizes, rests."""
_MOST_LAG: Final = 0.3  # seconds behind; a third of it ahead
_LEAST_PAIRS: Final = 8
_LEAST_CORRELATION: Final = 0.5  # below it the track does not follow the hand, and has no lag


def resting(truth: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Frames (F,) bool in which no joint of a hand moves, to the frame before or to the one after.

    truth: (F, J, 2) pixels, size: (F,) pixels. The first and the last frame have no two neighbours.
    """
    rest = np.zeros(len(truth), bool)
    with np.errstate(invalid="ignore"):
        steps = np.linalg.norm(np.diff(truth, axis=0), axis=2).max(axis=1, initial=0.0) / size[1:]
        rest[1:-1] = (steps[:-1] < STILL) & (steps[1:] < STILL)
    return rest


def bends(found: np.ndarray, size: np.ndarray, frames: np.ndarray) -> np.ndarray:
    """Second differences (N,) of found joints over the hand's size, at those frames that have neighbours.

    found: (F, J, 2) pixels, NaN where the hand was not found. size: (F,) pixels. frames: (F,) bool.
    """
    if len(found) < 3:
        return np.empty(0)
    second = np.linalg.norm(found[:-2] - 2 * found[1:-1] + found[2:], axis=2) / size[1:-1, None]
    values = second[frames[1:-1]].ravel()
    return np.asarray(values[np.isfinite(values)])


def lag_ms(truth: np.ndarray, found: np.ndarray, fps: float) -> float:
    """Milliseconds that found points are behind true ones: where the two motions correlate most.

    truth, found: (F, J, 2) pixels, NaN where not known. Steps from frame to frame are compared at every
    whole shift, over the steps that both have, and the best shift is refined by a parabola through its
    neighbours. NaN where there is too little motion or the track does not follow it.
    """
    true_steps, found_steps = np.diff(truth, axis=0), np.diff(found, axis=0)
    shifts = range(-max(1, round(_MOST_LAG / 3 * fps)), max(1, round(_MOST_LAG * fps)) + 1)
    values = np.array([_correlation(true_steps, found_steps, shift) for shift in shifts])
    if not np.isfinite(values).any():
        return float("nan")
    best = int(np.nanargmax(values))
    if values[best] < _LEAST_CORRELATION:
        return float("nan")
    between = 0.0
    if 0 < best < len(values) - 1:
        before, peak, after = values[best - 1 : best + 2]
        bend = before - 2 * peak + after
        if np.isfinite(bend) and bend < 0:
            between = 0.5 * (before - after) / bend
    return float((shifts[best] + between) / fps * 1e3)


def _correlation(true_steps: np.ndarray, found_steps: np.ndarray, shift: int) -> float:
    """Cosine between the true motion and the found one so many frames later; NaN without motion."""
    count = len(true_steps)
    low, high = max(0, -shift), min(count, count - shift)
    if high - low < _LEAST_PAIRS:
        return float("nan")
    ours, theirs = true_steps[low:high], found_steps[low + shift : high + shift]
    both = np.isfinite(ours) & np.isfinite(theirs)
    if both.any(axis=(1, 2)).sum() < _LEAST_PAIRS:
        return float("nan")
    ours, theirs = ours[both], theirs[both]
    length = float(np.linalg.norm(ours) * np.linalg.norm(theirs))
    return float(ours @ theirs) / length if length > 0 else float("nan")
