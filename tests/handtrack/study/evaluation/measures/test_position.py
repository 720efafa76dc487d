from __future__ import annotations

import numpy as np
import pytest

from handtrack.geometry import palm_scale
from handtrack.skeleton import MIDDLE_MCP, WRIST
from handtrack.study.evaluation.estimators import JointsFound, lift
from handtrack.study.evaluation.measures.position import TRUE_PALM, measure_positions
from handtrack.study.evaluation.scores import ScoreKeeper
from handtrack.study.evaluation.wrist_places import WristPlaces
from tests.handtrack.study.evaluation.conftest import MakeSample


def places(off: np.ndarray, palm: float = 0.08, sigma: float = 0.02) -> WristPlaces:
    """Hands half a metre away, said to be off by so many metres (N, 3), each with that sigma."""
    true = np.tile([0.1, -0.05, 0.5], (len(off), 1))
    said = (true + off)[:, None] / palm
    return WristPlaces(said, np.full_like(said, sigma / palm), true, np.full(len(off), palm))


def test_errors_and_shares_inside_sigma_are_counted() -> None:
    off = np.zeros((10, 3))
    off[:, 2] = [0.01] * 6 + [0.03] * 3 + [0.05]
    off[9, 0] = 0.03

    true, default = measure_positions(places(off), np.zeros(10, int))

    assert (true.palm, default.palm, true.hands) == (TRUE_PALM, "90 mm", 10)
    p90 = 30 + 0.1 * (np.hypot(30, 50) - 30)
    assert true.error_mm == pytest.approx((10.0, p90))
    assert true.error_percent[1] == pytest.approx(p90 / 10 / np.linalg.norm([0.1, 0.05, 0.5]))
    assert true.z_bias_percent == pytest.approx(2.0)
    assert true.z_inside == (0.6, 0.9)
    assert true.across_inside == (0.95, 1.0)
    assert true.sigma_fit == pytest.approx(
        np.mean([np.percentile(off[:, 2], 68.27), np.percentile(off[:, 2], 95.45) / 2]) / 0.02
    )
    assert default.z_bias_percent == pytest.approx((0.51 * 9 / 8 / 0.5 - 1) * 100)


def test_a_set_whose_palm_is_the_default_has_one_row() -> None:
    (only,) = measure_positions(places(np.zeros((3, 3)), palm=0.09), np.zeros(3, int))

    assert (only.palm, only.error_mm, only.z_spread_percent) == (
        "90 mm",
        pytest.approx((0, 0)),
        pytest.approx(0),
    )


def test_hands_that_have_no_known_place_are_left_out() -> None:
    some = places(np.zeros((3, 3)))
    some.found[1] = np.nan

    assert measure_positions(some, np.zeros(3, int))[0].hands == 2
    some.found[:] = np.nan
    assert measure_positions(some, np.zeros(3, int)) == ()


def test_the_place_is_that_of_each_hands_own_loop(make_sample: MakeSample) -> None:
    """A network that finds the true joints in its second loop."""
    sample = make_sample()
    rough = sample.joints_2d + np.array([30, 0])
    joints = np.stack([rough, sample.joints_2d]).astype(float)
    depth = np.stack([sample.depth] * 2)
    points = np.stack([lift(*each, sample.camera) for each in zip(joints, depth, strict=True)])
    keeper = ScoreKeeper("ours")
    keeper.add(JointsFound(joints, points, depth, np.ones((2, 21, 3)), np.array([0.1, 0.9])), sample)

    found = keeper.scores().places

    assert found is not None
    assert sample.joints_3d is not None
    palm = np.linalg.norm(sample.joints_3d[MIDDLE_MCP] - sample.joints_3d[WRIST])
    assert found.palm == pytest.approx(palm)
    scale = palm_scale(sample.joints_3d)
    assert found.found[0, 1] * scale == pytest.approx(sample.joints_3d[WRIST], abs=1e-4)
    assert found.found[0, 0, 0] > found.found[0, 1, 0] + 0.1
    assert (found.sigma > 0).all()
    first, second = (measure_positions(found, np.array([loop]))[0].error_mm[0] for loop in (0, 1))
    assert first > 30 > second


def test_nothing_is_known_of_a_hand_without_camera_or_truth_or_wrist(make_sample: MakeSample) -> None:
    blind = make_sample().spread.copy()
    blind[WRIST] = np.inf
    for missing in ({"camera": None}, {"joints_3d": None}, {"spread": blind}):
        sample = make_sample(**missing)
        depth = sample.depth[None]
        points = lift(sample.joints_2d, sample.depth, None)[None]
        keeper = ScoreKeeper("ours")
        keeper.add(
            JointsFound(sample.joints_2d[None], points, depth, np.ones((1, 21, 3)), np.ones(1)), sample
        )

        assert keeper.scores().places is None
