from __future__ import annotations

import numpy as np
import pytest
import torch

from handtrack.errors import ConfigError
from handtrack.study.datasets.labelling.lift_fit import (
    exact_hands,
    fit_lift,
    random_noise,
    seen_from_elsewhere,
)

from .hands_for_tests import Renders, bent_hands


def test_a_new_view_keeps_the_hand_and_its_depth_goes_with_its_points() -> None:
    hands = torch.from_numpy(bent_hands(64))
    view = seen_from_elsewhere(hands, torch.Generator().manual_seed(0))
    again = seen_from_elsewhere(hands, torch.Generator().manual_seed(1))

    assert view.points.shape == (64, 21, 2)
    assert view.depth[:, 0].abs().max() == 0
    assert not torch.allclose(view.points, again.points)
    # Points and depths together are the hand: its bones keep their lengths, but for perspective and noise.
    found = torch.cat([view.points, view.depth[..., None]], dim=-1)
    seen = (found[:, 9] - found[:, 0]).norm(dim=1) / (found[:, 17] - found[:, 0]).norm(dim=1)
    true = (hands[:, 9] - hands[:, 0]).norm(dim=1) / (hands[:, 17] - hands[:, 0]).norm(dim=1)
    assert float((seen / true - 1).abs().median()) < 0.12


def test_points_are_moved_as_much_as_is_said() -> None:
    noise = random_noise(4000, torch.Generator().manual_seed(0))

    assert 0.003 < float(noise.quantile(0.05)) < 0.015
    assert float(noise.max()) < 0.61
    assert noise[:, 8].mean() > 1.1 * noise[:, 0].mean(), "fingers are hidden now and then"
    hands = torch.from_numpy(bent_hands(1)).expand(3000, -1, -1)
    view = seen_from_elsewhere(hands, torch.Generator().manual_seed(0))
    loud = view.noise[:, 8] > 0.2
    tip = (view.points[:, 8] - view.points[:, 7]).norm(dim=1)
    assert float(tip[loud].mean()) > 1.3 * float(tip[~loud].mean())


def test_lifting_is_learned() -> None:
    hands = torch.from_numpy(bent_hands(200))
    reports: list[int] = []
    lift = fit_lift(hands, 300, progress=reports.append)
    view = seen_from_elsewhere(hands, torch.Generator().manual_seed(5))
    with torch.inference_mode():
        error = (lift(view.points, view.noise) - view.depth).abs().mean()

    assert reports[-1] == 300
    assert error < 0.5 * view.depth.abs().mean()
    same = fit_lift(hands, 3, seed=4)
    assert torch.equal(same.write.weight, fit_lift(hands, 3, seed=4).write.weight)


def test_exact_hands_are_right_hands() -> None:
    joints = exact_hands(Renders(4)).numpy()

    assert np.allclose(joints[1], Renders(4).joints(1))
    assert np.allclose(joints[0] * [-1, 1, 1], Renders(4).joints(0))
    with pytest.raises(ConfigError, match="no exact joints"):
        exact_hands(Renders(4, exact=False))
