"""Another hand beside a hand, before or behind it, as where two hands meet."""

from __future__ import annotations

import math
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.study.training.augment_settings import AugmentSettings, drawn, normal, rows, turned, uniform

# From the crop's middle to that of another hand of the same size, half sides: from touching to at the edge.
_AWAY: Final = (0.55, 1.3)
_SIZE: Final = 0.62  # of its patch is shown of a hand as large as the one that is looked for
_SIZE_SPREAD: Final = 0.2  # of the logarithm
_BEHIND_SHARE: Final = 0.5


def put_hands_beside(
    crops: Tensor,
    present: Tensor,
    grid: Tensor,
    padding: str,
    patches: Tensor,
    mattes: Tensor,
    s: AugmentSettings,
    generator: torch.Generator,
) -> None:
    """Put other hands of the batch beside some hands of crops (B, 3, C, C), values 0..255, in place.

    Only a hand with a matte can be cut out, and only behind one with a matte can another lie. present: (B,)
    bool, the crops in whose middle a hand is: elsewhere the other one could pass for the hand that is not
    there. grid, padding: how the crops were taken from the patches (B, 3, P, P) uint8. mattes: (B, M, M)
    uint8, see `datasets.mattes`.
    """
    has_matte = mattes.flatten(1).any(dim=1).to(torch.bool)
    donors = rows(has_matte)
    if not len(donors):
        return
    chosen = rows(drawn(len(crops), s.beside_share, generator) & present)
    if not len(chosen):
        return
    which = donors[torch.randint(len(donors), (len(chosen),), generator=generator, device=generator.device)]
    other = which != chosen
    chosen, which = chosen[other], which[other]
    if not len(chosen):
        return
    count = len(chosen)
    shares = F.interpolate(mattes[which, None].to(torch.float32), size=patches.shape[-1], mode="bilinear")
    theirs = F.grid_sample(
        torch.cat([patches[which].to(torch.float32), shares], dim=1),
        F.affine_grid(_places(count, generator), [count, 3, *crops.shape[2:]], align_corners=False),
        mode="bilinear",
        padding_mode="zeros",
        align_corners=False,
    )
    share = theirs[:, 3:] / 255.0
    behind = rows(drawn(count, _BEHIND_SHARE, generator) & has_matte[chosen])
    if len(behind):
        mine = mattes[chosen[behind], None].to(torch.float32) / 255.0
        share[behind] *= 1 - F.grid_sample(
            mine, grid[chosen[behind]], mode="bilinear", padding_mode=padding, align_corners=False
        )
    crops[chosen] = theirs[:, :3] * share + crops[chosen] * (1 - share)


def _places(count: int, generator: torch.Generator) -> Tensor:
    """Affine maps (count, 2, 3) from crop to patch that show the other hand beside, turned and mirrored."""
    larger = normal(count, _SIZE_SPREAD, generator).exp()
    direction = uniform(count, 0, 2 * math.pi, generator)
    away = uniform(count, *_AWAY, generator) * larger  # so that a large one hides no more than a small one
    middle = torch.stack([direction.cos(), direction.sin()], dim=1) * away[:, None]
    turn = uniform(count, 0, 2 * math.pi, generator)
    linear = turned(_SIZE / larger, turn, drawn(count, 0.5, generator))
    return torch.cat([linear, -(linear @ middle[:, :, None])], dim=2)
