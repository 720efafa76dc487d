from __future__ import annotations

import numpy as np
import pytest

from app.error_history import ErrorHistory
from handtrack.skeleton import JOINT_COUNT
from tests.app.sample_results import sample_hand, sample_result, truth_of


def show(history: ErrorHistory, offsets: list[float], start: int = 0, sigma: float = 1.0) -> None:
    """One frame for each offset in pixels along x."""
    hand = sample_hand(sigma=sigma)
    for index, offset in enumerate(offsets, start):
        truth = (truth_of(hand, moved_2d=(offset, 0)),)
        history.append(sample_result((hand,), index=index, truth=truth))


def test_joints_are_averaged_over_the_last_moments_only():
    history = ErrorHistory(10.0)
    show(history, [50.0] * 60 + [3.0, 5.0] * 15)
    errors, sigmas = history.joints("px", 0.9)
    assert errors == pytest.approx(np.full(JOINT_COUNT, np.sqrt((9 + 25) / 2 / 2)), rel=1e-3)
    assert sigmas == pytest.approx(sample_hand().sigma_2d, rel=1e-4)


def test_each_frame_has_its_error_and_its_sigma():
    history = ErrorHistory(10.0)
    show(history, [4.0, 8.0])
    show(history, [8.0], start=2, sigma=2.0)
    times, errors, sigmas = history.frames("px")
    assert times == pytest.approx([0, 1 / 30, 2 / 30])
    assert errors == pytest.approx(np.array([4.0, 8.0, 8.0]) / np.sqrt(2), rel=1e-4)
    assert sigmas[2] == pytest.approx(2 * sigmas[1])
    assert sigmas[0] == pytest.approx(np.sqrt((sample_hand().sigma_2d ** 2).mean()), rel=1e-4)


def test_in_space_both_curves_leave_the_wrist_out():
    history = ErrorHistory(10.0)
    show(history, [0.0])
    _, _, sigmas = history.frames("mm")
    assert sigmas[0] == pytest.approx(1000 * np.sqrt((sample_hand().sigma_3d[1:] ** 2).mean()), rel=1e-4)
    assert np.isnan(history.joints("mm", 1.0)[0][0])


def test_a_frame_without_a_known_hand_is_a_gap():
    history = ErrorHistory(10.0)
    show(history, [2.0] * 10)
    history.append(sample_result((), index=10, truth=(truth_of(sample_hand()),)))
    history.append(sample_result((sample_hand(),), index=11, truth=()))
    history.append(sample_result((sample_hand(),), index=12))
    _, errors, sigmas = history.frames("px")
    assert np.isnan(errors[10:]).all()
    assert np.isnan(sigmas[10:]).all()
    assert history.joints("px", 1.0)[0] == pytest.approx(np.full(JOINT_COUNT, 2 / np.sqrt(2)), rel=1e-3)


def test_shares_are_of_all_hands_in_the_time_shown():
    history = ErrorHistory(10.0)
    assert history.shares_inside("px") is None
    sigma = float(sample_hand().sigma_2d[0])
    show(history, [0.0] * 10)
    assert history.shares_inside("px") == (1.0, 1.0)
    show(history, [40 * sigma] * 10, start=10)
    # y is always right; x is far off in half of the frames.
    assert history.shares_inside("px") == pytest.approx((0.75, 0.75))
    history.clear()
    assert history.shares_inside("px") is None


def test_two_hands_count_alike():
    one, other = sample_hand((150, 400)), sample_hand((500, 400), handedness="left", track_id=2)
    truths = (truth_of(other, moved_2d=(6, 0)), truth_of(one, moved_2d=(0, 0)))
    history = ErrorHistory(10.0)
    history.append(sample_result((one, other), truth=truths))
    assert history.frames("px")[1][0] == pytest.approx(np.sqrt(6**2 / 2 / 2), rel=1e-4)
