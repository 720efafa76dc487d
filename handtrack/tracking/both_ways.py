"""Smoothing of what was recorded: with the future known, nothing need lag behind."""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.config import TrackerSettings
from handtrack.model.constants import CROP_MARGIN
from handtrack.tracking.one_euro import HAND_LENGTH_M, OneEuroFilter

_CALMER, _MORE_NOISE = 1 / 3, 4 / 3
"""Of the live cutoffs, and of the speed that counts as rest. With nothing to lose by lag, a recording may be
smoothed more: on the rendered clips of the bench half the jitter at rest, and nearer to the truth."""
_GAP_S: Final = 0.25
"""Between two sights of a hand that are smoothed as one motion, at most."""


def smooth_recorded_2d(
    raw: np.ndarray, sigma: np.ndarray, crop_size: np.ndarray, times: np.ndarray, settings: TrackerSettings
) -> np.ndarray:
    """Joints (T, 21, 2) of one followed hand, smoothed both ways, in pixels.

    raw: (T, 21, 2) pixels before smoothing. sigma: (T, 21) pixels. crop_size: (T,), sides of the crops.
    times: (T,) seconds, rising.
    """
    return _both_ways(raw, sigma, times, settings.one_euro_beta * CROP_MARGIN / crop_size, settings)


def smooth_recorded_3d(
    raw: np.ndarray, sigma: np.ndarray, times: np.ndarray, settings: TrackerSettings
) -> np.ndarray:
    """Points (T, N, 3) of one followed hand, smoothed both ways, in metres; sigma (T, N) metres."""
    beta = np.full(len(raw), settings.one_euro_beta / HAND_LENGTH_M)
    return _both_ways(raw, sigma, times, beta, settings)


def _both_ways(
    raw: np.ndarray, sigma: np.ndarray, times: np.ndarray, beta: np.ndarray, settings: TrackerSettings
) -> np.ndarray:
    """Each part without a gap, once forwards and once backwards: what one way lags, the other leads."""
    parts = np.split(np.arange(len(raw)), np.flatnonzero(np.diff(times) > _GAP_S) + 1)
    smooth = np.empty(raw.shape, np.float64)
    for part in parts:
        forwards = _one_way(raw[part], sigma[part], times[part], beta[part], settings)
        back = part[::-1]
        backwards = _one_way(raw[back], sigma[back], -times[back], beta[back], settings)[::-1]
        smooth[part] = (forwards + backwards) / 2
    return smooth.astype(raw.dtype)


def _one_way(
    raw: np.ndarray, sigma: np.ndarray, times: np.ndarray, beta: np.ndarray, settings: TrackerSettings
) -> np.ndarray:
    cutoff, noise = _CALMER * settings.one_euro_min_cutoff, _MORE_NOISE * settings.one_euro_noise
    smoother = OneEuroFilter(cutoff, 0.0, noise)
    result: list[np.ndarray] = []
    for value, unsure, time, slope in zip(raw.astype(np.float64), sigma, times, beta, strict=True):
        smoother.beta = _CALMER * float(slope)
        result.append(smoother(value, float(time), unsure))
    return np.stack(result) if result else np.empty(raw.shape)
