"""How far views and looks of patches vary, for each purpose, and the random draws they are made of."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class AugmentSettings:
    """Spread of turn (degrees), log scale, log stretch and shift (crop sides), and the share of each look.

    A share of 0 draws no random numbers.
    """

    turn: float = 18.0
    wide_turn_share: float = 0.12
    scale: float = 0.14
    stretch: float = 0.07  # along any direction: other hands have other proportions
    shift: float = 0.08
    fast_share: float = 0.12  # as the tracker takes them of a fast hand: off-centre, turned, of a wrong size
    far_share: float = 0.05
    wrong_hand_share: float = 0.12
    background_share: float = 0.35  # of the patches with a matte: before another background
    beside_share: float = 0.25  # with another hand beside, before or behind
    occlusion_share: float = 0.25
    frame_share: float = 0.06  # cut by the frame, black beyond
    hue: float = 5.0  # degrees
    grey_share: float = 0.04
    light_share: float = 0.25  # light from one side, the edge of a shadow, a glare
    night_share: float = 0.04
    infrared_share: float = 0.03
    blur_share: float = 0.3
    motion: float = 14.0  # longest motion blur, pixels of the crop
    noise_share: float = 0.5
    compression_share: float = 0.12


TRAINING = AugmentSettings()
"""How crops vary in training."""

FOLLOWED = AugmentSettings(
    turn=10.0,
    wide_turn_share=0.02,
    scale=0.08,
    stretch=0.0,
    shift=0.05,
    fast_share=0.0,
    far_share=0.0,
    wrong_hand_share=0.02,
    background_share=0.0,
    beside_share=0.0,
    occlusion_share=0.1,
    frame_share=0.0,
    hue=0.0,
    light_share=0.0,
    night_share=0.0,
    infrared_share=0.0,
    motion=11.0,
    compression_share=0.0,
)
"""Crops as the tracker takes them of a hand that it follows: the spread of training is wider on purpose."""


def uniform(count: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    """Numbers (count,) between low and high, on the generator's device."""
    return torch.rand(count, generator=generator, device=generator.device) * (high - low) + low


def normal(count: int, spread: float, generator: torch.Generator) -> Tensor:
    """Normal numbers (count,) of this deviation, on the generator's device; zeros are not drawn."""
    if spread == 0:
        return torch.zeros(count, device=generator.device)
    return torch.randn(count, generator=generator, device=generator.device) * spread


def drawn(count: int, share: float, generator: torch.Generator) -> Tensor:
    """Which (count,) bool of a batch have a look of this share; nothing is drawn for none."""
    if share == 0:
        return torch.zeros(count, dtype=torch.bool, device=generator.device)
    return torch.rand(count, generator=generator, device=generator.device) < share


def rows(mask: Tensor) -> Tensor:
    """Numbers (K,) of the true ones of (B,)."""
    return torch.nonzero(mask).squeeze(1)


def turned(size: Tensor, turn: Tensor, mirrored: Tensor) -> Tensor:
    """Maps (B, 2, 2) that scale by sizes (B,), turn by angles (B,), radians, and mirror some (B,) bool."""
    flip = torch.where(mirrored, -1.0, 1.0)
    cosine, sine = turn.cos() * size, turn.sin() * size
    return torch.stack(
        [torch.stack([cosine * flip, -sine], dim=1), torch.stack([sine * flip, cosine], dim=1)], dim=1
    )
