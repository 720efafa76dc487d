"""Random views and looks of patches, as batches in torch: what the live tracker's crops vary in."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.datasets.patches import PATCH_MARGIN
from handtrack.model.constants import CROP_MARGIN, CROP_PIXELS
from handtrack.model.losses import Target


@dataclass(frozen=True, slots=True)
class AugmentSettings:
    """Spread of turn (degrees), log scale, log stretch and shift (crop sides), and the share of each look."""

    turn: float = 18.0
    wide_turn_share: float = 0.12
    scale: float = 0.14
    stretch: float = 0.07  # along any direction: other hands have other proportions
    shift: float = 0.08
    far_share: float = 0.05
    wrong_hand_share: float = 0.12
    occlusion_share: float = 0.25
    blur_share: float = 0.3
    noise_share: float = 0.5
    grey_share: float = 0.04


TRAINING = AugmentSettings()
"""How crops vary in training."""

FOLLOWED = AugmentSettings(
    turn=10.0,
    wide_turn_share=0.02,
    scale=0.08,
    stretch=0.0,
    shift=0.05,
    far_share=0.0,
    wrong_hand_share=0.02,
    occlusion_share=0.1,
)
"""Crops as the tracker takes them of a hand that it follows: the spread of training is wider on purpose."""


def augment(
    images: Tensor, joints: Tensor, spread: Tensor, settings: AugmentSettings, generator: torch.Generator
) -> tuple[Tensor, Target]:
    """Network input (B, 3, 128, 128) and its target, from patches (B, 3, P, P) uint8 with their labels.

    joints: (B, 21, 3) and spread (B, 21) in pixels of the patch; joints of NaN mean that there is no hand.
    generator: on the device of the patches, where all the work is done.
    """
    batch, patch = images.shape[0], images.shape[2]
    picture = images.to(torch.float32)
    matrix, mirrored = _random_view(batch, settings, generator)
    padding = "zeros" if torch.rand((), generator=generator, device=generator.device) < 0.5 else "reflection"
    grid = F.affine_grid(matrix, [batch, 3, CROP_PIXELS, CROP_PIXELS], align_corners=False)
    crops = F.grid_sample(picture, grid, mode="bilinear", padding_mode=padding, align_corners=False)
    target = _target(joints, spread, matrix, mirrored, patch)
    _occlude(crops, settings, generator)
    crops = _random_looks(crops.div_(255.0), settings, generator)
    return crops.mul_(255.0).sub_(127.5).div_(64.0), target


def _uniform(batch: int, low: float, high: float, generator: torch.Generator) -> Tensor:
    return torch.rand(batch, generator=generator, device=generator.device) * (high - low) + low


def _random_view(batch: int, s: AugmentSettings, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Affine maps (B, 2, 3) from crop to patch in normalised coordinates, and which are mirrored."""
    turn = torch.randn(batch, generator=generator, device=generator.device) * math.radians(s.turn)
    wide = torch.rand(batch, generator=generator, device=generator.device) < s.wide_turn_share
    turn = torch.where(wide, _uniform(batch, -math.pi / 2, math.pi / 2, generator), turn)
    size = (
        CROP_MARGIN
        / PATCH_MARGIN
        * (torch.randn(batch, generator=generator, device=generator.device) * s.scale)
        .clamp(-0.45, 0.45)
        .exp()
    )
    shift = torch.randn(batch, 2, generator=generator, device=generator.device) * s.shift
    far = torch.rand(batch, generator=generator, device=generator.device) < s.far_share
    direction = _uniform(batch, 0, 2 * math.pi, generator)
    away = (
        torch.stack([direction.cos(), direction.sin()], dim=1) * _uniform(batch, 0.4, 0.9, generator)[:, None]
    )
    shift = torch.where(far[:, None], away, shift)
    mirrored = torch.rand(batch, generator=generator, device=generator.device) < s.wrong_hand_share
    flip = torch.where(mirrored, -1.0, 1.0)
    cosine, sine = turn.cos() * size, turn.sin() * size
    rows = [
        torch.stack([cosine * flip, -sine, shift[:, 0] * 2 * size], dim=1),
        torch.stack([sine * flip, cosine, shift[:, 1] * 2 * size], dim=1),
    ]
    view = torch.stack(rows, dim=1)
    view[..., :2] = view[..., :2] @ _random_stretch(batch, s, generator)
    return view, mirrored


