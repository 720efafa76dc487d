"""Random views of patches, and what the labels are in them."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from handtrack.model.constants import CROP_MARGIN, CROP_PIXELS
from handtrack.model.losses import Target
from handtrack.study.datasets.patches import PATCH_MARGIN
from handtrack.study.training.augment_settings import AugmentSettings, drawn, normal, rows, turned, uniform

_OUTSIDE = 0.02  # crop sides by which a joint may lie outside and still count
_BEYOND_FRAME = 0.06  # the same for the frame's border: how a cut finger goes on can be told so far
# A fast hand: it has left the middle, turned, and come nearer or gone away since the crop was placed.
_FAST_SHIFT, _FAST_TURN, _FAST_SCALE = 0.3, math.radians(60), (math.log(0.62), math.log(1.6))


def random_view(batch: int, s: AugmentSettings, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Affine maps (B, 2, 3) from crop to patch in normalised coordinates, and which are mirrored."""
    turn = normal(batch, math.radians(s.turn), generator)
    wide = drawn(batch, s.wide_turn_share, generator)
    turn = torch.where(wide, uniform(batch, -math.pi / 2, math.pi / 2, generator), turn)
    size = normal(batch, s.scale, generator).clamp(-0.45, 0.45)
    shift = torch.stack([normal(batch, s.shift, generator), normal(batch, s.shift, generator)], dim=1)
    fast = drawn(batch, s.fast_share, generator)
    if len(moved := rows(fast)):
        count = len(moved)
        turn[moved] = uniform(count, -_FAST_TURN, _FAST_TURN, generator)
        size[moved] = uniform(count, *_FAST_SCALE, generator)
        shift[moved] = _towards(count, 0.1, _FAST_SHIFT, generator)
    if len(far := rows(drawn(batch, s.far_share, generator))):
        shift[far] = _towards(len(far), 0.4, 0.9, generator)
    size = size.exp() * CROP_MARGIN / PATCH_MARGIN
    mirrored = drawn(batch, s.wrong_hand_share, generator)
    view = torch.cat([turned(size, turn, mirrored), (shift * 2 * size[:, None])[:, :, None]], dim=2)
    if s.stretch:
        view[..., :2] = view[..., :2] @ _random_stretch(batch, s.stretch, generator)
    return view, mirrored


def _towards(count: int, near: float, far: float, generator: torch.Generator) -> Tensor:
    """Steps (count, 2) in any direction, from near to far long."""
    direction = uniform(count, 0, 2 * math.pi, generator)
    return (
        torch.stack([direction.cos(), direction.sin()], dim=1) * uniform(count, near, far, generator)[:, None]
    )


def _random_stretch(batch: int, spread: float, generator: torch.Generator) -> Tensor:
    """Maps (B, 2, 2) that keep areas and stretch along a random direction."""
    strength = normal(batch, spread, generator).clamp(-0.2, 0.2)
    direction = uniform(batch, 0, math.pi, generator)
    along = torch.stack([direction.cos(), direction.sin()], dim=1)
    share = along[:, :, None] * along[:, None]
    longer = (strength / 2).exp()[:, None, None]
    return longer * share + (torch.eye(2, device=share.device) - share) / longer


def random_frame(batch: int, s: AugmentSettings, generator: torch.Generator) -> Tensor:
    """Borders of the frame (B, 3) as (normal x, normal y, distance) from the crop's middle, crop sides.

    What lies further along the normal is outside the frame; infinitely far where the frame cuts nothing.
    """
    frame = torch.tensor([1.0, 0.0, math.inf], device=generator.device).repeat(batch, 1)
    if len(cut := rows(drawn(batch, s.frame_share, generator))):
        frame[cut, :2] = _towards(len(cut), 1.0, 1.0, generator)
        frame[cut, 2] = uniform(len(cut), 0.12, 0.42, generator)
    return frame


def black_beyond(crops: Tensor, frame: Tensor, black: float) -> None:
    """Fill what lies outside the frame (B, 3), in place: the tracker's crops are black there."""
    if not len(cut := rows(frame[:, 2].isfinite())):
        return
    line = (torch.arange(CROP_PIXELS, device=crops.device) + 0.5) / CROP_PIXELS - 0.5
    x, y, limit = (value[:, None, None] for value in frame[cut].unbind(dim=1))
    outside = x * line + y * line[:, None] > limit
    crops[cut] = crops[cut].masked_fill(outside[:, None], black)


def view_target(
    joints: Tensor, spread: Tensor, matrix: Tensor, mirrored: Tensor, frame: Tensor, patch: int
) -> Target:
    """What is to be found in crops, from labels of patches of so many pixels a side; see `augment`."""
    hand = ~joints[:, 0, 0].isnan()
    points = torch.nan_to_num(joints)
    # Whole-number pixel centres to grid_sample's -1..1 over pixel edges, then through the inverse view.
    normalised = (points[..., :2] + 0.5) / patch * 2 - 1
    linear = torch.linalg.inv(matrix[..., :2])
    xy = torch.einsum("bij,bkj->bki", linear, normalised - matrix[:, None, :, 2]) / 2 + 0.5
    size = torch.linalg.det(matrix[..., :2]).abs().sqrt()
    sides = size[:, None] * patch
    z = points[..., 2] / sides
    beyond = ((xy - 0.5) * frame[:, None, :2]).sum(dim=-1) - frame[:, None, 2]
    inside = ((xy > -_OUTSIDE) & (xy < 1 + _OUTSIDE)).all(dim=-1) & (beyond < _BEYOND_FRAME)
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
