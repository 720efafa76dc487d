from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.evaluation.mean_pose import MeanPose
from handtrack.study.evaluation.scores import ScoreKeeper
from tests.handtrack.study.evaluation.conftest import MakeSample, spread_hand


def errors(mean_pose: MeanPose) -> tuple[float, float]:
    keeper = ScoreKeeper("mean pose")
    for found, sample in mean_pose.answers():
        keeper.add(found, sample)
    scores = keeper.scores()
    return float(scores.image_percent.mean()), float(scores.aligned_mm.mean())


def test_it_is_right_where_all_hands_are_one(make_sample: MakeSample) -> None:
    mean_pose = MeanPose()
    for number in range(3):
        mean_pose.add(make_sample(key=f"made/{number}"))

    in_image, aligned = errors(mean_pose)

    assert in_image == pytest.approx(0.0, abs=1e-3)
    # What is left is the perspective that a flat answer cannot know.
    assert aligned < 4


def test_it_is_wrong_where_hands_differ(make_sample: MakeSample) -> None:
    fist = spread_hand()
    fist[:, 1] *= np.where(np.arange(21) % 4 == 0, 0.3, 1.0)
    mean_pose = MeanPose()
    mean_pose.add(make_sample())
    mean_pose.add(make_sample(joints_3d=(fist + np.array([0.02, 0.05, 0.4])).astype(np.float32)))

    assert errors(mean_pose)[1] > 5


def test_no_picture_is_kept(make_sample: MakeSample) -> None:
    mean_pose = MeanPose()
    mean_pose.add(make_sample(mask=np.ones((240, 320), bool)))

    [(_, kept)] = mean_pose.answers()

    assert kept.image.size == 0
    assert kept.mask is None
