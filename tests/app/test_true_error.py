from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from app.true_error import TrueError, match_hands
from handtrack.hand import Hand, HandTruth, read_only
from handtrack.skeleton import JOINT_COUNT
from tests.app.sample_results import sample_hand, truth_of


def test_a_hand_at_its_true_place_has_no_error():
    hand = sample_hand()
    error = TrueError.of(hand, truth_of(hand))
    assert error.error["px"] == pytest.approx(np.zeros(JOINT_COUNT))
    assert error.error["mm"][1:] == pytest.approx(np.zeros(JOINT_COUNT - 1), abs=1e-3)
    assert error.inside == {"px": (1.0, 1.0), "mm": (1.0, 1.0)}
    np.testing.assert_allclose(error.sigma["mm"], 1000 * hand.sigma_3d)
    np.testing.assert_allclose(error.sigma["px"], hand.sigma_2d)


def test_errors_are_per_axis():
    hand = sample_hand()
    truth = truth_of(hand, moved_2d=(6.0, 8.0))
    assert TrueError.of(hand, truth).error["px"] == pytest.approx(
        np.full(JOINT_COUNT, 10 / np.sqrt(2)), rel=1e-4
    )


def test_errors_in_space_leave_out_the_wrist_which_is_the_origin():
    hand = sample_hand()
    off = np.zeros((JOINT_COUNT, 3), np.float32)
    off[8] = 0.003, 0.0, -0.004
    error = TrueError.of(hand, truth_of(hand, off_3d=off)).error["mm"]
    assert np.isnan(error[0])
    assert error[8] == pytest.approx(5 / np.sqrt(3), rel=0.01)
    assert np.abs(np.delete(error, [0, 8])).max() < 0.05


def test_the_size_of_the_true_hand_is_no_error():
    hand = sample_hand(curl=0.3)
    child = truth_of(hand)
    child = replace(child, joints_3d=child.joints_3d * 0.7)
    assert np.nanmax(TrueError.of(hand, child).error["mm"]) < 1e-3


def test_shares_inside_sigma_are_those_of_a_normal_distribution_where_sigma_is_right():
    random = np.random.default_rng(5)
    hand = sample_hand()
    shares = []
    for _ in range(200):
        off = random.normal(size=(JOINT_COUNT, 2)) * hand.sigma_2d[:, None]
        truth = truth_of(hand)
        truth = replace(truth, joints_2d=read_only(truth.joints_2d + off, np.float32))
        shares.append(TrueError.of(hand, truth).inside["px"])
    assert np.mean(shares, axis=0) == pytest.approx([0.683, 0.954], abs=0.015)


def matched(hands: list[Hand], truths: list[HandTruth]) -> list[tuple[int, int]]:
    def place(items: Sequence[object], item: object) -> int:
        return next(number for number, other in enumerate(items) if other is item)

    return [(place(hands, hand), place(truths, truth)) for hand, truth in match_hands(hands, truths)]


def test_hands_find_the_true_ones_nearest_to_them():
    left, right = sample_hand((150, 400), handedness="left"), sample_hand((500, 400))
    truths = [truth_of(right, moved_2d=(9, 0)), truth_of(left, moved_2d=(-20, 5))]
    assert matched([left, right], truths) == [(0, 1), (1, 0)]


def test_a_true_hand_has_one_partner_at_most():
    near, far = sample_hand((300, 400)), sample_hand((340, 400))
    assert matched([far, near], [truth_of(near)]) == [(1, 0)]
    assert matched([near], [truth_of(far), truth_of(near)]) == [(0, 1)]


def test_what_is_tracked_far_from_every_true_hand_has_no_partner():
    assert matched([sample_hand((100, 400), scale=900)], [truth_of(sample_hand((500, 400), scale=900))]) == []
    assert matched([sample_hand()], []) == []
    assert matched([], [truth_of(sample_hand())]) == []
