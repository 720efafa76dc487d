"""Joint groups that are given instead of learned, to compare the learned ones with."""

from __future__ import annotations

import torch

from handtrack.skeleton import JOINT_COUNT, WRIST
from handtrack.study.training.settings import Grouping

_JOINTS_PER_FINGER = 4
_MIDDLE_FINGER = 2


def given_groups(grouping: Grouping, groups: int, seed: int) -> torch.Tensor | None:
    """Group (21,) of each joint, or None where they are to be learned.

    "random": groups of equal size but for one joint, drawn by the seed. "anatomical": a group a finger, the
    wrist with the middle one.
    """
    if grouping == "learned":
        return None
    if grouping == "random":
        order = torch.randperm(JOINT_COUNT, generator=torch.Generator().manual_seed(seed))
        return order % groups
    fingers = (torch.arange(JOINT_COUNT) - 1) // _JOINTS_PER_FINGER
    fingers[WRIST] = _MIDDLE_FINGER
    return fingers
