"""Fit a hand skeleton to the teacher's joints, all hands at once, so that depth is anatomically possible.

The image joints and the teacher's 3D disagree: the one is sharp but flat, the other bends bones and
changes their length from picture to picture. One skeleton with fixed proportions has to explain both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from handtrack.skeleton import BONES, MIDDLE_MCP
from handtrack.study.datasets.labelling.careful_labels import CombinedHands
from handtrack.study.datasets.labelling.combined_looks import weak_perspective_scale
from handtrack.study.datasets.labelling.hand_model import (
    HandTemplate,
    angle_limits,
    hand_joints,
    rotations_from_columns,
)
from handtrack.study.datasets.labelling.hand_start import palm_rotation, starting_logits

FOCAL_OVER_SIDE: Final = 0.87
"""Focal length over the picture's longer side of a camera that sees 60 degrees."""
NEAREST_PALMS: Final = 5.0
"""Hands are at least so many palm lengths away (45 cm): many pictures are cut from larger ones."""

_STEPS: Final = 300
_BATCH: Final = 2048
_PARENTS: Final = [0, *(parent for parent, _ in BONES)]
_LEAST_DISTANCE: Final = 0.2  # of the wrist's distance: keeps a wild step from passing behind the camera

# The fit's assumptions, one standard deviation each; lengths in units of the hand's extent.
_IMAGE_NOISE: Final = 0.01
_DEPTH_NOISE: Final = 0.15
_BONE_DEPTH_NOISE: Final = 0.09
_STRETCH: Final = 0.03  # of the logarithm of a bone's length over the template's
_LOGIT: Final = 1.5  # of an angle's place between its limits
_DEPTH_SHARE: Final = 0.5  # depth counts twice, by joint and by bone
_LEARNED_RATE: Final = 0.004
_OUTLIER: Final = 2.0  # standard deviations beyond which an error counts linearly


@dataclass(frozen=True, slots=True)
class FittedHands:
    """Skeletons fitted to M hands.

    joints_2d: (M, 21, 2) float32 pixels, the skeleton's projection. depth: (M, 21) float32, wrist-relative
    depth in pixels as in `HandSample`. skeleton: (M, 21, 3) float32, wrist-relative joints in camera axes,
    in pixels at the wrist's distance. residual: (M,) mean distance of the projection from the joints over
    the hand's extent. depth_residual: (M,) mean difference from the teacher's depth, likewise. cost: (M,)
    minus the log of how likely the skeleton is, to compare two fits of one hand.
    """

    joints_2d: np.ndarray
    depth: np.ndarray
    skeleton: np.ndarray
    residual: np.ndarray
    depth_residual: np.ndarray
    cost: np.ndarray


def fit_hands(
    hands: CombinedHands,
    sizes: np.ndarray,
    template: HandTemplate | None = None,
    progress: Callable[[int], None] | None = None,
) -> FittedHands:
    """Fit all hands. sizes: (M, 2), width and height of each hand's picture, which tell the focal length."""
    template = HandTemplate.load() if template is None else template
    parts = []
    for start in range(0, len(hands.right), _BATCH):
        problem = problem_of(hands, sizes, slice(start, start + _BATCH))
        parts.append(_in_pictures(problem, solve(problem, template)))
        if progress:
            progress(min(start + _BATCH, len(hands.right)))
    names = FittedHands.__slots__
    empty = {"joints_2d": (0, 21, 2), "depth": (0, 21), "skeleton": (0, 21, 3)}
    if not parts:
        return FittedHands(**{name: np.zeros(empty.get(name, (0,)), np.float32) for name in names})
    return FittedHands(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


@dataclass(frozen=True, slots=True)
class Problem:
    """M hands as right hands, lengths in units of their extent, each hand's middle at the origin.

    The camera is taken to look straight at the hand, as a network that is shown a crop must believe:
    depth is along the ray to the hand. joints: (M, 21, 2) and noise (M, 21) in the image. world:
    (M, 21, 3), the teacher's 3D relative to the wrist. depth: (M, 21) from the wrist and depth_noise
    (M, 21). focal: (M,). extent: (M,) pixels. mirror: (M,), -1 for left hands. middle: (M, 2) pixels.
    """

    joints: Tensor
    noise: Tensor
    world: Tensor
    depth: Tensor
    depth_noise: Tensor
    focal: Tensor
    extent: Tensor
    mirror: Tensor
    middle: Tensor


def problem_of(hands: CombinedHands, sizes: np.ndarray, chosen: slice) -> Problem:
    """The chosen hands in the fit's own units."""
    joints, world = hands.joints_2d[chosen], hands.world[chosen]
    extent = hands.extent[chosen]
    scale = weak_perspective_scale(joints, world) / extent
    mirror = np.where(hands.right[chosen] >= 0.5, 1.0, -1.0)
    middle = (joints.min(axis=1) + joints.max(axis=1)) / 2
    seen = (joints - middle[:, None]) / extent[:, None, None]
    deep = (world - world[:, :1]) * scale[:, None, None]
    seen[..., 0] *= mirror[:, None]
    deep[..., 0] *= mirror[:, None]
    palm = np.linalg.norm(deep[:, MIDDLE_MCP], axis=1)
    arrays = (
        seen,
        hands.spread[chosen] / extent[:, None],
        deep,
        hands.depth[chosen] / extent[:, None],
        hands.depth_spread[chosen] / extent[:, None],
        np.maximum(FOCAL_OVER_SIDE * sizes[chosen].max(axis=1) / extent, NEAREST_PALMS * palm),
        extent,
        mirror,
        middle,
    )
    return Problem(*(torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)) for array in arrays))


