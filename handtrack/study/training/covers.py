"""What lies behind a hand and before it: other backgrounds by its matte, and things that cover it."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.model.constants import CROP_PIXELS
from handtrack.study.training.augment_settings import AugmentSettings, drawn, normal, rows, turned, uniform
from handtrack.study.training.lens import motion_blur


def change_backgrounds(
    crops: Tensor,
    grid: Tensor,
    padding: str,
    mattes: Tensor,
    backgrounds: Tensor,
    s: AugmentSettings,
    generator: torch.Generator,
) -> None:
    """Put some hands of crops (B, 3, C, C), values 0..255, before other backgrounds, in place.

    grid, padding: how the crops were taken from their patches. mattes: (B, M, M) uint8, see
    `datasets.mattes`; what has none stays as it is. backgrounds: (K, 3, P, P) uint8.
    """
    chosen = rows(drawn(len(crops), s.background_share, generator) & mattes.flatten(1).any(dim=1))
    if not len(chosen) or not len(backgrounds):
        return
    count = len(chosen)
    shares = mattes[chosen, None].to(torch.float32).div_(255.0)
    share = F.grid_sample(shares, grid[chosen], mode="bilinear", padding_mode=padding, align_corners=False)
    hands = torch.cat([_other_skin(crops[chosen], generator) * share, share], dim=1)
    # A fast hand before a camera that stands still.
    moving = rows(drawn(count, s.blur_share / 3, generator))
    if len(moving):
        hands[moving] = motion_blur(hands[moving], s.motion, generator)
    which = torch.randint(len(backgrounds), (count,), generator=generator, device=generator.device)
    behind = F.grid_sample(
        backgrounds[which].to(torch.float32),
        F.affine_grid(_any_view(count, generator), [count, 3, CROP_PIXELS, CROP_PIXELS], align_corners=False),
        mode="bilinear",
        padding_mode="reflection",
        align_corners=False,
    )
    crops[chosen] = hands[:, :3] + behind * (1 - hands[:, 3:])


def _other_skin(hands: Tensor, generator: torch.Generator) -> Tensor:
    """Hands lit or coloured otherwise than their new background: paler or darker, warmer or colder."""
    count = len(hands)
    bend = normal(count, 0.25, generator).clamp(-0.5, 0.5)[:, None, None, None] / 255
    warmth = normal(count, 0.06, generator).clamp(-0.12, 0.12)
    gain = torch.stack([1 - warmth, torch.ones_like(warmth), 1 + warmth], dim=1)[..., None, None]  # BGR
    return hands * (gain + 255 * bend * gain - bend * gain * hands)


def _any_view(count: int, generator: torch.Generator) -> Tensor:
    """Affine maps (count, 2, 3) of windows of 0.4 to 0.9 of a patch, turned and mirrored at will."""
    size = uniform(count, 0.4, 0.9, generator)
    turn = normal(count, 0.4, generator)
    mirrored = drawn(count, 0.5, generator)
    shift = (1 - size)[:, None] * torch.stack([uniform(count, -1, 1, generator) for _ in range(2)], dim=1)
    return torch.cat([turned(size, turn, mirrored), shift[:, :, None]], dim=2)


def occlude(crops: Tensor, s: AugmentSettings, generator: torch.Generator) -> None:
    """Cover part of some crops, in place, with a turned bar or ellipse of plain colour or another picture."""
    chosen = rows(drawn(len(crops), s.occlusion_share, generator))
    if not len(chosen):
        return
    batch, side = len(chosen), crops.shape[-1]
    line = (torch.arange(side, device=crops.device) + 0.5) / side
    y, x = torch.meshgrid(line, line, indexing="ij")
    angle = uniform(batch, 0, math.pi, generator)[:, None, None]
    dx = x - uniform(batch, 0.1, 0.9, generator)[:, None, None]
    dy = y - uniform(batch, 0.1, 0.9, generator)[:, None, None]
    u, v = dx * angle.cos() + dy * angle.sin(), dy * angle.cos() - dx * angle.sin()
    a = uniform(batch, 0.06, 0.35, generator)[:, None, None]
    b = uniform(batch, 0.04, 0.12, generator)[:, None, None]
    bar = (u.abs() < a) & (v.abs() < b)
    ellipse = (u / a) ** 2 + (v / b) ** 2 < 1
    shape = torch.where(drawn(batch, 0.5, generator)[:, None, None], bar, ellipse)
    colour = uniform(batch * 3, 0, 255, generator).reshape(batch, 3, 1, 1)
    other = crops[torch.randint(len(crops), (batch,), generator=generator, device=generator.device)]
    cover = torch.where(drawn(batch, 0.5, generator)[:, None, None, None], colour, other)
    crops[chosen] = torch.where(shape[:, None], cover, crops[chosen])
