from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from handtrack.datasets.patches import PATCH_PIXELS
from handtrack.training.augment import AugmentSettings, augment

PLAIN = AugmentSettings(
    stretch=0.0,
    far_share=0.0,
    wrong_hand_share=0.0,
    occlusion_share=0.0,
    blur_share=0.0,
    noise_share=0.0,
    grey_share=0.0,
)


def _batch(count: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Patches with one bright spot at each joint."""
    generator = np.random.default_rng(0)
    joints = np.zeros((count, 21, 3), np.float32)
    joints[..., :2] = generator.uniform(PATCH_PIXELS * 0.35, PATCH_PIXELS * 0.65, (count, 21, 2))
    joints[..., 2] = generator.uniform(-20, 20, (count, 21))
    joints[:, 0, 2] = 0
    images = np.zeros((count, 3, PATCH_PIXELS, PATCH_PIXELS), np.uint8)
    for image, points in zip(images, joints, strict=True):
        for x, y, _ in points:
            image[:, round(float(y)) - 1 : round(float(y)) + 2, round(float(x)) - 1 : round(float(x)) + 2] = (
                255
            )
    return torch.from_numpy(images), torch.from_numpy(joints), torch.full((count, 21), 0.5)


@pytest.mark.parametrize("wrong_hand_share", [0.0, 1.0])
def test_targets_stay_on_the_picture(wrong_hand_share):
    """Whatever the view, each target lies on its bright spot: labels and pictures move together."""
    settings = AugmentSettings(
        far_share=0.0, wrong_hand_share=wrong_hand_share, occlusion_share=0.0, blur_share=0.0, noise_share=0.0
    )
    images, joints, spread = _batch(16)
    crops, target = augment(images, joints, spread, settings, torch.Generator().manual_seed(0))
    dark = crops.flatten(2).amin(dim=2).amax(dim=1)
    for index in range(16):
        for joint in range(21):
            x, y = (target.xy[index, joint] * 128 - 0.5).round().int().tolist()
            if 1 <= x < 127 and 1 <= y < 127:
                around = crops[index, :, y - 1 : y + 2, x - 1 : x + 2]
                assert around.max() > dark[index] + 0.15
    assert set(target.right.tolist()) <= {1.0 - wrong_hand_share, -1.0}


def test_depth_keeps_its_ratio_to_the_picture():
    images, joints, spread = _batch(8)
    _, target = augment(images, joints, spread, PLAIN, torch.Generator().manual_seed(1))
    flat = torch.cdist(target.xy, target.xy)
    scale = flat.sum(dim=(1, 2)) / torch.cdist(joints[..., :2], joints[..., :2]).sum(dim=(1, 2))
    assert torch.allclose(target.z, joints[..., 2] * scale[:, None], rtol=1e-3, atol=1e-5)


def test_a_stretched_view_changes_proportions_and_keeps_the_size():
    settings = replace(PLAIN, stretch=0.15, turn=0.0, wide_turn_share=0.0, scale=0.0, shift=0.0)
    images, joints, spread = _batch(64)
    _, stretched = augment(images, joints, spread, settings, torch.Generator().manual_seed(1))
    _, plain = augment(
        images, joints, spread, replace(settings, stretch=0.0), torch.Generator().manual_seed(1)
    )
    centred = [t.xy - t.xy.mean(dim=1, keepdim=True) for t in (stretched, plain)]
    areas = [torch.linalg.det(points.transpose(1, 2) @ points).sqrt() for points in centred]
    change = [points.norm(dim=(1, 2)) for points in centred]

    assert torch.allclose(areas[0], areas[1], rtol=1e-3)
    assert torch.allclose(stretched.z, plain.z, rtol=1e-3, atol=1e-6)
    assert (change[0] / change[1] - 1).abs().max() < 0.25
    widths = centred[0][..., 0].std(dim=1) / centred[1][..., 0].std(dim=1)
    assert 0.02 < widths.log().std() < 0.15


def test_windows_without_a_hand_train_presence_alone():
    images, joints, spread = _batch(4)
    joints[2:] = float("nan")
    _, target = augment(images, joints, spread, PLAIN, torch.Generator().manual_seed(0))
    assert target.presence.tolist() == [1, 1, 0, 0]
    assert target.right.tolist() == [1, 1, -1, -1]
    assert not target.weight[2:].any()
    assert torch.isfinite(target.xy).all()


def test_hands_far_outside_the_crop_count_as_absent():
    settings = AugmentSettings(far_share=1.0)
    images, joints, spread = _batch(64)
    _, target = augment(images, joints, spread, settings, torch.Generator().manual_seed(0))
    assert (target.presence == 0).any()
    absent = target.presence == 0
    assert not target.weight[absent].any()


def test_noisy_labels_count_less():
    images, joints, spread = _batch(2)
    spread[1] = 10.0
    _, target = augment(images, joints, spread, PLAIN, torch.Generator().manual_seed(0))
    assert target.weight[1].max() < 0.3 * target.weight[0].max()


def test_values_stay_in_the_range_of_real_crops():
    images = torch.randint(0, 256, (16, 3, PATCH_PIXELS, PATCH_PIXELS), dtype=torch.uint8)
    _, joints, spread = _batch(16)
    crops, _ = augment(images, joints, spread, AugmentSettings(), torch.Generator().manual_seed(0))
    assert crops.shape == (16, 3, 128, 128)
    assert float(crops.min()) >= (0 - 127.5) / 64 - 1e-4
    assert float(crops.max()) <= (255 - 127.5) / 64 + 1e-4
