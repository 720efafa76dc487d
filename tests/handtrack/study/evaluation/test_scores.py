from __future__ import annotations

import numpy as np
import pytest

from handtrack.cropping import crop_from_joints
from handtrack.errors import ModelError
from handtrack.model.constants import CROP_MARGIN
from handtrack.study.evaluation.estimators import JointsFound
from handtrack.study.evaluation.scores import ScoreKeeper, after_loop, hand_errors, mean_known, true_points
from tests.handtrack.study.evaluation.conftest import MakeSample
from tests.handtrack.study.evaluation.made import made_scores


def extent(joints: np.ndarray) -> float:
    return float(np.ptp(joints, axis=0).max())


def test_every_loop_is_scored(make_sample: MakeSample) -> None:
    sample = make_sample()
    shift = np.array([0.1 * extent(sample.joints_2d), 0])
    keeper = ScoreKeeper("ours")
    keeper.add(
        JointsFound(
            np.stack([sample.joints_2d + shift, sample.joints_2d]), np.stack([true_points(sample)] * 2)
        ),
        sample,
    )

    scores = keeper.scores()

    assert (scores.estimator, scores.hands, scores.loops) == ("ours", 1, 2)
    assert scores.image_percent[0, 0] == pytest.approx(np.full(21, 10.0), rel=1e-4)
    assert scores.image_percent[0, 1] == pytest.approx(np.zeros(21))
    assert scores.aligned_mm == pytest.approx(np.zeros((1, 2, 21)), abs=1e-3)
    assert scores.relative_mm == pytest.approx(np.zeros((1, 2, 21)), abs=1e-3)
    assert scores.sigma is None
    assert scores.exit_probability is None


def test_residuals_and_sigmas_are_in_sides_of_the_hands_own_crop(make_sample: MakeSample) -> None:
    sample = make_sample()
    side = crop_from_joints(sample.joints_2d, CROP_MARGIN).size
    keeper = ScoreKeeper("ours")
    keeper.add(
        JointsFound(
            sample.joints_2d[None] + [0.02 * side, -0.03 * side],
            true_points(sample)[None],
            depth=sample.depth[None] + 0.05 * side,
            sigma=np.full((1, 21, 3), [0.1 * side, 0.1 * side, 0.2 * side]),
            exit_probability=np.array([0.7]),
        ),
        sample,
    )

    scores = keeper.scores()

    assert scores.residual is not None
    assert scores.sigma is not None
    assert scores.exit_probability is not None
    assert scores.residual[0, 0, 1:] == pytest.approx(np.tile([0.02, -0.03, 0.05], (20, 1)), abs=1e-5)
    assert scores.sigma[0, 0] == pytest.approx(np.tile([0.1, 0.1, 0.2], (21, 1)))
    assert scores.exit_probability == pytest.approx(np.array([[0.7]]))


def test_the_wrists_own_depth_does_not_count(make_sample: MakeSample) -> None:
    sample = make_sample()
    found = JointsFound(
        sample.joints_2d[None], true_points(sample)[None], sample.depth[None], np.ones((1, 21, 2))
    )
    keeper = ScoreKeeper("ours")
    keeper.add(found, sample)

    residual = keeper.scores().residual

    assert residual is not None
    assert np.isnan(residual[0, 0, 0, 2])
    assert not np.isnan(residual[0, 0, 0, :2]).any()
    assert not np.isnan(residual[0, 0, 1:]).any()


def test_joints_of_unknown_place_do_not_count(make_sample: MakeSample) -> None:
    spread = np.zeros(21, np.float32)
    spread[8] = np.inf
    sample = make_sample(spread=spread)
    wrong_2d, wrong_3d = sample.joints_2d.copy(), true_points(sample).copy()
    wrong_2d[8] += 500
    wrong_3d[8] += 1.0
    keeper = ScoreKeeper("ours")
    keeper.add(JointsFound(wrong_2d[None], wrong_3d[None], sample.depth[None], np.ones((1, 21, 2))), sample)

    scores = keeper.scores()

    assert scores.residual is not None
    for errors in (scores.image_percent, scores.aligned_mm, scores.relative_mm):
        assert np.isnan(errors[0, 0, 8])
        assert mean_known(errors[0, 0]) == pytest.approx(0.0, abs=1e-3)
    assert np.isnan(scores.residual[0, 0, 8]).all()


def test_without_a_known_wrist_nothing_hangs_on_it(make_sample: MakeSample) -> None:
    spread = np.zeros(21, np.float32)
    spread[0] = np.inf
    sample = make_sample(spread=spread)
    keeper = ScoreKeeper("ours")
    keeper.add(
        JointsFound(
            sample.joints_2d[None], true_points(sample)[None], sample.depth[None], np.ones((1, 21, 2))
        ),
        sample,
    )

    scores = keeper.scores()

    assert scores.residual is not None
    assert np.isnan(scores.relative_mm).all()
    assert np.isnan(scores.residual[..., 2]).all()
    assert not np.isnan(scores.aligned_mm[0, 0, 1:]).any()


def test_answers_are_held_against_points_that_a_person_measured(make_sample: MakeSample) -> None:
    sample = make_sample()
    place = sample.joints_2d[4] + [0, 0.2 * extent(sample.joints_2d)]
    keeper = ScoreKeeper("ours")
    keeper.add(JointsFound(sample.joints_2d[None], true_points(sample)[None]), sample, {4: place})

    measured = keeper.scores().measured_percent

    assert measured[0, 0, 4] == pytest.approx(20.0, rel=1e-4)
    assert np.isnan(np.delete(measured[0, 0], 4)).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_answers_that_are_no_numbers_are_told(make_sample: MakeSample, bad: float) -> None:
    sample = make_sample()
    joints_3d = true_points(sample).copy()
    joints_3d[3, 2] = bad

    with pytest.raises(ModelError, match="ours answers with values that are not numbers on made made/0"):
        ScoreKeeper("ours").add(JointsFound(sample.joints_2d[None], joints_3d[None]), sample)


def test_without_metres_the_truth_is_in_pixels(make_sample: MakeSample) -> None:
    sample = make_sample(joints_3d=None, camera=None)

    points = true_points(sample)

    assert points[:, :2] == pytest.approx(sample.joints_2d)
    assert points[:, 2] == pytest.approx(sample.depth)


def test_each_hand_can_have_a_loop_of_its_own() -> None:
    values = np.arange(6).reshape(3, 2)

    assert after_loop(values, 1).tolist() == [1, 3, 5]
    assert after_loop(values, np.array([0, 1, 0])).tolist() == [0, 3, 4]


def test_a_mean_leaves_out_what_is_not_known() -> None:
    values = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, np.nan]])

    means = mean_known(values)

    assert means[0] == 2.0
    assert np.isnan(means[1])


def test_a_hands_error_is_the_mean_over_its_joints() -> None:
    errors = hand_errors(made_scores([[4.0, 2.0], [8.0, 6.0]]))

    assert errors["pa_mpjpe_mm"].tolist() == [[4.0, 2.0], [8.0, 6.0]]
    assert errors["error_2d_percent"].tolist() == [[2.0, 1.0], [4.0, 3.0]]
