from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.cropping import apply_affine, crop_matrix
from handtrack.hand import Crop
from handtrack.model.constants import CROP_PIXELS
from handtrack.tracking.carried import CarriedEstimate, start_in_crops
from handtrack.tracking.track import HandTrack

CARRIED = CarriedEstimate(
    np.random.default_rng(0).uniform(100, 200, (21, 2)).astype(np.float32),
    np.linspace(-10, 10, 21).astype(np.float32),
    np.full((21, 2), 4.0, np.float32),
    np.full(21, 8.0, np.float32),
)


@pytest.mark.parametrize("mirrored", [False, True])
def test_an_estimate_moves_into_the_next_crop(mirrored):
    crop = Crop((150.0, 140.0), 160.0, 0.4, mirrored)
    start = start_in_crops([CARRIED], [crop])
    pixels = apply_affine(crop_matrix(crop, CROP_PIXELS), CARRIED.joints_2d)
    assert np.allclose(start.xy[0] * CROP_PIXELS - 0.5, pixels, atol=1e-3)
    assert np.allclose(start.z[0], CARRIED.depth / 160)
    assert np.allclose(start.sigma_xy, 4 / 160)
    assert np.allclose(start.sigma_z, 8 / 160)


def _followed_track() -> HandTrack:
    track = HandTrack(1, CARRIED.joints_2d, "right", 1.0)
    track.follow(CARRIED.joints_2d, CARRIED, 0.0)
    return track


def test_a_new_hand_begins_from_nothing_and_then_from_the_last_frame():
    assert HandTrack(1, CARRIED.joints_2d, "right", 1.0).carried is None
    assert _followed_track().carried is CARRIED


def test_a_hand_that_was_not_seen_begins_anew():
    track = _followed_track()
    track.miss()
    assert track.carried is None


def test_a_hand_that_turns_out_to_be_the_other_one_begins_anew():
    track = _followed_track()
    track.handedness = "left"
    track.follow(CARRIED.joints_2d, CARRIED, 0.0)
    assert track.crop.mirrored
    assert track.carried is None


def _moved_on(step: float) -> HandTrack:
    """A hand that moved by so many pixels to the right within a frame, about to be looked at again."""
    track = _followed_track()
    moved = replace(CARRIED, joints_2d=CARRIED.joints_2d + np.array([step, 0], np.float32))
    track.follow(moved.joints_2d, moved, 1 / 30)
    track.predict(2 / 30)
    return track


def test_what_is_known_of_a_moving_hand_moves_on_with_it_and_is_less_sure():
    track = _moved_on(30.0)
    assert track.carried is not None
    ahead = track.carried.joints_2d - CARRIED.joints_2d
    assert np.allclose(ahead[:, 1], 0, atol=1e-3)
    assert (ahead[:, 0] > 30 + 0.6 * 30).all()
    assert (ahead[:, 0] < 30 + 30).all()
    assert (track.carried.sigma_image > 1.5 * CARRIED.sigma_image).all()


def test_what_noise_explains_is_no_motion():
    track = _moved_on(1.5)  # 45 pixels a second, with a sigma of 4
    assert track.carried is not None
    assert np.array_equal(track.carried.joints_2d, CARRIED.joints_2d + np.array([1.5, 0], np.float32))
    assert np.array_equal(track.carried.sigma_image, CARRIED.sigma_image)


def test_no_joint_is_thrown_out_of_its_crop():
    track = _moved_on(300.0)
    assert track.carried is not None
    assert (track.carried.joints_2d[:, 0] - CARRIED.joints_2d[:, 0] - 300 < 0.4 * track.crop.size).all()
