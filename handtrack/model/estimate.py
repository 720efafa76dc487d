"""What the network believes after one loop, in units of the crop."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


class Estimate(NamedTuple):
    """Joints and their uncertainty in crop units: x and y in 0..1 across the crop, depth in crop sides.

    xy: (B, 21, 2). z: (B, 21), relative to the wrist, away from the camera is positive.
    log_scale: (B, 21, 2), logarithm of the distribution's scale for the image (x and y alike) and for depth;
    see `constants.SIGMA_OVER_SCALE`.
    heat: (B, 21, cells * cells), probability of each cell to hold the joint; in training only, else None.
    """

    xy: Tensor
    z: Tensor
    log_scale: Tensor
    heat: Tensor | None = None

    def detach(self) -> Estimate:
        """The same values without their gradient history, and without the heat."""
        return Estimate(self.xy.detach(), self.z.detach(), self.log_scale.detach())


class LoopOutput(NamedTuple):
    """All that one loop gives.

    exit_logit: (B,), the gate's for leaving now. gate_input: (B, F), what the gate decided by.
    """

    estimate: Estimate
    exit_logit: Tensor
    gate_input: Tensor


def render_estimate(estimate: Estimate, cells: int) -> Tensor:
    """The estimate as maps (B, 42, cells, cells): a bump at each joint, and the same times its depth.

    A bump is as wide as the joint is uncertain, so the refiner sees where to look and how far.
    """
    grid = (torch.arange(cells, device=estimate.xy.device, dtype=estimate.xy.dtype) + 0.5) / cells
    width = estimate.log_scale[..., 0].exp().clamp(0.6 / cells, 4.0 / cells)
    # A Gaussian on a grid is the outer product of its two profiles.
    profile = torch.exp(-((grid - estimate.xy[..., None]) ** 2) / (2 * width[..., None, None] ** 2))
    bumps = profile[..., 1, :, None] * profile[..., 0, None, :]
    return torch.cat([bumps, bumps * (4.0 * estimate.z)[..., None, None]], dim=1)
