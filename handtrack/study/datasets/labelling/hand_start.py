"""Where the fit of a hand skeleton begins: the palm's rotation and the joint angles of the teacher's 3D."""

from __future__ import annotations

import itertools
from typing import Final

import torch
from torch import Tensor

from handtrack.skeleton import FINGERS
from handtrack.study.datasets.labelling.hand_model import ANGLE_COUNT, HandTemplate, angle_limits, turns_about

PALM_JOINTS: Final = (0, 1, 5, 9, 13, 17)
_EDGE: Final = 0.03  # of an angle's range: the fit's logits must not begin at infinity


def rotation_between(source: Tensor, target: Tensor) -> Tensor:
    """Rotations (M, 3, 3) that bring points (M, K, 3) closest to others. Source: Kabsch (1976)."""
    u, _, vt = torch.linalg.svd(source.transpose(1, 2) @ target)
    v = vt.transpose(1, 2)
    sign = torch.sign(torch.linalg.det(v @ u.transpose(1, 2)))
    ones = torch.ones_like(sign)
    return v @ torch.diag_embed(torch.stack([ones, ones, sign], dim=1)) @ u.transpose(1, 2)


def palm_rotation(template: HandTemplate, world: Tensor) -> Tensor:
    """Rotations (M, 3, 3) from model space to the camera for wrist-relative joints (M, 21, 3)."""
    palm = torch.cat([torch.zeros(1, 3), template.palm])
    return rotation_between(palm.expand(len(world), -1, -1), world[:, PALM_JOINTS])


def starting_logits(template: HandTemplate, world: Tensor, rotation: Tensor) -> Tensor:
    """Places (M, ANGLE_COUNT) of the joint angles between their limits, as logits."""
    inside = world @ rotation
    angles = torch.zeros(len(world), ANGLE_COUNT)
    for number, joints in enumerate(FINGERS.values()):
        first, second, third = (
            torch.nn.functional.normalize(inside[:, b] - inside[:, a], dim=1)
            for a, b in itertools.pairwise(joints)
        )
        frame = template.frames[number]
        local = first @ frame
        flexion = torch.atan2(local[:, 2], local[:, 1])
        abduction = torch.asin((-local[:, 0]).clamp(-0.9, 0.9))
        axis = turns_about(2, abduction)[..., 0] @ frame.T
        bends = [_bend(first, second, axis), _bend(second, third, axis)]
        none = torch.zeros_like(flexion)
        if number == 0:
            angles[:, :6] = torch.stack([flexion, abduction, none, bends[0], none, bends[1]], dim=1)
        else:
            start = 6 + 4 * (number - 1)
            angles[:, start : start + 4] = torch.stack([flexion, abduction, *bends], dim=1)
    low, high = angle_limits()
    return torch.logit(((angles - low) / (high - low)).clamp(_EDGE, 1 - _EDGE))


def _bend(first: Tensor, second: Tensor, axis: Tensor) -> Tensor:
    """Signed angle (M,) from one direction (M, 3) to another about an axis."""
    return torch.atan2((torch.cross(first, second, dim=1) * axis).sum(1), (first * second).sum(1))
