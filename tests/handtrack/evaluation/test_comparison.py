from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from handtrack.datasets.sample import HandSample
from handtrack.evaluation.comparison import MEAN_POSE, EvaluationSet, compare, rough_joints, true_points
from handtrack.evaluation.estimators import HandPicture, JointsFound
from tests.handtrack.evaluation.conftest import MakeSample, spread_hand


class Listed:
    name = "listed"

    def __init__(self, samples: list[HandSample]) -> None:
        self._samples = samples

    def __len__(self) -> int:
        return len(self._samples)

    def __getitem__(self, index: int) -> HandSample:
        return self._samples[index]


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


def test_every_loop_is_measured(samples: list[HandSample]) -> None:
    scripted = Scripted(samples, [0.1, 0.05])

    measures, _ = compare(EvaluationSet("made", Listed(samples)), [scripted])

    assert measures.hands == 20
    assert measures.error_2d_percent == pytest.approx([10.0, 5.0])
    assert measures.pa_mpjpe_mm == pytest.approx([0.0, 0.0], abs=1e-3)
    assert measures.measured_percent is None


def test_hands_without_metres_are_measured_by_their_depth_in_pixels(make_sample: MakeSample) -> None:
    samples = [make_sample(joints_3d=None, camera=None)]

    measures, _ = compare(EvaluationSet("made", Listed(samples)), [Scripted(samples, [0.0])])

    assert measures.pa_mpjpe_mm == pytest.approx([0.0], abs=1e-3)


def test_unknown_joints_do_not_count(make_sample: MakeSample) -> None:
    spread = np.zeros(21, np.float32)
    spread[8] = np.inf
    sample = make_sample(spread=spread)
    lying = make_sample(spread=spread, image=sample.image)
    lying.joints_2d[8] += 500
    assert lying.joints_3d is not None
    lying.joints_3d[8] += 1.0

    measures, _ = compare(EvaluationSet("made", Listed([sample])), [Scripted([lying], [0.0])])

    assert measures.error_2d_percent == pytest.approx([0.0], abs=1e-3)
    assert measures.pa_mpjpe_mm == pytest.approx([0.0], abs=1e-3)


def test_answers_are_held_against_points_that_a_person_measured(samples: list[HandSample]) -> None:
    extent = np.ptp(samples[0].joints_2d, axis=0).max()
    measured = {"made/3": {4: samples[3].joints_2d[4] + [0, 0.2 * extent]}}

    measures, _ = compare(
        EvaluationSet("made", Listed(samples), measured_points=measured), [Scripted(samples, [0.0])]
    )

    assert measures.measured_percent == pytest.approx([20.0], abs=1e-3)


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


def test_always_answering_the_mean_is_right_where_all_hands_are_one(samples: list[HandSample]) -> None:
    [mean] = compare(EvaluationSet("made", Listed(samples)), [])

    assert mean.estimator == MEAN_POSE
    assert mean.error_2d_percent == pytest.approx([0.0], abs=1e-3)
    # What is left is the perspective that a flat answer cannot know.
    assert mean.pa_mpjpe_mm[0] < 4


def test_the_mean_is_wrong_where_hands_differ(make_sample: MakeSample) -> None:
    fist = spread_hand()
    fist[:, 1] *= np.where(np.arange(21) % 4 == 0, 0.3, 1.0)
    joints_3d = (fist + np.array([0.02, 0.05, 0.4])).astype(np.float32)
    samples = [make_sample(), make_sample(joints_3d=joints_3d)]

    [mean] = compare(EvaluationSet("made", Listed(samples)), [])

    assert mean.pa_mpjpe_mm[0] > 5


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
