"""Measure the proportions of a hand, as the teacher sees its joints, over many real hands."""

from __future__ import annotations

import itertools

import numpy as np
import torch
from torch import Tensor

from handtrack.skeleton import FINGERS, FINGERTIPS, MIDDLE_MCP
from handtrack.study.datasets.labelling.careful_labels import CombinedHands
from handtrack.study.datasets.labelling.hand_fit import Problem, problem_of, solve
from handtrack.study.datasets.labelling.hand_model import HandTemplate
from handtrack.study.datasets.labelling.hand_start import PALM_JOINTS, rotation_between

_ROUNDS = 10
_FRAME_PULL = 0.2  # keeps the fingers' axes near the palm's own, which the hands leave undetermined in part


def measure_template(hands: CombinedHands, sizes: np.ndarray) -> HandTemplate:
    """Proportions and axes that explain hands best, found together with every hand's own pose.

    A few hundred hands in varied poses are needed. sizes: as for `fit_hands`.
    """
    problem = problem_of(hands, sizes, slice(None))
    start = _first_template(problem)
    palm = torch.nn.Parameter(start.palm.clone())
    log_bones = torch.nn.Parameter(start.bones.log())
    turns = torch.nn.Parameter(torch.zeros(5, 3))
    pull = _FRAME_PULL * len(problem.joints)
    turns.register_hook(lambda gradient: gradient + pull * turns.detach())

    def proportions() -> HandTemplate:
        unit = palm / palm[2].norm()
        return HandTemplate(unit, log_bones.exp(), start.frames @ torch.linalg.matrix_exp(_cross(turns)))

    solve(problem, start, proportions, (palm, log_bones, turns))
    found = proportions()
    return HandTemplate(found.palm.detach(), found.bones.detach(), found.frames.detach())


def _cross(vectors: Tensor) -> Tensor:
    """Cross-product matrices (K, 3, 3) of vectors (K, 3)."""
    x, y, z = vectors.unbind(1)
    none = torch.zeros_like(x)
    return torch.stack([none, -z, y, z, none, -x, -y, x, none], dim=1).reshape(-1, 3, 3)


def _first_template(problem: Problem) -> HandTemplate:
    """Mean shape of the teacher's 3D palms, and median lengths of its bones."""
    world = problem.world / problem.world[:, MIDDLE_MCP].norm(dim=1)[:, None, None]
    palms = world[:, PALM_JOINTS]
    mean = palms[0]
    for _ in range(_ROUNDS):
        rotation = rotation_between(palms, mean.expand_as(palms))
        mean = (palms @ rotation.transpose(1, 2)).median(dim=0).values
    aligned = world @ rotation.transpose(1, 2)
    up = torch.nn.functional.normalize(mean[3], dim=0)
    side = mean[2] - mean[5]
    side = torch.nn.functional.normalize(side - (side @ up) * up, dim=0)
    axes = torch.stack([side, up, torch.linalg.cross(side, up)], dim=1)
    aligned, palm = aligned @ axes, (mean @ axes)[1:]
    if aligned[:, FINGERTIPS[1:], 2].mean() < 0:
        raise ValueError("the fingers bend to the back of the hand: left and right are confused")
    bones = torch.stack(
        [
            torch.stack([_length(aligned, a, b) for a, b in itertools.pairwise(joints)])
            for joints in FINGERS.values()
        ]
    )
    frames = [_thumb_frame(aligned), *(_finger_frame(start) for start in palm[1:])]
    return HandTemplate(palm, bones, torch.stack(frames))


def _length(joints: Tensor, a: int, b: int) -> Tensor:
    return (joints[:, b] - joints[:, a]).norm(dim=1).median()


def _finger_frame(start: Tensor) -> Tensor:
    """Axes of a finger that begins at start (3,): it points away from the wrist, in the palm's plane."""
    along = torch.nn.functional.normalize(start * torch.tensor([1.0, 1.0, 0.0]), dim=0)
    out = torch.tensor([0.0, 0.0, 1.0])
    return torch.stack([torch.linalg.cross(along, out), along, out], dim=1)


def _thumb_frame(joints: Tensor) -> Tensor:
    """Axes of the thumb: its mean direction, and the axis that its outer joint bends about."""
    bones = [torch.nn.functional.normalize(joints[:, i + 1] - joints[:, i], dim=1) for i in (1, 2, 3)]
    along = torch.nn.functional.normalize(bones[0].mean(0), dim=0)
    axis = torch.cross(bones[1], bones[2], dim=1).mean(0)
    axis = torch.nn.functional.normalize(axis - (axis @ along) * along, dim=0)
    return torch.stack([axis, along, torch.linalg.cross(axis, along)], dim=1)
