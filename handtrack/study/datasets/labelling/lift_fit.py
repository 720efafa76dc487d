"""Teach the lift: exact hands turned at random, their points moved by noise, their depths to be found.

There are as many views as are wanted, and none needs a picture.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from handtrack.errors import ConfigError
from handtrack.model.point_lift import PointLift
from handtrack.skeleton import FINGERS, JOINT_COUNT, WRIST
from handtrack.study.datasets.sample import HandDataset

_BATCH: Final = 256
_RATE: Final = 2e-3
_TURN: Final = 25.0  # degrees, deviation of the turn away from the rendered view
_NOISE: Final = (0.01, 0.12)  # of the hand's size: deviation of points, from the best hand to the worst
_NOISE_OF_JOINTS: Final = 0.5  # deviation of its logarithm among a hand's joints
_HIDDEN_SHARE: Final = 0.08  # of the fingers
_HIDDEN_NOISE: Final = 8.0  # times the noise of others, at most
_MOST_NOISE: Final = 0.6
_DISTANCE: Final = (7.0, 28.0)  # from the camera to the hand over its size

Progress = Callable[[int], None] | None


def exact_hands(hands: HandDataset, progress: Progress = None) -> Tensor:
    """Joints (N, 21, 3) in camera space of all rendered hands, as right hands."""
    joints = []
    for index in range(len(hands)):
        sample = hands[index]
        if sample.joints_3d is None:
            raise ConfigError(f"hand {sample.key} of {hands.name} has no exact joints; give rendered hands")
        mirror = [1.0 if sample.handedness == "right" else -1.0, 1.0, 1.0]
        joints.append(sample.joints_3d * np.array(mirror, np.float32))
        if progress:
            progress(index + 1)
    return torch.from_numpy(np.stack(joints))


def fit_lift(joints: Tensor, steps: int, seed: int = 0, progress: Progress = None) -> PointLift:
    """Learn to lift points from exact right hands (N, 21, 3), seen from ever new sides and distances."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        lift = PointLift()
    optimiser = torch.optim.AdamW(lift.parameters(), lr=_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=steps)
    for step in range(steps):
        chosen = torch.randint(len(joints), (_BATCH,), generator=generator)
        view = seen_from_elsewhere(joints[chosen], generator)
        loss = (lift(view.points, view.noise) - view.depth).abs().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if progress:
            progress(step + 1)
    return lift.eval()


class View(NamedTuple):
    """Hands as a camera sees them, their size being 1.

    points: (B, 21, 2), moved by noise of the given deviations (B, 21). depth: (B, 21) from the wrist.
    """

    points: Tensor
    noise: Tensor
    depth: Tensor


def seen_from_elsewhere(joints: Tensor, generator: torch.Generator) -> View:
    """Hands (B, 21, 3) in a new view each.

    The camera looks straight at the hand, as a network that is shown a crop must believe. The unit is a
    pixel's width at the wrist's distance.
    """
    count = len(joints)
    middle = joints.mean(dim=1, keepdim=True)
    ahead = torch.tensor([0.0, 0.0, 1.0]).expand(count, 3)
    sight = nn.functional.normalize(middle[:, 0], dim=1)
    axis = torch.linalg.cross(sight, ahead)
    angle = torch.atan2(axis.norm(dim=1), sight[:, 2])
    placed = _turned(joints - middle, axis, angle)
    angle = torch.randn(count, generator=generator) * math.radians(_TURN)
    placed = _turned(placed, torch.randn(count, 3, generator=generator), angle)
    size = placed[..., :2].square().mean(dim=(1, 2)).sqrt()
    low, high = _DISTANCE
    distance = size * (low + (high - low) * torch.rand(count, generator=generator))
    z = placed[..., 2] + distance[:, None]
    points = placed[..., :2] / z[..., None] * (distance / size)[:, None, None]
    depth = (placed[..., 2] - placed[:, WRIST : WRIST + 1, 2]) * (distance / z[:, WRIST] / size)[:, None]
    noise = random_noise(count, generator)
    return View(points + torch.randn(points.shape, generator=generator) * noise[..., None], noise, depth)


def random_noise(count: int, generator: torch.Generator) -> Tensor:
    """Deviations (B, 21) over the hand's size: some hands are seen well, some fingers are hidden."""
    low, high = (math.log(value) for value in _NOISE)
    whole = low + (high - low) * torch.rand(count, 1, generator=generator)
    each = torch.randn(count, JOINT_COUNT, generator=generator) * _NOISE_OF_JOINTS
    finger = torch.rand(count, len(FINGERS), generator=generator) < _HIDDEN_SHARE
    hidden = torch.zeros(count, JOINT_COUNT)
    for number, joints in enumerate(FINGERS.values()):
        hidden[:, list(joints)[1:]] = finger[:, number : number + 1].float()
    strength = math.log(_HIDDEN_NOISE) * torch.rand(count, 1, generator=generator)
    return (whole + each + hidden * strength).exp().clamp_max(_MOST_NOISE)


def _turned(points: Tensor, axis: Tensor, angle: Tensor) -> Tensor:
    """Points (B, N, 3) turned about axes (B, 3) of any length by angles (B,). Source: Rodrigues' formula."""
    unit = nn.functional.normalize(axis, dim=1)[:, None]
    sine, cosine = angle.sin()[:, None, None], angle.cos()[:, None, None]
    across = torch.linalg.cross(unit.expand_as(points), points)
    along = (points * unit).sum(dim=-1, keepdim=True) * unit
    return points * cosine + across * sine + along * (1 - cosine)
