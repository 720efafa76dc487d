from __future__ import annotations

import numpy as np
import pytest
import torch

from handtrack.skeleton import BONES, MIDDLE_MCP
from handtrack.study.datasets.labelling.careful_labels import CombinedHands
from handtrack.study.datasets.labelling.hand_fit import FittedHands, fit_hands, problem_of, solve
from handtrack.study.datasets.labelling.hand_model import (
    ANGLE_COUNT,
    HandTemplate,
    angle_limits,
    hand_joints,
    rotations_from_columns,
)
from handtrack.study.datasets.labelling.hand_proportions import measure_template

COUNT = 24
SIZES = np.tile([640, 480], (COUNT, 1))
PALM_PIXELS = 90.0


def random_hands(seed: int = 0) -> np.ndarray:
    """Right hands (COUNT, 21, 3) in pixels from the wrist, camera axes, in all directions."""
    generator = torch.Generator().manual_seed(seed)
    low, high = angle_limits()
    angles = low + (high - low) * (0.2 + 0.6 * torch.rand(COUNT, ANGLE_COUNT, generator=generator))
    joints = hand_joints(HandTemplate.load(), angles, torch.ones(COUNT, 5, 3), torch.ones(COUNT))
    turn = rotations_from_columns(torch.randn(COUNT, 3, 2, generator=generator))
    return (joints @ turn.transpose(1, 2)).numpy() * PALM_PIXELS


def labels_of(
    hands: np.ndarray, teacher: np.ndarray, right: bool = True, spread: float = 0.5
) -> CombinedHands:
    """Weak-perspective labels of hands, with the teacher's 3D as given."""
    joints = (hands[..., :2] + np.array([320.0, 240.0])).astype(np.float32)
    world = ((teacher - teacher.mean(axis=1, keepdims=True)) / 1000).astype(np.float32)
    return CombinedHands(
        joints,
        np.full((COUNT, 21), spread, np.float32),
        world,
        (teacher[..., 2] - teacher[:, :1, 2]).astype(np.float32),
        np.full((COUNT, 21), 1.0, np.float32),
        np.ones(COUNT),
        np.full(COUNT, 1.0 if right else 0.0),
        np.ptp(joints, axis=1).max(axis=1),
    )


def bone_lengths(skeleton: np.ndarray) -> np.ndarray:
    lengths = np.stack([np.linalg.norm(skeleton[:, b] - skeleton[:, a], axis=1) for a, b in BONES], axis=1)
    return lengths / np.linalg.norm(skeleton[:, MIDDLE_MCP] - skeleton[:, 0], axis=1)[:, None]


def test_the_fit_mends_bad_depth():
    hands = random_hands()
    bad = hands.copy()
    bad[..., 2] += np.random.default_rng(1).normal(0, 8, bad.shape[:2])
    labels = labels_of(hands, bad)
    fit = fit_hands(labels, SIZES)
    truth = hands[..., 2] - hands[:, :1, 2]
    before = np.abs(bad[..., 2] - bad[:, :1, 2] - truth).mean()
    after = np.abs(fit.depth - truth).mean()

    assert fit.depth[:, 0] == pytest.approx(0, abs=1e-3)
    assert after < 0.7 * before
    assert np.median(fit.residual) < 0.02


def test_bones_keep_their_proportions_whatever_the_teacher_says():
    hands = random_hands(2)
    bad = hands * np.random.default_rng(3).uniform(0.7, 1.3, (COUNT, 21, 1))
    fit = fit_hands(labels_of(hands, bad), SIZES)
    scatter = bone_lengths(bad).std(axis=0).mean()

    assert bone_lengths(fit.skeleton).std(axis=0).mean() < 0.35 * scatter


@pytest.fixture(scope="module")
def right() -> FittedHands:
    """What is fitted to the hands of seed 4, which are right ones."""
    hands = random_hands(4)
    return fit_hands(labels_of(hands, hands), SIZES)


def test_a_left_hand_is_fitted_as_a_mirrored_right_one(right):
    mirrored = random_hands(4) * np.array([-1.0, 1.0, 1.0])
    left = fit_hands(labels_of(mirrored, mirrored, right=False), SIZES)

    assert np.allclose(left.depth, right.depth, atol=0.1)
    assert np.allclose(left.joints_2d[..., 0] + right.joints_2d[..., 0], 640, atol=0.2)


def test_the_wrong_side_costs_more(right):
    hands = random_hands(4)
    left = fit_hands(labels_of(hands, hands, right=False), SIZES)

    assert (right.cost < left.cost).mean() > 0.9


def test_joint_angles_stay_within_their_limits():
    hands = random_hands(6)
    backwards = hands * np.array([1.0, 1.0, -1.0])
    solution = solve(problem_of(labels_of(hands, backwards), SIZES, slice(None)), HandTemplate.load())
    low, high = angle_limits()

    assert bool(((solution.angles >= low) & (solution.angles <= high)).all())


def test_no_hands_give_no_skeletons():
    labels = labels_of(random_hands(), random_hands())
    none = CombinedHands(*(getattr(labels, name)[:0] for name in CombinedHands.__slots__))
    fit = fit_hands(none, SIZES[:0])

    assert fit.depth.shape == (0, 21)
    assert fit.joints_2d.shape == (0, 21, 2)


def test_proportions_are_measured_from_hands_in_many_poses():
    truth = HandTemplate.load()
    labels = labels_of(random_hands(7), random_hands(7))
    found = measure_template(labels, SIZES)

    assert torch.allclose(found.bones, truth.bones, atol=0.05)
    assert torch.allclose(found.palm, truth.palm, atol=0.08)


def test_hands_whose_sides_are_confused_give_no_proportions():
    hands = random_hands(7)
    with pytest.raises(ValueError, match="left and right"):
        measure_template(labels_of(hands, hands, right=False), SIZES)


def test_a_template_comes_back_from_its_file(tmp_path):
    template = HandTemplate.load()
    template.save(tmp_path / "t.json")
    again = HandTemplate.load(tmp_path / "t.json")

    assert torch.equal(again.bones, template.bones)
    assert torch.equal(again.frames, template.frames)
