from __future__ import annotations

import cv2
import numpy as np
import pytest

from handtrack.geometry import palm_scale
from handtrack.study.evaluation.metrics import (
    aligned_errors_mm,
    image_errors_percent,
    root_relative_errors_mm,
)
from tests.handtrack.study.evaluation.conftest import spread_hand

TURN = cv2.Rodrigues(np.array([0.4, -0.8, 0.3]))[0]


def test_a_moved_turned_and_scaled_answer_has_no_aligned_error() -> None:
    hand = spread_hand()

    errors = aligned_errors_mm(7.0 * hand @ TURN.T + [1, 2, 3], hand)

    assert errors == pytest.approx(np.zeros(21), abs=1e-9)


def test_a_mirrored_answer_has_an_aligned_error() -> None:
    hand = spread_hand()

    assert aligned_errors_mm(hand * [-1, 1, 1], hand).mean() > 5


def test_aligned_error_is_given_at_a_palm_of_90_mm() -> None:
    hand = spread_hand()
    noisy = hand + np.random.default_rng(0).normal(0, 0.005, hand.shape)
    in_metres = aligned_errors_mm(noisy, hand)

    assert aligned_errors_mm(noisy * 3, hand * 3) == pytest.approx(in_metres)
    assert in_metres.mean() == pytest.approx(
        aligned_errors_mm(noisy, hand, palm_length=0.09).mean() * 0.09 / palm_scale(hand)
    )
    assert 4 < in_metres.mean() < 12


def test_unknown_joints_neither_count_nor_steer_the_alignment() -> None:
    hand = spread_hand()
    answer = hand.copy()
    answer[[4, 8]] += 1.0
    known = np.ones(21, bool)
    known[[4, 8]] = False

    errors = aligned_errors_mm(answer, hand, known)

    assert errors.shape == (19,)
    assert errors == pytest.approx(np.zeros(19), abs=1e-9)


def test_image_error_is_in_percent_of_the_hand_whatever_its_size() -> None:
    joints = spread_hand()[:, :2] * 1000
    extent = np.ptp(joints, axis=0).max()

    moved = joints + np.array([0.1 * extent, 0])

    errors = image_errors_percent(moved, joints)
    small = image_errors_percent(moved / 5, joints / 5)

    assert errors == pytest.approx(np.full(21, 10.0))
    assert small == pytest.approx(errors)


def test_an_answer_of_another_size_and_place_has_no_error_from_the_wrist() -> None:
    hand = spread_hand()

    assert root_relative_errors_mm(3.0 * hand + [1, 2, 3], hand) == pytest.approx(np.zeros(21), abs=1e-9)


def test_a_turned_answer_has_an_error_from_the_wrist() -> None:
    hand = spread_hand()
    flipped = hand * [1, -1, 1]  # half a turn about x, but for depth

    errors = root_relative_errors_mm(flipped, hand)

    expected = np.abs(2 * hand[:, 1]) / palm_scale(hand) * 90
    assert errors == pytest.approx(expected)
    assert errors[0] == 0


def test_error_from_the_wrist_is_scaled_to_a_known_palm() -> None:
    hand = spread_hand()
    flat = hand * [1, 1, 0]

    errors = root_relative_errors_mm(flat, hand, palm_length=0.1)

    scaled = flat * 0.1 / palm_scale(flat)
    assert errors == pytest.approx(np.linalg.norm(scaled - hand, axis=1) / 0.1 * 90)


def test_without_a_known_wrist_there_is_no_error_from_it() -> None:
    hand, known = spread_hand(), np.ones(21, bool)
    known[[0, 4]] = False

    errors = root_relative_errors_mm(hand, hand, known)

    assert errors.shape == (19,)
    assert np.isnan(errors).all()


def test_unknown_joints_do_not_count_from_the_wrist() -> None:
    hand, known = spread_hand(), np.ones(21, bool)
    known[[4, 8]] = False
    answer = hand.copy()
    answer[[4, 8]] += 1.0

    assert root_relative_errors_mm(answer, hand, known) == pytest.approx(np.zeros(19), abs=1e-9)
