"""Hands that tests make up: a flat hand in a picture, and what a teacher would say of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from handtrack.detectors.base import DetectedHand
from handtrack.study.datasets.labelling.hand_model import ANGLES, HandTemplate, hand_joints
from handtrack.study.datasets.labelling.hand_search import Candidate
from handtrack.study.datasets.labelling.label_table import LabelTable
from handtrack.study.datasets.labelling.pass_store import LookedAtPicture
from handtrack.study.datasets.labelling.teacher import TeacherPasses
from handtrack.study.datasets.labelling.teacher_passes import PASSES
from handtrack.study.datasets.sample import HandSample

PALM_METRES = 0.09
# How much of the true depth the teacher's two outputs say on average: the one is flat, the other too deep.
FLAT, DEEP = 0.33, 1.3
SIZE = (640, 480)


def skeleton(bend: float = 20.0, right: bool = True) -> np.ndarray:
    """A hand (21, 3) in camera axes, upright, the palm to the camera, in palm lengths from its wrist.

    bend: degrees of every finger joint.
    """
    angles = torch.zeros(1, len(ANGLES))
    for number, (name, _) in enumerate(ANGLES):
        if name.endswith("flexion") and not name.startswith("thumb"):
            angles[0, number] = np.deg2rad(bend)
    joints = hand_joints(HandTemplate.load(), angles, torch.ones(1, 5, 3), torch.ones(1))[0].numpy()
    # Model axes: x to the thumb, y to the fingertips, z out of the palm.
    camera = joints * np.array([1.0, -1.0, -1.0])
    return camera * np.array([1.0 if right else -1.0, 1.0, 1.0])


def passes_of(
    hand: np.ndarray,
    wrist: tuple[float, float] = (320.0, 300.0),
    palm_pixels: float = 100.0,
    noise: float = 0.5,
    presence: float = 0.99,
    right: float = 0.97,
    seed: int = 0,
) -> TeacherPasses:
    """What a teacher with some noise (pixels) says about a hand (21, 3) in palm lengths."""
    generator = np.random.default_rng(seed)
    flat = hand[:, :2] * palm_pixels + np.array(wrist)
    world = (hand - hand.mean(axis=0)) * PALM_METRES * np.array([1.0, 1.0, DEEP])
    return TeacherPasses(
        (flat + generator.normal(0, noise, (PASSES, 21, 2))).astype(np.float32),
        np.repeat((hand[None, :, 2] * palm_pixels * FLAT), PASSES, axis=0).astype(np.float32),
        (world + generator.normal(0, noise * PALM_METRES / palm_pixels, (PASSES, 21, 3))).astype(np.float32),
        np.full(PASSES, presence, np.float32),
        np.full(PASSES, right, np.float32),
    )


def candidate_of(passes: TeacherPasses, single: bool = True) -> Candidate:
    """A find at the passes' first joints, which is also what the single look says."""
    hand = DetectedHand(
        passes.joints_2d[0], passes.world[0], "right" if passes.right[0] > 0.5 else "left", 0.9
    )
    return Candidate(passes.joints_2d[0], "looks", 4 if single else 2, hand if single else None)


def picture_of(name: str, hands: Sequence[TeacherPasses], size: tuple[int, int] = SIZE) -> LookedAtPicture:
    """A picture with these hands."""
    return LookedAtPicture(name, size, tuple((candidate_of(passes), passes) for passes in hands))


def bent_hands(count: int, seed: int = 0) -> np.ndarray:
    """Right hands (N, 21, 3) of all bends, in palm lengths from the camera."""
    bends = np.random.default_rng(seed).uniform(0, 70, count)
    return np.stack([skeleton(bend) for bend in bends]).astype(np.float32) + np.array(
        [0.5, 0.2, 6.0], np.float32
    )


class Renders:
    """Made-up rendered hands; every third is a left one."""

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


def labels_of(
    names: Sequence[str], joints: np.ndarray, verdicts: Sequence[str], spread: float, depth: float = 0.0
) -> LabelTable:
    """Hands with joints (M, 21, 2) in pictures, all alike but for their names and verdicts; right ones."""
    ones, flat = np.ones(len(names), np.float32), np.zeros((len(names), 21), np.float32)
    return LabelTable(
        name=np.array(names),
        verdict=np.array(verdicts, dtype="U16"),
        origin=np.array(["looks"] * len(names)),
        presence=ones,
        right=ones,
        joints_2d=joints,
        spread=flat + spread,
        depth=flat + depth,
        fitted_depth=flat,
        fitted_2d=joints,
        residual=ones,
        depth_residual=ones,
        single_2d=joints,
        single_depth=flat,
        single_right=ones,
    )