@dataclass(frozen=True, slots=True)
class Solution:
    """The skeletons of a problem's hands, in its units.

    projected: (M, 21, 2). placed: (M, 21, 3), relative to the wrist in camera axes. angles:
    (M, ANGLE_COUNT) radians. stretch: (M, 5, 3) of the bones. cost: (M,), minus the log of how likely
    each is.
    """

    projected: Tensor
    placed: Tensor
    angles: Tensor
    stretch: Tensor
    cost: Tensor


class Pose(torch.nn.Module):
    """What is free for each hand: its wrist's place, its size and turn, its angles, a little its bones."""

    def __init__(self, problem: Problem, template: HandTemplate) -> None:
        super().__init__()
        rotation = palm_rotation(template, problem.world)
        size = problem.world[:, MIDDLE_MCP].norm(dim=1).clamp_min(0.05)
        count = len(size)
        self.wrist = torch.nn.Parameter(problem.joints[:, 0].clone())
        self.log_size = torch.nn.Parameter(size.log())
        self.turn = torch.nn.Parameter(rotation[..., :2].clone())
        self.logits = torch.nn.Parameter(starting_logits(template, problem.world, rotation))
        self.log_stretch = torch.nn.Parameter(torch.zeros(count, 5, 3))
        self.log_width = torch.nn.Parameter(torch.zeros(count))

    def groups(self) -> list[dict[str, Any]]:
        """Parameters with their learning rates."""
        return [
            {"params": [self.turn, self.logits], "lr": 0.04},
            {"params": [self.wrist, self.log_size, self.log_stretch, self.log_width], "lr": 0.01},
        ]

    def forward(self, template: HandTemplate, problem: Problem) -> Solution:
        """The skeletons as they stand now."""
        low, high = angle_limits()
        angles = low + (high - low) * torch.sigmoid(self.logits)
        stretch = self.log_stretch.exp()
        joints = hand_joints(template, angles, stretch, self.log_width.exp())
        placed = joints @ rotations_from_columns(self.turn).transpose(1, 2)
        placed = placed * self.log_size.exp()[:, None, None]
        distance = (1 + placed[..., 2:] / problem.focal[:, None, None]).clamp_min(_LEAST_DISTANCE)
        projected = (self.wrist[:, None] + placed[..., :2]) / distance
        cost = _misfit(problem, projected, placed[..., 2]) + self._strain()
        return Solution(projected, placed, angles, stretch, cost)

    def _strain(self) -> Tensor:
        """How unusual the bones and angles are, (M,)."""
        bones = self.log_stretch.square().sum((1, 2)) + self.log_width.square()
        return bones / (2 * _STRETCH**2) + self.logits.square().sum(1) / (2 * _LOGIT**2)


def solve(
    problem: Problem,
    template: HandTemplate,
    proportions: Callable[[], HandTemplate] | None = None,
    learned: tuple[torch.nn.Parameter, ...] = (),
) -> Solution:
    """Skeletons that explain the problem best.

    proportions gives the template at each step where its own parameters, learned, are to be found as well.
    """
    pose = Pose(problem, template)
    groups = pose.groups() + ([{"params": list(learned), "lr": _LEARNED_RATE}] if learned else [])
    optimiser = torch.optim.Adam(groups)
    rates = [float(group["lr"]) for group in optimiser.param_groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=_STEPS, pct_start=0.1)
    for _ in range(_STEPS):
        optimiser.zero_grad()
        pose(proportions() if proportions else template, problem).cost.sum().backward()
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        return pose(proportions() if proportions else template, problem)


def _misfit(problem: Problem, projected: Tensor, depth: Tensor) -> Tensor:
    """How far skeletons lie from the teacher's joints, in the image and in depth, (M,)."""
    image_noise = (problem.noise**2 + _IMAGE_NOISE**2).sqrt()[..., None]
    depth_noise = (problem.depth_noise**2 + _DEPTH_NOISE**2).sqrt()
    bone_noise = (problem.depth_noise**2 + _BONE_DEPTH_NOISE**2).sqrt()
    in_image = _robust((projected - problem.joints) / image_noise).sum((1, 2))
    in_depth = _robust((depth - problem.depth) / depth_noise).sum(1)
    in_bones = _robust((_along_bones(depth) - _along_bones(problem.depth)) / bone_noise).sum(1)
    return in_image + _DEPTH_SHARE * (in_depth + in_bones)


def _robust(error: Tensor) -> Tensor:
    return torch.nn.functional.huber_loss(error, torch.zeros_like(error), reduction="none", delta=_OUTLIER)


def _along_bones(depth: Tensor) -> Tensor:
    return depth - depth[:, _PARENTS]


def _in_pictures(problem: Problem, solution: Solution) -> FittedHands:
    """The skeletons back in pixels, left hands as left hands."""
    extent = problem.extent[:, None, None]
    flip = torch.stack([problem.mirror, torch.ones_like(problem.mirror)], dim=1)[:, None]
    placed = solution.placed * extent
    placed[..., :1] *= problem.mirror[:, None, None]
    residual = (solution.projected - problem.joints).norm(dim=2).mean(1)
    depth_residual = (solution.placed[..., 2] - problem.depth).abs().mean(1)
    return FittedHands(
        (solution.projected * extent * flip + problem.middle[:, None]).numpy(),
        placed[..., 2].numpy().copy(),
        placed.numpy(),
        residual.numpy(),
        depth_residual.numpy(),
        solution.cost.numpy(),
    )