def _random_stretch(batch: int, s: AugmentSettings, generator: torch.Generator) -> Tensor:
    """Maps (B, 2, 2) that keep areas and stretch along a random direction."""
    strength = (torch.randn(batch, generator=generator, device=generator.device) * s.stretch).clamp(-0.2, 0.2)
    direction = _uniform(batch, 0, math.pi, generator)
    along = torch.stack([direction.cos(), direction.sin()], dim=1)
    share = along[:, :, None] * along[:, None]
    longer = (strength / 2).exp()[:, None, None]
    return longer * share + (torch.eye(2, device=share.device) - share) / longer


def _target(joints: Tensor, spread: Tensor, matrix: Tensor, mirrored: Tensor, patch: int) -> Target:
    hand = ~joints[:, 0, 0].isnan()
    points = torch.nan_to_num(joints)
    # Whole-number pixel centres to grid_sample's -1..1 over pixel edges, then through the inverse view.
    normalised = (points[..., :2] + 0.5) / patch * 2 - 1
    linear = torch.linalg.inv(matrix[..., :2])
    xy = torch.einsum("bij,bkj->bki", linear, normalised - matrix[:, None, :, 2]) / 2 + 0.5
    size = torch.linalg.det(matrix[..., :2]).abs().sqrt()
    sides = size[:, None] * patch
    z = points[..., 2] / sides
    inside = ((xy > -0.02) & (xy < 1.02)).all(dim=-1)
    extent = (xy.amax(dim=1) - xy.amin(dim=1)).amax(dim=-1)
    share_inside = inside.float().mean(dim=1)
    presence = torch.full_like(extent, -1.0)
    presence[(share_inside >= 0.75) & (extent > 0.3)] = 1.0
    presence[share_inside < 0.35] = 0.0
    presence[~hand] = 0.0
    noise = spread / sides
    weight = inside * hand[:, None] * (presence != 0)[:, None] / (1 + (noise / 0.02) ** 2)
    right = torch.where(mirrored, 0.0, 1.0)
    right[presence != 1.0] = -1.0
    return Target(xy, z, weight, presence, right)


def _occlude(crops: Tensor, s: AugmentSettings, generator: torch.Generator) -> None:
    """Cover part of some crops, in place, with a turned bar or ellipse of plain colour or another picture."""
    chosen = torch.nonzero(
        torch.rand(len(crops), generator=generator, device=generator.device) < s.occlusion_share
    ).squeeze(1)
    if not len(chosen):
        return
    batch, side = len(chosen), crops.shape[-1]
    line = (torch.arange(side, device=crops.device) + 0.5) / side
    y, x = torch.meshgrid(line, line, indexing="ij")
    angle = _uniform(batch, 0, math.pi, generator)[:, None, None]
    dx = x - _uniform(batch, 0.1, 0.9, generator)[:, None, None]
    dy = y - _uniform(batch, 0.1, 0.9, generator)[:, None, None]
    u, v = dx * angle.cos() + dy * angle.sin(), dy * angle.cos() - dx * angle.sin()
    a = _uniform(batch, 0.06, 0.35, generator)[:, None, None]
    b = _uniform(batch, 0.04, 0.12, generator)[:, None, None]
    bar = (u.abs() < a) & (v.abs() < b)
    ellipse = (u / a) ** 2 + (v / b) ** 2 < 1
    shape = torch.where(
        (torch.rand(batch, generator=generator, device=generator.device) < 0.5)[:, None, None], bar, ellipse
    )
    colour = _uniform(batch * 3, 0, 255, generator).reshape(batch, 3, 1, 1)
    other = crops[torch.randint(len(crops), (batch,), generator=generator, device=generator.device)]
    cover = torch.where(
        (torch.rand(batch, generator=generator, device=generator.device) < 0.5)[:, None, None, None],
        colour,
        other,
    )
    crops[chosen] = torch.where(shape[:, None], cover, crops[chosen])


