from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from handtrack.model.point_lift import PointLift, upright
from handtrack.study.datasets.labelling.depth_reader import depth_reader
from handtrack.study.datasets.labelling.lift_fit import seen_from_elsewhere
from tests.handtrack.study.datasets.labelling.hands_for_tests import skeleton


def points_of(bend: float) -> torch.Tensor:
    return torch.from_numpy(skeleton(bend)[None, :, :2]).float()


def turned(points: torch.Tensor, angle: float) -> torch.Tensor:
    cosine, sine = math.cos(angle), math.sin(angle)
    return points @ torch.tensor([[cosine, sine], [-sine, cosine]])


def test_upright_hands_do_not_depend_on_place_size_and_turn() -> None:
    plain, size = upright(points_of(30))
    again, larger = upright(turned(points_of(30), 1.0) * 2.5 + 40)

    assert torch.allclose(plain, again, atol=1e-4)
    assert float(larger / size) == pytest.approx(2.5, rel=1e-4)
    assert plain[0, 0].tolist() == [0, 0]
    assert float(plain[0, 9, 0]) == pytest.approx(0, abs=1e-5)
    assert float(plain[0, 9, 1]) < 0, "the fingers are up"


def test_points_that_all_lie_in_one_place_are_finite() -> None:
    seen, _ = upright(torch.zeros(2, 21, 2))
    depth = PointLift()(torch.zeros(2, 21, 2), torch.zeros(2, 21))

    assert bool(torch.isfinite(seen).all())
    assert bool(torch.isfinite(depth).all())


def test_depth_goes_with_the_size_and_not_with_the_turn() -> None:
    torch.manual_seed(0)
    lift, noise = PointLift(), torch.full((1, 21), 0.02)
    depth = lift(points_of(30), noise)

    assert float(depth[0, 0].detach()) == 0
    assert torch.allclose(lift(turned(points_of(30), -2.0) - 3, noise), depth, atol=1e-4)
    assert torch.allclose(lift(points_of(30) * 4, noise * 4), depth * 4, atol=1e-4)


def test_knowing_which_joints_are_doubtful_helps() -> None:
    lift = depth_reader().lift
    hands = torch.from_numpy(np.stack([skeleton(bend) for bend in range(5, 65)] * 10)).float()
    view = seen_from_elsewhere(hands + torch.tensor([0.0, 0.0, 6.0]), torch.Generator().manual_seed(0))
    uneven = view.noise.amax(dim=1) > 4 * view.noise.median(dim=1).values
    usual = view.noise.median().expand_as(view.noise)
    with torch.inference_mode():
        told, untold = (
            (lift(view.points, noise) - view.depth)[uneven].abs().mean() for noise in (view.noise, usual)
        )

    assert uneven.sum() > 50
    assert told < 0.95 * untold
