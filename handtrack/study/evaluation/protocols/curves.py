"""Scores of joint errors as hand3d and FreiHAND take them: mean, median, PCK curve, area under it.

Source: `EvalUtil` and `calc_auc` in utils/general.py of lmb-freiburg/hand3d, which FreiHAND's eval.py uses
too. All of them are taken for each joint over the hands and then averaged over the joints. Errors are
(N, 21) for N hands in any unit, NaN where a joint does not count; a joint that never counts is left out.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.hand import read_only

HAND3D_THRESHOLDS_MM: Final = read_only(np.linspace(0, 50, 20))
HAND3D_FROM_20_MM: Final = 8
"""Where the thresholds of hand3d's "20-50 mm" begin; the first of them is 21.05 mm."""
FREIHAND_THRESHOLDS_MM: Final = read_only(np.linspace(0, 50, 100))


def mean_error(errors: np.ndarray) -> float:
    """Mean over the joints of each joint's mean error; equal to MPJPE where all joints count."""
    return float(np.nanmean(_with_joints_that_count(errors), axis=0).mean())


def median_error(errors: np.ndarray) -> float:
    """Mean over the joints of each joint's median error."""
    return float(np.nanmedian(_with_joints_that_count(errors), axis=0).mean())


def pck_curve(errors: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Mean over the joints of the share of hands whose error is at most each threshold, (T,) in 0..1."""
    errors = _with_joints_that_count(errors)
    # NaN is not below any threshold.
    within = np.stack([(errors <= threshold).sum(axis=0) for threshold in thresholds])
    return (within / np.isfinite(errors).sum(axis=0)).mean(axis=1)


def area_under_curve(curve: np.ndarray, thresholds: np.ndarray) -> float:
    """Area (trapezoids) under a PCK curve (T,) over the range of its thresholds (T,), in 0..1.

    With a threshold of 0 only errors of exactly 0 give 1; any rounding costs half of the first interval.
    """
    return float(np.trapezoid(curve, thresholds) / (thresholds[-1] - thresholds[0]))


def _with_joints_that_count(errors: np.ndarray) -> np.ndarray:
    return errors[:, ~np.isnan(errors).all(axis=0)]
