from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.sample import HandSample
from handtrack.study.evaluation.asking import rough_joints
from handtrack.study.evaluation.comparison import EvaluationSet, compare
from handtrack.study.evaluation.estimators import HandPicture, JointsFound
from handtrack.study.evaluation.mean_pose import MEAN_POSE
from handtrack.study.evaluation.scores import true_points
from tests.handtrack.study.evaluation.conftest import MakeSample
from tests.handtrack.study.evaluation.made import Listed


class Scripted:
    """Answers with the truth plus a given error, loop for loop."""

    def __init__(self, samples: list[HandSample], shifts: Sequence[float]) -> None:
        self.name = "scripted"
        self.shown: list[HandPicture] = []
        self._samples = {id(sample.image): sample for sample in samples}
        self._shifts = shifts

    def find(self, pictures: Sequence[HandPicture]) -> list[JointsFound]:
        self.shown += pictures
        found = []
        for picture in pictures:
            sample = self._samples[id(picture.image)]
            extent = np.ptp(sample.joints_2d, axis=0).max()
            joints_2d = np.stack([sample.joints_2d + np.array([shift * extent, 0]) for shift in self._shifts])
            found.append(JointsFound(joints_2d, np.stack([true_points(sample)] * len(self._shifts))))
        return found


@pytest.fixture
def samples(make_sample: MakeSample) -> list[HandSample]:
    return [make_sample(key=f"made/{i}") for i in range(20)]


def test_every_estimator_is_scored_on_every_hand_and_the_mean_pose_last(samples: list[HandSample]) -> None:
    comparison = compare(
        EvaluationSet("made", Listed(samples)), [Scripted(samples, [0.1, 0.05]), Scripted(samples, [0.2])]
    )

    assert [scores.hands for scores in comparison.scores] == [20, 20, 20]
    assert [scores.loops for scores in comparison.scores] == [2, 1, 1]
    assert comparison.scores[-1].estimator == MEAN_POSE
    assert comparison.scores[0].image_percent.mean(axis=(0, 2)) == pytest.approx([10.0, 5.0], rel=1e-4)
    assert [facts.key for facts in comparison.facts] == [f"made/{i}" for i in range(20)]


def test_a_known_palm_sets_the_scale(samples: list[HandSample]) -> None:
    def shifted(palm_length: float | None) -> float:
        mean = compare(EvaluationSet("made", Listed(samples), palm_length), []).scores[0]
        return float(mean.aligned_mm.mean())

    assert shifted(0.18) == pytest.approx(shifted(0.09) / 2, rel=1e-3)


def test_measured_points_belong_to_their_hand_alone(samples: list[HandSample]) -> None:
    extent = np.ptp(samples[0].joints_2d, axis=0).max()
    measured = {"made/3": {4: samples[3].joints_2d[4] + [0, 0.2 * extent]}}

    scores = compare(
        EvaluationSet("made", Listed(samples), measured_points=measured), [Scripted(samples, [0.0])]
    ).scores[0]

    assert np.argwhere(~np.isnan(scores.measured_percent)).tolist() == [[3, 0, 4]]
    assert scores.measured_percent[3, 0, 4] == pytest.approx(20.0, rel=1e-4)


def test_an_empty_set_is_told() -> None:
    with pytest.raises(SourceError, match="the made set holds no hand"):
        compare(EvaluationSet("made", Listed([])), [])


def test_all_estimators_are_shown_the_same_rough_places(samples: list[HandSample]) -> None:
    first, second = Scripted(samples, [0.0]), Scripted(samples, [0.1])

    compare(EvaluationSet("made", Listed(samples)), [first, second])
    again = Scripted(samples, [0.0])
    compare(EvaluationSet("made", Listed(samples)), [again])

    for a, b, c in zip(first.shown, second.shown, again.shown, strict=True):
        assert np.array_equal(a.rough_joints, b.rough_joints)
        assert np.array_equal(a.rough_joints, c.rough_joints)
    assert not np.array_equal(first.shown[0].rough_joints, first.shown[1].rough_joints)


def test_a_limit_takes_some_hands_by_the_seed(samples: list[HandSample]) -> None:
    def keys(seed: int, limit: int) -> list[int]:
        scripted = Scripted(samples, [0.0])
        compare(EvaluationSet("made", Listed(samples)), [scripted], limit=limit, seed=seed)
        return [next(i for i, s in enumerate(samples) if s.image is p.image) for p in scripted.shown]

    assert keys(0, 5) == keys(0, 5) != keys(1, 5)
    assert len(set(keys(0, 5))) == 5
    assert keys(0, 100) == list(range(20))


def test_rough_places_are_near_and_keep_the_hands_shape(samples: list[HandSample]) -> None:
    joints = samples[0].joints_2d.astype(np.float64)
    extent = np.ptp(joints, axis=0).max()
    moved = np.stack([rough_joints(joints, np.random.default_rng(i)) for i in range(300)])

    shift = (moved.min(axis=1) + moved.max(axis=1)) / 2 - (joints.min(axis=0) + joints.max(axis=0)) / 2
    lengths = np.linalg.norm(moved[:, 12] - moved[:, 0], axis=1) / np.linalg.norm(joints[12] - joints[0])
    others = np.linalg.norm(moved[:, 4] - moved[:, 20], axis=1) / np.linalg.norm(joints[4] - joints[20])

    assert 0.03 < np.abs(shift).mean() / extent < 0.08
    assert 0.03 < np.log(lengths).std() < 0.09
    assert others == pytest.approx(lengths)


def test_progress_reaches_the_total(samples: list[HandSample]) -> None:
    calls: list[tuple[int, int | None]] = []

    compare(EvaluationSet("made", Listed(samples)), [], progress=lambda *call: calls.append(call))

    assert calls[-1] == (20, 20)
