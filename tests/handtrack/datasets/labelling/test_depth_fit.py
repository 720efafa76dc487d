from __future__ import annotations

from typing import cast

import numpy as np
import pytest
import torch

from handtrack.datasets.labelling import depth_fit
from handtrack.datasets.labelling.careful_labels import combine_looks
from handtrack.datasets.labelling.depth_fit import (
    SeenHands,
    exact_hands,
    fit_lift,
    fit_reader,
    look_at_hands,
    random_noise,
    seen_from_elsewhere,
)
from handtrack.datasets.labelling.teacher import LandmarkTeacher
from handtrack.datasets.sample import HandSample
from handtrack.errors import ConfigError

from .hands_for_tests import passes_of, skeleton


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def bent_hands(count: int, seed: int = 0) -> np.ndarray:
    """Right hands (N, 21, 3) of all bends, in palm lengths from the camera."""
    bends = np.random.default_rng(seed).uniform(0, 70, count)
    return np.stack([skeleton(bend) for bend in bends]).astype(np.float32) + np.array(
        [0.5, 0.2, 6.0], np.float32
    )


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


class Renders:
    """Rendered hands of which the teacher of these tests sees every second one."""

    name = "renders"

    def __init__(self, count: int, exact: bool = True) -> None:
        self._hands, self._exact = bent_hands(count), exact

    def __len__(self) -> int:
        return len(self._hands)

    def joints(self, index: int) -> np.ndarray:
        return self._hands[index]

    def __getitem__(self, index: int) -> HandSample:
        hand = self._hands[index]
        return HandSample(
            image=np.full((4, 4, 3), index, np.uint8),
            joints_2d=(hand[:, :2] * 100).astype(np.float32),
            depth=((hand[:, 2] - hand[0, 2]) * 100).astype(np.float32),
            spread=np.zeros(21, np.float32),
            handedness="right" if index % 3 else "left",
            source="rendered",
            key=str(index),
            joints_3d=hand if self._exact else None,
        )


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


def test_exact_hands_are_right_hands() -> None:
    joints = exact_hands(Renders(4)).numpy()

    assert np.allclose(joints[1], Renders(4).joints(1))
    assert np.allclose(joints[0] * [-1, 1, 1], Renders(4).joints(0))
    with pytest.raises(ConfigError, match="no exact joints"):
        exact_hands(Renders(4, exact=False))
