from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.report.gallery import hand_picture, worst_by_collection, worst_hands
from tests.handtrack.study.evaluation.conftest import MakeSample
from tests.handtrack.study.evaluation.made import made_comparison

EXITS = [[0.9, 0.9], [0.1, 0.9], [0.9, 0.9]]


@pytest.fixture
def comparisons(make_sample: MakeSample) -> list[Comparison]:
    samples = [make_sample(key=f"made/{number}") for number in range(3)]
    return [
        made_comparison([[9.0, 1.0], [50.0, 20.0], [7.0, 1.0]], EXITS, {}, "first", samples),
        made_comparison([[8.0, 1.0], [12.0, 30.0], [10.0, 99.0]], EXITS, {}, "second", samples),
    ]


def test_the_worst_of_all_sets_come_first_at_the_gates_default(comparisons: list[Comparison]) -> None:
    hands = worst_hands(comparisons, 0, 0.5, count=4)

    assert [(hand.comparison.evaluated.name, hand.facts.key, hand.loops) for hand in hands] == [
        ("second", "made/1", 2),
        ("first", "made/1", 2),
        ("second", "made/2", 1),
        ("first", "made/0", 1),
    ]
    assert [hand.pa_mpjpe_mm for hand in hands] == pytest.approx([30.0, 20.0, 10.0, 9.0])
    assert hands[0].error_2d_percent == pytest.approx(15.0)


def test_a_hand_says_how_sure_the_network_was(comparisons: list[Comparison]) -> None:
    hand = worst_hands(comparisons, 0, 0.5, count=1)[0]

    assert hand.sigma_2d == pytest.approx(np.full(21, 0.01 * hand.facts.crop_size))
    assert hand.sigma_percent == pytest.approx(hand.facts.crop_size / hand.facts.extent)
    assert hand.within_1_sigma == pytest.approx(42 / 62)


def test_fewer_hands_than_asked_for_are_all_shown(comparisons: list[Comparison]) -> None:
    assert len(worst_hands(comparisons, 0, 0.5)) == 6


def test_each_collection_has_its_worst_by_their_place_in_the_picture(make_sample: MakeSample) -> None:
    samples = [
        replace(make_sample(key=f"made/{number}"), source="one" if number < 2 else "other")
        for number in range(3)
    ]
    comparison = made_comparison([[9.0, 1.0], [50.0, 20.0], [7.0, 1.0]], EXITS, {}, "first", samples)

    found = worst_by_collection(comparison, 0, 0.5, count=1)

    assert {source: [hand.facts.key for hand in hands] for source, hands in found.items()} == {
        "one": ["made/1"],
        "other": ["made/2"],
    }


def decoded(comparison: Comparison) -> tuple[np.ndarray, np.ndarray]:
    hand = worst_hands([comparison], 0, 0.5, count=1)[0]
    picture = cv2.imdecode(np.frombuffer(hand_picture(hand), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    side = picture.shape[0]
    assert picture.shape == (side, 2 * side, 3)
    return picture[:, :side], picture[:, side:]


def moved(comparison: Comparison, by: float) -> Comparison:
    scores = comparison.scores[0]
    shifted = replace(scores, joints_2d=scores.joints_2d + np.float32(by))
    return replace(comparison, scores=(shifted, *comparison.scores[1:]))


def test_the_picture_shows_the_hand_as_it_is_and_with_its_joints(comparisons: list[Comparison]) -> None:
    plain, drawn = decoded(comparisons[0])
    colours = drawn.reshape(-1, 3).max(axis=1).astype(int) - drawn.reshape(-1, 3).min(axis=1)

    assert np.abs(plain.astype(int) - drawn).mean() > 3
    assert (colours > 80).mean() > 0.005  # the picture itself is grey
    assert plain.max() > 200  # the dots on the joints of the picture


def test_true_and_found_joints_are_both_in_view(comparisons: list[Comparison]) -> None:
    drawn = decoded(moved(comparisons[0], 60.0))[1].astype(int)
    grey = np.ptp(drawn, axis=2) < 25

    white = np.argwhere(grey & (drawn.min(axis=2) > 200))
    coloured = np.argwhere(np.ptp(drawn, axis=2) > 80)

    # Found joints lie below and to the right of the true ones.
    assert (coloured.mean(axis=0) - white.mean(axis=0) > 20).all()


@pytest.mark.parametrize("by", [1e4, -1e7])
def test_a_find_far_away_leaves_the_hand_in_view(comparisons: list[Comparison], by: float) -> None:
    plain, drawn = decoded(moved(comparisons[0], by))

    assert drawn.shape == plain.shape
    assert plain.max() > 100


def test_joints_of_unknown_place_are_not_drawn(make_sample: MakeSample) -> None:
    spread = np.full(21, np.inf, np.float32)
    spread[0] = 0
    known, hidden = make_sample(), make_sample(spread=spread)

    def white(sample: object) -> int:
        comparison = made_comparison([[9.0, 1.0]], [[0.9, 0.9]], {}, samples=[sample])  # type: ignore[list-item]
        drawn = decoded(moved(comparison, 60.0))[1].astype(int)
        return int(((drawn.min(axis=2) > 200) & (np.ptp(drawn, axis=2) < 25)).sum())

    assert white(hidden) < 0.5 * white(known)
