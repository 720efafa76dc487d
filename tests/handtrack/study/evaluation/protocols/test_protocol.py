from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.errors import ModelError
from handtrack.study.datasets.sample import HandSample
from handtrack.study.evaluation.comparison import EvaluationSet, compare
from handtrack.study.evaluation.protocols.protocol import Protocol, all_joints, measure_protocol
from tests.handtrack.study.evaluation.conftest import MakeSample
from tests.handtrack.study.evaluation.made import Listed
from tests.handtrack.study.evaluation.protocols.conftest import Scripted, scaled

HANDS = 20


@pytest.fixture
def hands(make_sample: MakeSample) -> Listed:
    images = [np.full((8, 8, 3), index, np.uint8) for index in range(HANDS)]
    return Listed([make_sample(image=image, key=str(index)) for index, image in enumerate(images)])


def errors_of_first_coordinate(points: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.abs(points - truth)[:, 0]


@pytest.fixture
def protocol(hands: Listed) -> Protocol:
    """Error is along x, without any alignment; the PCK curve has three thresholds."""
    return Protocol(
        hands=hands,
        published_hands=HANDS,
        joint_errors=errors_of_first_coordinate,
        counted={"all": all_joints},
        thresholds_mm=np.array([0.0, 10, 40]),
        from_20_mm=1,
        notes=("a note",),
    )


def moved(metres: float, truth: np.ndarray) -> np.ndarray:
    return truth + np.array([metres, 0, 0])


def test_every_loop_is_scored_in_millimetres(protocol: Protocol) -> None:
    estimator = Scripted(protocol.hands, lambda t: moved(0.03, t), lambda t: moved(0.005, t))

    [result] = measure_protocol(protocol, [estimator])

    assert (result.protocol, result.estimator, result.hands) == ("all", "scripted", HANDS)
    assert result.mean_mm == [30, 5]
    assert result.median_mm == [30, 5]
    assert result.thresholds_mm == [0, 10, 40]
    assert result.pck == [[0, 0, 1], [0, 1, 1]]
    # Intervals of 10 and 30 mm, heights 0 and 0.5; then 0.5 and 1.
    assert result.auc == [0.375, 0.875]
    assert result.auc_20_50 == [0.5, 1]


def test_there_is_no_late_area_where_the_protocol_has_none(protocol: Protocol) -> None:
    [result] = measure_protocol(replace(protocol, from_20_mm=None), [Scripted(protocol.hands, scaled)])

    assert result.auc_20_50 is None


def test_each_rule_of_what_counts_gives_a_result_for_each_estimator(protocol: Protocol) -> None:
    def tips(sample: HandSample) -> np.ndarray:
        return np.isin(np.arange(21), [4, 8, 12, 16, 20])

    def tips_off(truth: np.ndarray) -> np.ndarray:
        points = truth.copy()
        points[[4, 8, 12, 16, 20], 0] += 0.021
        return points

    estimators = [Scripted(protocol.hands, tips_off, name=name) for name in ("a", "b")]

    results = measure_protocol(replace(protocol, counted={"all": all_joints, "tips": tips}), estimators)

    assert [(r.protocol, r.estimator) for r in results] == [
        ("all", "a"),
        ("all", "b"),
        ("tips", "a"),
        ("tips", "b"),
    ]
    assert [r.mean_mm for r in results] == [[5], [5], [21], [21]]  # 5 of 21 joints are off by 21 mm


def test_hands_come_in_batches_of_sixteen_at_the_rough_places_of_the_comparison(protocol: Protocol) -> None:
    first, second, compared = (Scripted(protocol.hands, scaled) for _ in range(3))

    measure_protocol(protocol, [first, second], seed=5)
    compare(EvaluationSet("made", protocol.hands), [compared], seed=5)

    assert first.batches == [16, 4]
    for a, b, c in zip(first.shown, second.shown, compared.shown, strict=True):
        assert np.array_equal(a.rough_joints, b.rough_joints)
        assert np.array_equal(a.rough_joints, c.rough_joints)
        assert a.handedness == c.handedness
        assert a.camera is c.camera
    assert not np.array_equal(first.shown[0].rough_joints, first.shown[1].rough_joints)


def test_another_seed_shows_other_places(protocol: Protocol) -> None:
    first, second = (Scripted(protocol.hands, scaled) for _ in range(2))

    measure_protocol(protocol, [first], seed=0)
    measure_protocol(protocol, [second], seed=1)

    assert not np.array_equal(first.shown[0].rough_joints, second.shown[0].rough_joints)


def test_a_limit_takes_the_same_hands_as_the_comparison(protocol: Protocol) -> None:
    limited, compared = Scripted(protocol.hands, scaled), Scripted(protocol.hands, scaled)

    [result] = measure_protocol(protocol, [limited], limit=5, seed=3)
    compare(EvaluationSet("made", protocol.hands), [compared], limit=5, seed=3)

    assert result.hands == 5
    assert [int(p.image[0, 0, 0]) for p in limited.shown] == [int(p.image[0, 0, 0]) for p in compared.shown]


def test_notes_say_that_places_are_given_and_what_the_protocol_says(protocol: Protocol) -> None:
    [result] = measure_protocol(protocol, [Scripted(protocol.hands, scaled)])

    assert result.notes[0] == "a note"
    assert "rough place" in result.notes[1]
    assert len(result.notes) == 2


def test_fewer_hands_than_published_are_said_to_be_not_comparable(protocol: Protocol) -> None:
    whole = replace(protocol, published_hands=3960)

    [result] = measure_protocol(whole, [Scripted(protocol.hands, scaled)], limit=5)

    assert result.notes[-1] == (
        "5 hands and not the 3960 of the published evaluation: not comparable with published numbers"
    )


def test_an_answer_that_is_not_finite_is_one_clear_error(protocol: Protocol) -> None:
    broken = Scripted(protocol.hands, lambda truth: truth * np.nan, name="best")

    with pytest.raises(ModelError, match="best gives joints that are not finite numbers for 0"):
        measure_protocol(protocol, [broken])


def test_progress_reaches_the_total(protocol: Protocol) -> None:
    calls: list[tuple[int, int | None]] = []

    measure_protocol(protocol, [], progress=lambda *call: calls.append(call))

    assert calls == [(16, HANDS), (HANDS, HANDS)]
