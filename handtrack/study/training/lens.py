"""What lens, sensor and encoder do to a picture: blur, noise and compression, on values in 0..1."""

from __future__ import annotations

import math
from functools import cache

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.study.training.augment_settings import AugmentSettings, drawn, rows, uniform

_BLOCK = 8
_HALVINGS = 3  # of the longest motion: its last step is about a pixel
_STRENGTHS = (-0.2, 1.1)  # logarithm of the steps over those of a JPEG of quality 50
_COARSER_COLOURS = 2.5


def blur(value: Tensor, s: AugmentSettings, generator: torch.Generator) -> None:
    """Low resolution, defocus or motion over some pictures (B, 3, C, C), in place."""
    chosen = drawn(len(value), s.blur_share, generator)
    if s.blur_share == 0:
        return
    kind = torch.randint(3, (len(value),), generator=generator, device=generator.device)
    for number, blurred in enumerate((_low_resolution, _defocus, _motion)):
        of_kind = rows(chosen & (kind == number))
        if len(of_kind):
            value[of_kind] = blurred(value[of_kind], s, generator)


def _low_resolution(value: Tensor, s: AugmentSettings, generator: torch.Generator) -> Tensor:
    small = int(torch.randint(28, 90, (), generator=generator, device=generator.device))
    low = F.interpolate(value, size=small, mode="area")
    return F.interpolate(low, size=value.shape[-1], mode="bilinear", align_corners=False)


def _defocus(value: Tensor, s: AugmentSettings, generator: torch.Generator) -> Tensor:
    length = int(torch.randint(3, 12, (), generator=generator, device=generator.device))
    half = length // 2
    line = torch.arange(-half, half + 1, dtype=torch.float32, device=value.device)
    kernel = torch.exp(-(line**2) / (2 * (length / 5) ** 2))
    kernel = kernel / kernel.sum()
    channels = value.shape[1]
    padded = F.pad(value, [half] * 4, mode="replicate")
    across = F.conv2d(padded, kernel.expand(channels, 1, 1, -1), groups=channels)
    return F.conv2d(across, kernel[:, None].expand(channels, 1, -1, 1), groups=channels)


def _motion(value: Tensor, s: AugmentSettings, generator: torch.Generator) -> Tensor:
    return motion_blur(value, s.motion, generator)


def motion_blur(value: Tensor, longest: float, generator: torch.Generator) -> Tensor:
    """Pictures (B, K, C, C), each blurred along a direction and over a length of its own, 3 pixels or more.

    The mean of two copies half the length apart, of two of these a quarter of it apart, and so on.
    """
    count, side = len(value), value.shape[-1]
    length = uniform(count, 3.0, longest, generator) * 2 / side
    angle = uniform(count, 0, math.pi, generator)
    step = torch.stack([angle.cos(), angle.sin()], dim=1) * length[:, None] / 2
    whole = step * (1 - 0.5**_HALVINGS)  # where the middle of all copies comes to lie
    value = (_moved(value, -whole) + _moved(value, step - whole)) / 2
    for _ in range(_HALVINGS - 1):
        step = step / 2
        value = (value + _moved(value, step)) / 2
    return value


def _moved(value: Tensor, by: Tensor) -> Tensor:
    """Pictures seen from a point moved by (B, 2), in halves of a side."""
    matrix = torch.eye(2, 3, device=value.device).repeat(len(value), 1, 1)
    matrix[..., 2] = by
    grid = F.affine_grid(matrix, list(value.shape), align_corners=False)
    return F.grid_sample(value, grid, mode="bilinear", padding_mode="border", align_corners=False)


def noise(value: Tensor, night: Tensor, s: AugmentSettings, generator: torch.Generator) -> None:
    """Noise over some pictures, in place; over all of the night (B,), and there it is strong."""
    strength = uniform(len(value), 0.0, 0.06, generator)
    strength = torch.where(night, 0.02 + 0.5 * strength, strength)
    noisy = rows(drawn(len(value), s.noise_share, generator) | night)
    if len(noisy):
        grain = torch.randn((len(noisy), *value.shape[1:]), generator=generator, device=generator.device)
        value[noisy] += grain.mul_(strength[noisy, None, None, None])


def compress(value: Tensor, s: AugmentSettings, generator: torch.Generator) -> None:
    """Blocks of strong JPEG or video compression over some pictures (B, 3, C, C), in place.

    The picture is brought to a size at which it may have been encoded, its blocks' frequencies are rounded.
    """
    chosen = rows(drawn(len(value), s.compression_share, generator))
    if not len(chosen):
        return
    whole = value.shape[-1]
    eighths = int(
        torch.randint(whole * 5 // 64, whole // 8 + 1, (), generator=generator, device=value.device)
    )
    side = eighths * _BLOCK
    left, top = torch.randint(_BLOCK, (2,), generator=generator, device=value.device).tolist()
    strength = uniform(len(chosen), *_STRENGTHS, generator).exp()
    small = F.interpolate(value[chosen], size=side, mode="bilinear", align_corners=False)
    padded = F.pad(small.clamp_(0, 1), [left, _BLOCK - left, top, _BLOCK - top], mode="replicate")
    rounded = _round_blocks(padded, strength)[..., top : top + side, left : left + side]
    value[chosen] = F.interpolate(rounded, size=whole, mode="bilinear", align_corners=False)


def _round_blocks(value: Tensor, strength: Tensor) -> Tensor:
    count, _, side, _ = value.shape
    basis, table, to_luma = (constant.to(value.device) for constant in _jpeg())
    luma = torch.einsum("ij,bjhw->bihw", to_luma, value)
    blocks = luma.view(count, 3, side // _BLOCK, _BLOCK, side // _BLOCK, _BLOCK).transpose(3, 4)
    steps = table * strength[:, None, None, None, None, None]
    frequencies = basis @ blocks @ basis.T
    frequencies = (frequencies / steps).round_().mul_(steps)
    blocks = (basis.T @ frequencies @ basis).transpose(3, 4)
    return torch.einsum("ij,bjhw->bihw", torch.linalg.inv(to_luma), blocks.reshape(count, 3, side, side))


@cache
def _jpeg() -> tuple[Tensor, Tensor, Tensor]:
    """Basis (8, 8) of the cosine transform, steps (1, 3, 1, 1, 8, 8) in 0..1, and BGR to luma and colours."""
    number = torch.arange(_BLOCK, dtype=torch.float32)
    basis = torch.cos(math.pi / _BLOCK * (number[None] + 0.5) * number[:, None]) * math.sqrt(2 / _BLOCK)
    basis[0] /= math.sqrt(2)
    # About the table of JPEG: 16 for the mean, 100 and more for the finest.
    steps = (12 + 6 * (number[:, None] + number[None])) / 255
    steps[0, 0] = 16 / 255
    table = torch.stack([steps, steps * _COARSER_COLOURS, steps * _COARSER_COLOURS])[None, :, None, None]
    to_luma = torch.tensor([[0.114, 0.587, 0.299], [0.5, -0.331, -0.169], [-0.081, -0.419, 0.5]])
    return basis, table, to_luma
