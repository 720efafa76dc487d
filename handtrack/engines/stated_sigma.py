"""From the scales that a network states to standard deviations, and back; the same for every engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from handtrack.engines.base import LoopStart
from handtrack.errors import ModelError
from handtrack.model.architecture import Architecture
from handtrack.model.constants import SIGMA_OVER_SCALE
from handtrack.model.sigma_factors import SigmaFactors

_LEAST_SCALE = 1e-6


class StatedSigma:
    """How a network's scales are to be read: by its likelihood and by the factors stored with its weights."""

    def __init__(self, weights: Path, architecture: Architecture, metadata: dict[str, Any]) -> None:
        """Of a weights file. Raises ModelError for factors that are not possible."""
        try:
            factors = SigmaFactors.from_metadata(metadata)
        except ValueError as error:
            raise ModelError(
                f"weights file {weights} cannot be used: {error}; use the shipped weights"
            ) from None
        over_scale = SIGMA_OVER_SCALE[architecture.likelihood]
        self._axes = np.array([factors.across, factors.along], np.float32) * np.float32(over_scale)
        self._image = np.float32(factors.image * over_scale)
        self._depth = np.float32(factors.depth * over_scale)

    def read(self, log_scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Standard deviations (B, 21, 2) across the hand and along it, and (B, 21) of depth.

        log_scale: (B, 21, 2), as in `handtrack.model.estimate.Estimate`.
        """
        scale = np.exp(log_scale)
        return scale[..., :1] * self._axes, scale[..., 1] * self._depth

    def state(self, start: LoopStart) -> np.ndarray:
        """The logarithms of scales (B, 21, 2) float32 that a network would have stated."""
        # It states one scale for both image axes.
        scale = np.empty_like(start.sigma_xy, np.float32)
        scale[..., 0] = np.sqrt(np.square(start.sigma_xy).sum(axis=-1) / 2) / self._image
        scale[..., 1] = start.sigma_z / self._depth
        return np.log(np.maximum(scale, _LEAST_SCALE))
