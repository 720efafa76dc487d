from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch

from handtrack.errors import ConfigError
from handtrack.study.datasets.labelling import depth_fit
from handtrack.study.datasets.labelling.combined_looks import combine_looks
from handtrack.study.datasets.labelling.depth_fit import (
    SeenHands,
    fit_reader,
    look_at_hands,
)
from handtrack.study.datasets.labelling.lift_fit import fit_lift
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher

from .hands_for_tests import Renders, bent_hands, passes_of, skeleton


def seen_hands(count: int) -> SeenHands:
    """Hands of which a teacher says a depth that is too flat, and nothing in its world coordinates."""
    hands = bent_hands(count, seed=3)
    passes = [passes_of(hand - hand[0], seed=i) for i, hand in enumerate(hands)]
    looks = combine_looks(
        np.stack([p.joints_2d for p in passes]),
        np.stack([p.z * 0.3 for p in passes]),
        np.stack([p.world * np.array([1, 1, 0], np.float32) for p in passes]),
        np.stack([p.presence for p in passes]),
        np.stack([p.right for p in passes]),
    )
    depth = (hands[..., 2] - hands[:, :1, 2]) * 100
    return SeenHands(looks, depth.astype(np.float32), np.ones(count, bool))


def test_a_reader_learns_what_the_teachers_depths_are_worth() -> None:
    lift = fit_lift(torch.from_numpy(bent_hands(50)), 5)  # as good as untrained: the teacher must help
    reader, errors = fit_reader(lift, seen_hands(300))

    assert errors.hands == 60
    assert errors.reader < 0.5 * errors.lift
    assert errors.in_image < errors.in_world, "what is only too flat is right once scaled"
    assert not any(value.requires_grad for value in reader.lift.parameters())
    assert torch.equal(reader.lift.write.weight, lift.write.weight), "the lift is used as it was learned"


def test_hands_that_the_teacher_does_not_see_well_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def look(_teacher: object, image: np.ndarray, joints_2d: np.ndarray):
        number = int(image[0, 0, 0])
        return passes_of(skeleton(20), presence=0.99 if number % 2 else 0.1, seed=number)

    monkeypatch.setattr(depth_fit, "look_carefully", look)
    monkeypatch.setattr(depth_fit, "LEAST_HANDS", 10)
    nobody = cast(LandmarkTeacher, None)
    seen = look_at_hands(Renders(40), nobody, 40)

    assert len(seen.right) == 20
    assert seen.right.tolist() == [bool(i % 3) for i in range(1, 40, 2)]
    assert np.allclose(seen.depth[0], Renders(40)[1].depth)
    with pytest.raises(ConfigError, match="only 5 of 10 rendered hands"):
        look_at_hands(Renders(10), nobody, 10)