def _random_looks(value: Tensor, s: AugmentSettings, generator: torch.Generator) -> Tensor:
    """Light, colour, blur and noise of ordinary webcams, on values in 0..1."""
    batch, channels, height, width = value.shape
    # A parabola through black and white bends the tone curve like a gamma, at a tenth of its cost.
    bend = (0.5 * torch.randn(batch, generator=generator, device=generator.device)).clamp(-0.9, 0.9)[
        :, None, None, None
    ]
    value = value * (1 + bend - bend * value)
    gain = _uniform(batch, 0.55, 1.45, generator)[:, None] * (
        1 + 0.14 * torch.randn(batch, 3, generator=generator, device=generator.device)
    )
    contrast = _uniform(batch, 0.7, 1.35, generator)
    saturation = _uniform(batch, 0.5, 1.5, generator)
    saturation[torch.rand(batch, generator=generator, device=generator.device) < s.grey_share] = 0.0
    # Gain, saturation and contrast about the mean are one linear map of the colours.
    mixing = (
        saturation[:, None, None] * torch.eye(3, device=value.device) + (1 - saturation)[:, None, None] / 3
    )
    mixing = contrast[:, None, None] * mixing * gain[:, None, :]
    grey = (value.mean(dim=(2, 3)) * gain).mean(dim=1) * (1 - contrast)
    value = torch.baddbmm(grey[:, None, None], mixing, value.flatten(2)).view(batch, channels, height, width)
    blurred = torch.rand(batch, generator=generator, device=generator.device) < s.blur_share
    if blurred.any():
        value[blurred] = _blur(value[blurred], generator)
    noisy = torch.rand(batch, generator=generator, device=generator.device) < s.noise_share
    strength = _uniform(batch, 0.0, 0.06, generator)
    if noisy.any():
        noise = torch.randn(
            (int(noisy.sum()), *value.shape[1:]), generator=generator, device=generator.device
        )
        value[noisy] = value[noisy] + noise * strength[noisy, None, None, None]
    return value.clamp_(0, 1)


def _blur(value: Tensor, generator: torch.Generator) -> Tensor:
    """Low resolution, defocus or motion: one kind and strength for the sub-batch."""
    kind = int(torch.randint(3, (), generator=generator, device=generator.device))
    side = value.shape[-1]
    if kind == 0:
        small = int(torch.randint(28, 90, (), generator=generator, device=generator.device))
        low = F.interpolate(value, size=small, mode="area")
        return F.interpolate(low, size=side, mode="bilinear", align_corners=False)
    length = int(torch.randint(3, 12, (), generator=generator, device=generator.device))
    size = length | 1
    line = torch.arange(size, dtype=torch.float32, device=value.device) - size // 2
    y, x = torch.meshgrid(line, line, indexing="ij")
    if kind == 1:
        kernel = torch.exp(-(x**2 + y**2) / (2 * (length / 5) ** 2))
    else:
        angle = float(torch.rand((), generator=generator, device=generator.device)) * math.pi
        across = y * math.cos(angle) - x * math.sin(angle)
        kernel = torch.exp(-(across**2) / 0.5)
    kernel = (kernel / kernel.sum()).expand(3, 1, size, size)
    padded = F.pad(value, [size // 2] * 4, mode="replicate")
    return F.conv2d(padded, kernel, groups=3)
