"""All hands found in the pictures that were labelled, with the label of each and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

KEPT: Final = "kept"
"""The verdict on a hand that has a label; the others are in `careful_labels`."""


@dataclass(frozen=True, slots=True)
class LabelTable:
    """All hands found (M), rejected ones included.

    name: (M,) of the picture. verdict: (M,), "kept" or why the hand was rejected, see `careful_labels`.
    origin: (M,), how the hand was found. presence: (M,), share of the teacher's passes that see a hand.
    right: (M,), probability of the person's right hand. joints_2d: (M, 21, 2) pixels; spread: (M, 21)
    pixels, one standard deviation along each image axis; depth: (M, 21) pixels, wrist-relative, see
    `depth_reader`; fitted_depth: (M, 21) and fitted_2d: (M, 21, 2) pixels, the fitted skeleton's depth and
    projection; residual and depth_residual: (M,), of the fit, over the hand's extent.
    single_2d, single_depth, single_right: what one upright look says, NaN where it found nothing.
    All numbers float32.
    """

    name: np.ndarray
    verdict: np.ndarray
    origin: np.ndarray
    presence: np.ndarray
    right: np.ndarray
    joints_2d: np.ndarray
    spread: np.ndarray
    depth: np.ndarray
    fitted_depth: np.ndarray
    fitted_2d: np.ndarray
    residual: np.ndarray
    depth_residual: np.ndarray
    single_2d: np.ndarray
    single_depth: np.ndarray
    single_right: np.ndarray

    def __len__(self) -> int:
        """Number of hands found."""
        return len(self.name)

    @property
    def kept(self) -> np.ndarray:
        """True (M,) for hands that were not rejected."""
        return self.verdict == KEPT

    @property
    def has_single(self) -> np.ndarray:
        """True (M,) for hands that the one upright look found."""
        return np.isfinite(self.single_right)
