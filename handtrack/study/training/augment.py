"""Random views and looks of patches, as batches in torch: what the live tracker's crops vary in."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from handtrack.model.constants import CROP_PIXELS
from handtrack.model.losses import Target
from handtrack.study.training.augment_settings import FOLLOWED, TRAINING, AugmentSettings
from handtrack.study.training.covers import change_backgrounds, occlude
from handtrack.study.training.lens import blur, compress, noise
from handtrack.study.training.lights import colour, shade
from handtrack.study.training.other_hands import put_hands_beside
from handtrack.study.training.views import black_beyond, random_frame, random_view, view_target

__all__ = ["FOLLOWED", "TRAINING", "AugmentSettings", "augment"]

_MIDDLE, _DEVIATION = 127.5, 64.0  # of what the network is given


def augment(
    images: Tensor,
    joints: Tensor,
    spread: Tensor,
    settings: AugmentSettings,
    generator: torch.Generator,
    mattes: Tensor | None = None,
    backgrounds: Tensor | None = None,
) -> tuple[Tensor, Target]:
    """Network input (B, 3, 128, 128) and its target, from patches (B, 3, P, P) uint8 with their labels.

    joints: (B, 21, 3) and spread (B, 21) in pixels of the patch; joints of NaN mean that there is no hand.
    generator: on the device of the patches, where all the work is done. mattes: (B, M, M) uint8 of the
    patches, for hands that get another background or another hand beside them. backgrounds: (K, 3, P, P)
    uint8 without a hand.
    """
    batch, patch = images.shape[0], images.shape[2]
    picture = images.to(torch.float32)
    matrix, mirrored = random_view(batch, settings, generator)
    frame = random_frame(batch, settings, generator)
    padding = "zeros" if torch.rand((), generator=generator, device=generator.device) < 0.5 else "reflection"
    grid = F.affine_grid(matrix, [batch, 3, CROP_PIXELS, CROP_PIXELS], align_corners=False)
    crops = F.grid_sample(picture, grid, mode="bilinear", padding_mode=padding, align_corners=False)
    target = view_target(joints, spread, matrix, mirrored, frame, patch)
    if mattes is not None and backgrounds is not None:
        change_backgrounds(crops, grid, padding, mattes, backgrounds, settings, generator)
    if mattes is not None:
        put_hands_beside(crops, target.presence == 1, grid, padding, images, mattes, settings, generator)
    occlude(crops, settings, generator)
    crops.div_(255.0)
    shade(crops, settings, generator)
    crops, night = colour(crops, settings, generator)
    blur(crops, settings, generator)
    noise(crops, night, settings, generator)
    compress(crops, settings, generator)
    crops.clamp_(0, 1).mul_(255.0).sub_(_MIDDLE).div_(_DEVIATION)
    black_beyond(crops, frame, black=-_MIDDLE / _DEVIATION)
    return crops, target
