"""A right hand with fixed bone proportions, moved by joint angles within anatomical limits, in torch.

Model space: the palm's own axes, x to the thumb's side, y from the wrist to the middle MCP, z out of the
palm; the unit is the length from wrist to middle MCP.
"""

from __future__ import annotations

import functools
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

TEMPLATE_FILE: Final = Path(__file__).with_name("hand_template.json")

# Degrees, lowest and highest. Active ranges of motion after the clinical norms of the American Academy of
# Orthopaedic Surgeons, widened by about 10 degrees for passive motion (a finger pressed against a thing).
_FINGER_LIMITS: Final = {
    "mcp_flexion": (-35.0, 100.0),
    "mcp_abduction": (-28.0, 28.0),
    "pip_flexion": (-10.0, 115.0),
    "dip_flexion": (-15.0, 85.0),
}
_THUMB_LIMITS: Final = {
    "cmc_flexion": (-40.0, 40.0),
    "cmc_abduction": (-40.0, 40.0),
    "cmc_twist": (-25.0, 25.0),
    "mcp_flexion": (-20.0, 70.0),
    "mcp_abduction": (-15.0, 15.0),
    "ip_flexion": (-30.0, 85.0),
}
_CUP_LIMITS: Final = (-5.0, 22.0)
"""Turn of the little finger's metacarpal towards the palm; the ring finger's turns by 0.4 of it."""
_RING_SHARE: Final = 0.4

ANGLES: Final[tuple[tuple[str, tuple[float, float]], ...]] = (
    *((f"thumb_{name}", limits) for name, limits in _THUMB_LIMITS.items()),
    *(
        (f"{finger}_{name}", limits)
        for finger in ("index", "middle", "ring", "little")
        for name, limits in _FINGER_LIMITS.items()
    ),
    ("palm_cup", _CUP_LIMITS),
)
ANGLE_COUNT: Final = len(ANGLES)
BONE_COUNT: Final = 15
"""Bones beyond the palm: three a finger, thumb first."""


def angle_limits() -> tuple[Tensor, Tensor]:
    """Lowest and highest of each angle, radians: two tensors (ANGLE_COUNT,)."""
    low, high = zip(*(limits for _, limits in ANGLES), strict=True)
    return torch.tensor(low) * (math.pi / 180), torch.tensor(high) * (math.pi / 180)


@dataclass(frozen=True, slots=True)
class HandTemplate:
    """Proportions of a hand in model space.

    palm: (5, 3), where each finger begins (thumb CMC, then the MCPs), the wrist being the origin.
    bones: (5, 3), lengths of the three bones of each finger. frames: (5, 3, 3), columns: axis of
    flexion, direction of the straight finger, and the direction that flexion turns it to.
    """

    palm: Tensor
    bones: Tensor
    frames: Tensor

    @classmethod
    def load(cls, path: Path = TEMPLATE_FILE) -> HandTemplate:
        """The proportions measured on real hands by `hand_proportions.measure_template`."""
        values = json.loads(path.read_text(encoding="utf-8"))
        return cls(*(torch.tensor(values[name]) for name in ("palm", "bones", "frames")))

    def save(self, path: Path) -> None:
        """Write as JSON, rounded to a ten-thousandth of the palm."""
        values = {
            name: [[_rounded(v) for v in row] for row in getattr(self, name).tolist()]
            for name in ("palm", "bones", "frames")
        }
        path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")


def _rounded(value: float | list[float]) -> float | list[float]:
    return [round(v, 4) for v in value] if isinstance(value, list) else round(value, 4)


def hand_joints(template: HandTemplate, angles: Tensor, stretch: Tensor, width: Tensor) -> Tensor:
    """Joints (M, 21, 3) in model space.

    angles: (M, ANGLE_COUNT) radians. stretch: (M, 5, 3) factors of the template's bone lengths; width:
    (M,) factor of the palm's width.
    """
    count = len(angles)
    thumb, fingers, cup = angles[:, :6], angles[:, 6:-1].reshape(count, 4, 4), angles[:, -1]
    sideways = torch.stack([width, torch.ones_like(width), torch.ones_like(width)], dim=1)
    palm = _cupped(template.palm * sideways[:, None], cup)
    frames = template.frames.expand(count, 5, 3, 3)
    none = torch.zeros_like(cup)
    flexion = torch.cat([thumb[:, None, 0], fingers[..., 0]], dim=1)
    abduction = torch.cat([thumb[:, None, 1], fingers[..., 1]], dim=1)
    twist = torch.stack([thumb[:, 2], none, none, none, none], dim=1)
    second_flexion = torch.cat([thumb[:, None, 3], fingers[..., 2]], dim=1)
    second_abduction = torch.stack([thumb[:, 4], none, none, none, none], dim=1)
    third_flexion = torch.cat([thumb[:, None, 5], fingers[..., 3]], dim=1)

    lengths = template.bones * stretch
    turn = frames @ turns_about(2, abduction) @ turns_about(0, flexion) @ turns_about(1, twist)
    first = palm + turn[..., 1] * lengths[..., :1]
    turn = turn @ turns_about(2, second_abduction) @ turns_about(0, second_flexion)
    second = first + turn[..., 1] * lengths[..., 1:2]
    turn = turn @ turns_about(0, third_flexion)
    third = second + turn[..., 1] * lengths[..., 2:]
    chains = torch.stack([palm, first, second, third], dim=2).reshape(count, 20, 3)
    return torch.cat([torch.zeros(count, 1, 3), chains], dim=1)


def _cupped(palm: Tensor, cup: Tensor) -> Tensor:
    """Ring and little MCP turned about the palm's y axis through the middle MCP."""
    none = torch.zeros_like(cup)
    turn = turns_about(1, torch.stack([none, none, none, cup * _RING_SHARE, cup], dim=1))
    middle = palm[:, 2:3]
    return middle + (turn @ (palm - middle)[..., None])[..., 0]


def turns_about(axis: int, angle: Tensor) -> Tensor:
    """Rotations (..., 3, 3) about a coordinate axis by angle (...), right-handed."""
    one, plane, quarter = _parts_of_turns(axis)
    return one + torch.cos(angle)[..., None, None] * plane + torch.sin(angle)[..., None, None] * quarter


@functools.cache
def _parts_of_turns(axis: int) -> tuple[Tensor, Tensor, Tensor]:
    """What stays, what a turn's cosine stands before, and what its sine does, each (3, 3)."""
    first, second = (axis + 1) % 3, (axis + 2) % 3
    one = torch.zeros(3, 3)
    one[axis, axis] = 1
    plane = torch.zeros(3, 3)
    plane[first, first] = plane[second, second] = 1
    quarter = torch.zeros(3, 3)
    quarter[second, first], quarter[first, second] = 1, -1
    return one, plane, quarter


def rotations_from_columns(columns: Tensor) -> Tensor:
    """Rotations (..., 3, 3) from two free columns (..., 3, 2).

    Source: Zhou et al., "On the Continuity of Rotation Representations in Neural Networks" (2019).
    """
    first = torch.nn.functional.normalize(columns[..., 0], dim=-1)
    second = columns[..., 1] - (first * columns[..., 1]).sum(-1, keepdim=True) * first
    second = torch.nn.functional.normalize(second, dim=-1)
    return torch.stack([first, second, torch.cross(first, second, dim=-1)], dim=-1)
