"""Light and colour of ordinary webcams, by day and by night, on values in 0..1."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.study.training.augment_settings import AugmentSettings, drawn, normal, rows, uniform

_FIELD_PIXELS = 64  # side of a field of light, which is smooth
_INFRARED = (0.05, 0.15, 0.8)  # of blue, green and red: skin is bright in near infra-red, as in red
_SHADOW_SHARE, _GLARE_SHARE = 0.45, 0.3


def shade(value: Tensor, s: AugmentSettings, generator: torch.Generator) -> None:
    """Uneven light over some pictures (B, 3, C, C), in place: from one side, a shadow's edge, a glare."""
    chosen = rows(drawn(len(value), s.light_share, generator))
    if len(chosen):
        field = _light(len(chosen), generator)
        value[chosen] *= F.interpolate(field, size=value.shape[-1], mode="bilinear", align_corners=False)


def _light(count: int, generator: torch.Generator) -> Tensor:
    """Fields (count, 1, F, F) of light, 1 in the mean."""
    line = torch.linspace(-1, 1, _FIELD_PIXELS, device=generator.device)

    def along() -> Tensor:
        angle = uniform(count, 0, 2 * math.pi, generator)[:, None, None]
        return line * angle.cos() + line[:, None] * angle.sin()

    def number(low: float, high: float, mask: Tensor | None = None) -> Tensor:
        drawn_now = uniform(count, low, high, generator)
        return (drawn_now if mask is None else drawn_now * mask)[:, None, None]

    side = along()
    field = (number(0.0, 0.8) * side + number(-0.35, 0.35) * side**2).exp()
    depth = number(0.3, 0.7, drawn(count, _SHADOW_SHARE, generator))
    field = field * (1 - depth * ((along() - number(-0.6, 0.6)) / number(0.02, 0.3)).sigmoid())
    x, y = number(-0.8, 0.8), number(-0.8, 0.8)
    away = (line - x) ** 2 + (line[:, None] - y) ** 2
    glare = number(0.5, 1.5, drawn(count, _GLARE_SHARE, generator))
    field = field * (1 + glare * (-away / (2 * number(0.15, 0.4) ** 2)).exp())
    # How bright all of it is, is drawn elsewhere.
    return (field / field.mean(dim=(1, 2), keepdim=True))[:, None]


def colour(value: Tensor, s: AugmentSettings, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Pictures (B, 3, H, W) of other brightness, contrast and colours, and which (B,) are of the night."""
    batch, channels, height, width = value.shape
    device = value.device
    # A parabola through black and white bends the tone curve like a gamma, at a tenth of its cost.
    bend = normal(batch, 0.5, generator).clamp(-0.9, 0.9)[:, None, None, None]
    value = value * (1 + bend - bend * value)
    tint = torch.stack([normal(batch, 0.14, generator) for _ in range(channels)], dim=1)
    gain = uniform(batch, 0.55, 1.45, generator)[:, None] * (1 + tint)
    contrast = uniform(batch, 0.7, 1.35, generator)
    saturation = uniform(batch, 0.5, 1.5, generator)
    saturation[drawn(batch, s.grey_share, generator)] = 0.0
    night = drawn(batch, s.night_share, generator)
    if len(dark := rows(night)):
        gain[dark] *= uniform(len(dark), 0.35, 0.6, generator)[:, None]
        saturation[dark] *= 0.6
    # Gain, hue, saturation and contrast about the mean are one linear map of the colours.
    mixing = saturation[:, None, None] * torch.eye(3, device=device) + (1 - saturation)[:, None, None] / 3
    if s.hue:
        mixing = mixing @ _hue_turn(normal(batch, math.radians(s.hue), generator).clamp(-0.22, 0.22))
    infrared = rows(drawn(batch, s.infrared_share, generator))
    if len(infrared):
        value[infrared] *= _lamp(len(infrared), height, generator)
        gain[infrared] = uniform(len(infrared), 0.9, 1.4, generator)[:, None]
        mixing[infrared] = torch.tensor(_INFRARED, device=device)
    mixing = contrast[:, None, None] * mixing * gain[:, None, :]
    grey = (value.mean(dim=(2, 3)) * gain).mean(dim=1) * (1 - contrast)
    flat = torch.baddbmm(grey[:, None, None], mixing, value.flatten(2))
    return flat.view(batch, channels, height, width), night


def _hue_turn(angle: Tensor) -> Tensor:
    """Maps (B, 3, 3) that turn colours about grey by angles (B,)."""
    cross = torch.tensor([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]], device=angle.device)
    cosine, sine = angle.cos()[:, None, None], angle.sin()[:, None, None]
    return cosine * torch.eye(3, device=angle.device) + (1 - cosine) / 3 + sine / math.sqrt(3) * cross


def _lamp(count: int, side: int, generator: torch.Generator) -> Tensor:
    """Light (count, 1, C, C) of a lamp at the camera: bright where it points, dark far from there."""
    line = torch.linspace(-1, 1, side, device=generator.device)
    x, y = (uniform(count, -0.3, 0.3, generator)[:, None, None] for _ in range(2))
    fall = uniform(count, 0.6, 2.0, generator)[:, None, None]
    return (1.3 / (1 + fall * ((line - x) ** 2 + (line[:, None] - y) ** 2)))[:, None]
