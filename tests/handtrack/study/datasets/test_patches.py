from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.hand import Handedness
from handtrack.study.datasets.patches import PATCH_PIXELS, Patches, hand_patches
from handtrack.study.datasets.sample import HandSample

BACKGROUND = [np.full((PATCH_PIXELS, PATCH_PIXELS, 3), (200, 10, 10), np.uint8)]


class _Pictures:
    """A data set of given samples; None stands for a file that cannot be read."""

    name = "pictures"

    def __init__(self, *samples: HandSample | None) -> None:
        self.samples = samples

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, index: int) -> HandSample:
        sample = self.samples[index]
        if sample is None:
            raise SourceError(f"{index}.png is not a readable picture")
        return sample


def _sample(colour: tuple[int, int, int] = (90, 90, 90), handedness: Handedness = "right") -> HandSample:
    """A white dot at every joint of a hand that points up, on a plain ground."""
    joints = np.stack([np.linspace(-20, 20, 21), np.linspace(40, -40, 21)], axis=1)
    joints[0], joints[9] = (0, 40), (0, -5)
    angle = 0.4
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    points = (joints @ turn.T + [160, 120]).astype(np.float32)
    image = np.full((240, 320, 3), colour, np.uint8)
    for x, y in points:
        cv2.circle(image, (round(float(x)), round(float(y))), 1, (255, 255, 255), -1)
    depth = np.linspace(0, 10, 21).astype(np.float32)
    return HandSample(image, points, depth, np.ones(21, np.float32), handedness, "plain", "hand.png")


def _cut(*samples: HandSample | None) -> Patches:
    return hand_patches(_Pictures(*samples), range(len(samples)), BACKGROUND, seed=0)


def test_joints_of_a_patch_lie_on_the_hand():
    patches = _cut(_sample())
    assert patches.images.shape == (1, PATCH_PIXELS, PATCH_PIXELS, 3)
    for x, y, _ in patches.joints[0]:
        assert patches.images[0, round(float(y)), round(float(x))].max() > 150
    assert patches.joints[0, 9, 1] < patches.joints[0, 0, 1], "turned upright"
    scale = np.linalg.norm(patches.joints[0, 9, :2] - patches.joints[0, 0, :2]) / 45
    assert np.allclose(patches.joints[0, :, 2], np.linspace(0, 10, 21) * scale, rtol=0.02)
    assert patches.source.tolist() == ["plain"]
    assert patches.key.tolist() == ["hand.png"]


def test_left_hands_are_mirrored():
    right, left = _cut(_sample()), _cut(_sample(handedness="left"))
    mirrored = left.joints[0, :, 0] * -1 + PATCH_PIXELS - 1
    assert np.allclose(mirrored, right.joints[0, :, 0], atol=0.6)


def test_green_screens_are_replaced():
    patches = _cut(_sample((40, 220, 40)))
    assert len(patches) == 3
    corner = patches.images[0, 5, 5].astype(int)
    assert corner[0] > 150
    assert corner[1] < 60


def test_what_cannot_be_read_is_left_out(caplog):
    patches = _cut(_sample(), None, _sample())
    assert len(patches) == 2
    assert "1.png is not a readable picture; left out" in caplog.text


def test_nothing_readable_is_one_clear_error():
    with pytest.raises(SourceError, match="pictures: none of 2 samples could be read"):
        _cut(None, None)


@pytest.mark.parametrize("screen", [True, False])
def test_green_screens_and_known_masks_give_exact_mattes(screen):
    """Of a picture whose part left of the middle MCP is a hand."""
    sample = _sample((40, 220, 40) if screen else (90, 90, 90))
    mask = np.zeros(sample.image.shape[:2], bool)
    mask[:, : int(sample.joints_2d[9, 0])] = True
    sample.image[mask] = (120, 150, 205)
    patches = _cut(sample if screen else replace(sample, mask=mask))
    x, y = (int(value) // 2 for value in patches.joints[0, 9, :2])

    assert patches.mattes.shape == (len(patches), PATCH_PIXELS // 2, PATCH_PIXELS // 2)
    for matte in patches.mattes:
        assert matte[y, x - 4] > 250
        assert matte[y, x + 4] < 5


def test_no_rim_of_the_picture_is_left_around_a_hand():
    """The picture's own edge, half black after warping, would frame every hand before a new background."""
    patch = _cut(_sample((40, 220, 40))).images[0].astype(int)
    ground = np.abs(patch - BACKGROUND[0][0, 0]).max(axis=2)
    assert ground[:50].max() < 4
    assert ground[:, :50].max() < 4


def test_what_stands_beside_a_green_screen_is_not_put_before_other_backgrounds():
    sample = _sample((40, 220, 40))
    sample.image[:12] = (60, 60, 60)
    assert not _cut(sample).mattes[:, :15].any()
