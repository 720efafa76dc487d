from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from handtrack.study.datasets.patches import PATCH_PIXELS
from handtrack.study.training.augment import FOLLOWED, AugmentSettings, augment
from handtrack.study.training.covers import change_backgrounds
from handtrack.study.training.lens import compress, motion_blur

NO_LOOKS = AugmentSettings(
    background_share=0.0,
    beside_share=0.0,
    occlusion_share=0.0,
    frame_share=0.0,
    light_share=0.0,
    night_share=0.0,
    infrared_share=0.0,
    blur_share=0.0,
    noise_share=0.0,
    compression_share=0.0,
    grey_share=0.0,
    hue=0.0,
)
PLAIN = replace(NO_LOOKS, stretch=0.0, fast_share=0.0, far_share=0.0, wrong_hand_share=0.0)
STILL = replace(PLAIN, turn=0.0, wide_turn_share=0.0, scale=0.0, shift=0.0)


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


def _plain(count: int, value: int) -> torch.Tensor:
    return torch.full((count, 3, PATCH_PIXELS, PATCH_PIXELS), value, dtype=torch.uint8)


def _half_covered(count: int) -> torch.Tensor:
    """Mattes whose upper half is the hand."""
    mattes = torch.zeros(count, PATCH_PIXELS // 2, PATCH_PIXELS // 2, dtype=torch.uint8)
    mattes[:, : PATCH_PIXELS // 4] = 255
    return mattes


def _crops(
    settings: AugmentSettings, images: torch.Tensor, seed: int = 0, behind: Sequence[torch.Tensor] = ()
) -> torch.Tensor:
    """Crops of pictures of any hands."""
    _, joints, spread = _batch(len(images))
    return augment(images, joints, spread, settings, torch.Generator().manual_seed(seed), *behind)[0]


@pytest.mark.parametrize("wrong_hand_share", [0.0, 1.0])
def test_targets_stay_on_the_picture(wrong_hand_share):
    """Whatever the view, each target lies on its bright spot: labels and pictures move together."""
    settings = replace(NO_LOOKS, far_share=0.0, fast_share=0.4, wrong_hand_share=wrong_hand_share)
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
    settings = replace(STILL, stretch=0.15)
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
    mattes, backgrounds = _half_covered(16), _plain(4, 90)
    crops, _ = augment(
        images, joints, spread, AugmentSettings(), torch.Generator().manual_seed(0), mattes, backgrounds
    )
    assert crops.shape == (16, 3, 128, 128)
    assert float(crops.min()) >= (0 - 127.5) / 64 - 1e-4
    assert float(crops.max()) <= (255 - 127.5) / 64 + 1e-4


def _before(backgrounds: torch.Tensor, mattes: torch.Tensor, blur_share: float = 0.0) -> torch.Tensor:
    """Crops that are the middle of white pictures, after change_backgrounds."""
    crops = torch.full((len(mattes), 3, 128, 128), 255.0)
    grid = F.affine_grid(
        torch.eye(2, 3).repeat(len(mattes), 1, 1) / 2, list(crops.shape), align_corners=False
    )
    settings = replace(STILL, background_share=1.0, blur_share=blur_share)
    change_backgrounds(crops, grid, "zeros", mattes, backgrounds, settings, torch.Generator().manual_seed(0))
    return crops


def test_another_background_lies_outside_the_matte_alone():
    mattes = _half_covered(8)
    mattes[6:] = 0  # none to trust
    crops = _before(_plain(3, 20), mattes)

    assert (crops[:6, :, 66:] - 20).abs().max() < 0.1
    assert crops[:6, :, :62].flatten(2).std(dim=2).max() < 0.1, "the hand, of another tone"
    assert crops[:6, :, :62].min() > 120
    assert (crops[6:] == 255).all()


def test_a_fast_hand_is_blurred_and_the_background_behind_it_is_sharp():
    backgrounds = _plain(1, 0)
    backgrounds[..., torch.arange(PATCH_PIXELS) % 40 < 20] = 100
    still, moving = (_before(backgrounds, _half_covered(64), share) for share in (0.0, 0.9))
    # Rows in which every pixel differs both from the hand's tone and from the darkest of the background.
    between = []
    for crops in (still, moving):
        darkest = crops[:, 0].amin(dim=2)
        tone = crops[:, 0, :10].mean(dim=(1, 2))[:, None]
        between.append(((darkest > 0.05 * tone) & (darkest < 0.95 * tone)).sum(dim=1))
    edges = [crops[:, 0, 100:].diff(dim=2).abs().amax(dim=(1, 2)) for crops in (still, moving)]

    assert (between[0] <= 3).float().mean() > 0.95
    assert between[1].max() > 8
    assert 0.15 < (between[1] > 3).float().mean() < 0.45
    assert edges[1].min() > 15


NAMES = ("background", "light", "night", "infrared", "compression", "frame", "fast")


@pytest.mark.parametrize("name", NAMES)
def test_a_look_of_no_share_changes_nothing_and_one_of_full_share_does(name):
    images = torch.randint(0, 256, (8, 3, PATCH_PIXELS, PATCH_PIXELS), dtype=torch.uint8)
    behind = (_half_covered(8), _plain(2, 200))
    before = _crops(PLAIN, images, behind=behind)
    without_any = _crops(PLAIN, images)
    changed = _crops(replace(PLAIN, **{f"{name}_share": 1.0}), images, behind=behind)

    assert torch.equal(before, without_any), "nothing was drawn for what has no share"
    assert (changed - before).abs().flatten(1).amax(dim=1).min() > 0.05


def test_the_same_numbers_make_the_same_batch():
    images = torch.randint(0, 256, (16, 3, PATCH_PIXELS, PATCH_PIXELS), dtype=torch.uint8)
    behind = (_half_covered(16), _plain(2, 200))
    first, again, other = (_crops(AugmentSettings(), images, seed, behind) for seed in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_hands_that_are_followed_keep_their_backgrounds_and_frames():
    shares = ("fast", "background", "frame", "light", "night", "infrared", "compression")
    assert all(getattr(FOLLOWED, f"{name}_share") == 0 for name in shares)


def test_beyond_the_frame_all_is_black_and_hidden_joints_do_not_count():
    images, (_, joints, spread) = _plain(64, 255), _batch(64)
    crops, target = augment(
        images, joints, spread, replace(PLAIN, frame_share=1.0), torch.Generator().manual_seed(2)
    )
    black = crops <= -127.5 / 64 + 1e-4
    assert 0.02 < black.float().mean() < 0.5
    hidden = shown = 0
    for index in range(64):
        for x, y, weight in torch.cat([target.xy[index], target.weight[index, :, None]], dim=1).tolist():
            if weight > 0 and 0 <= x < 1 and 0 <= y < 1:
                shown += 1
                # Slightly beyond the border at most.
                low, high = (max(0, int(value * 128) - 9) for value in (y, x))
                assert not black[index, :, low : low + 19, high : high + 19].all()
            elif 0.05 < x < 0.95 and 0.05 < y < 0.95:
                hidden += 1
                assert black[index, :, int(y * 128), int(x * 128)].all() or target.presence[index] == 0
    assert hidden > 20
    assert shown > 20


def test_fast_hands_lie_off_the_middle_turned_and_of_another_size():
    images, joints, spread = _batch(256)
    joints[:] = joints[:1]
    views = [
        augment(images, joints, spread, replace(STILL, fast_share=share), torch.Generator().manual_seed(1))[
            1
        ].xy
        for share in (0.0, 1.0)
    ]
    middles = (views[1].mean(dim=1) - views[0].mean(dim=1)).norm(dim=1)
    bones = [xy[:, 1] - xy[:, 0] for xy in views]
    turns = torch.atan2(*bones[1].T.flip(0)) - torch.atan2(*bones[0].T.flip(0))
    sizes = bones[1].norm(dim=1) / bones[0].norm(dim=1)

    assert 0.25 < middles.max() < 0.6
    assert 45 < torch.rad2deg(torch.remainder(turns + torch.pi, 2 * torch.pi) - torch.pi).abs().max() < 61
    assert 0.6 < sizes.min() < 0.7
    assert 1.45 < sizes.max() < 1.7


def test_motion_blur_spreads_a_point_along_a_line_and_leaves_its_middle():
    points = torch.zeros(32, 1, 128, 128)
    points[:, :, 64, 64] = 1.0
    blurred = motion_blur(points, 14.0, torch.Generator().manual_seed(0))[:, 0]
    line = torch.arange(128.0) - 64
    moments = [
        (blurred * weight).sum(dim=(1, 2)) for weight in (line, line[:, None], line**2, line[:, None] ** 2)
    ]
    lengths = (12 * (moments[2] + moments[3])).sqrt()

    assert torch.allclose(blurred.sum(dim=(1, 2)), torch.ones(32), atol=1e-3)
    assert moments[0].abs().max() < 0.05
    assert moments[1].abs().max() < 0.05
    assert 3 < lengths.min() < 6
    assert 12 < lengths.max() < 16


def test_compression_rounds_away_what_is_fine_and_keeps_what_is_coarse():
    images = torch.randint(0, 256, (8, 3, 128, 128)).float() / 255
    coarse = F.interpolate(images[..., :4, :4], size=128, mode="bilinear") * 0.6 + 0.2
    settings = AugmentSettings(compression_share=1.0)
    fine, smooth = images.clone(), coarse.clone()
    compress(fine, settings, torch.Generator().manual_seed(0))
    compress(smooth, settings, torch.Generator().manual_seed(0))

    assert fine.std() < 0.7 * images.std()
    assert (smooth - coarse).abs().mean() < 0.04
    assert (smooth - coarse).abs().max() > 0.01
