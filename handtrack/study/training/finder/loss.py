"""What the finder is trained to: CenterNet's focal loss for places, and what the hand at each is like."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.model.constants import FINDER_STRIDE, FINDER_UNIT
from handtrack.model.finder_network import Places
from handtrack.study.datasets.hand_rows import RIGHT, SIZE, TAUGHT, UP_X, X, Y

_SPREAD, _LEAST_SPREAD, _MOST_SPREAD = 0.12, 0.6, 2.0  # of a hand's spot: over its size; and in cells
_DESCRIBED = 0.35  # height of the spot from which on a cell tells what the hand is like
_UNSURE_REACH = 0.75  # of a place that teaches nothing, over its size


class FinderLosses(NamedTuple):
    """Terms of the loss, each a scalar: where hands are, and what they are like."""

    places: Tensor
    middle: Tensor
    size: Tensor
    up: Tensor
    right: Tensor

    def total(self) -> Tensor:
        """Weighted so that all count about alike once the first steps are past."""
        return self.places + 0.5 * self.middle + self.size + self.up + 0.25 * self.right


def finder_losses(found: Places, hands: Tensor) -> FinderLosses:
    """Losses of answers for a batch of scenes with hands (B, K, 7), see `hand_rows`, NaN beyond them."""
    height, width = found.score.shape[1:]
    device = found.score.device
    there = torch.isfinite(hands[..., SIZE])
    known = torch.nan_to_num(hands)
    taught = there & (known[..., TAUGHT] > 0)
    middle = known[..., [X, Y]] / FINDER_STRIDE  # in cells
    columns = torch.arange(width, device=device) + 0.5
    lines = torch.arange(height, device=device) + 0.5
    # (B, K, h, w), from the middle of the hand's own cell, so that some cell is its very place.
    own = middle.floor().clamp(
        torch.zeros(2, device=device), torch.tensor([width, height], device=device) - 1
    )
    dx = columns - (own[..., 0, None, None] + 0.5)
    dy = (lines - (own[..., 1, None] + 0.5))[..., None]
    size = known[..., SIZE] / FINDER_STRIDE
    square = dx**2 + dy**2
    spread = (_SPREAD * size).clamp(_LEAST_SPREAD, _MOST_SPREAD)[..., None, None]
    spots = torch.exp(-square / (2 * spread**2)) * taught[..., None, None]
    heat, nearest = spots.max(dim=1)
    unsure = (square < (_UNSURE_REACH * size[..., None, None]) ** 2) & (there & ~taught)[..., None, None]
    place = _focal(found.score, heat, ~unsure.any(dim=1))

    weight = torch.where(heat >= _DESCRIBED, heat, 0.0)
    total = weight.sum().clamp_min(1.0)

    def here(values: Tensor) -> Tensor:
        """Values (B, K, ...) of the hand whose cell each is, as (B, h, w, ...)."""
        rows = torch.arange(len(values), device=device)[:, None, None]
        return values[rows, nearest]

    at = here(middle) - torch.stack(torch.meshgrid(columns, lines, indexing="xy"), dim=-1)
    off = F.smooth_l1_loss(found.middle.permute(0, 2, 3, 1), at, reduction="none", beta=0.3).sum(dim=-1)
    true_size = (here(known[..., SIZE]).clamp_min(1.0) / FINDER_UNIT).log()
    wrong_size = F.smooth_l1_loss(found.size, true_size, reduction="none", beta=0.1)
    up = here(hands[..., UP_X : UP_X + 2])
    directed = torch.isfinite(up[..., 0]) & (weight > 0)
    turned = (found.up.permute(0, 2, 3, 1) - torch.nan_to_num(up)).abs().sum(dim=-1)
    right = here(hands[..., RIGHT])
    sided = torch.isfinite(right) & (weight > 0)
    side = F.binary_cross_entropy_with_logits(found.right, torch.nan_to_num(right), reduction="none")
    return FinderLosses(
        place,
        (off * weight).sum() / total,
        (wrong_size * weight).sum() / total,
        (turned * weight * directed).sum() / total,
        (side * weight * sided).sum() / total,
    )


def _focal(logit: Tensor, heat: Tensor, counts: Tensor) -> Tensor:
    """Focal loss of logits (B, h, w) with spots of height 1, less strict beside them, a spot."""
    chance = logit.sigmoid()
    at_place = heat > 1 - 1e-4
    missed = (1 - chance) ** 2 * F.softplus(-logit) * at_place
    false = (1 - heat) ** 4 * chance**2 * F.softplus(logit) * ~at_place
    return ((missed + false) * counts).sum() / at_place.sum().clamp_min(1.0)
