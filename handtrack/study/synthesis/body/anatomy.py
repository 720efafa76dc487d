"""How far the joints of a hand bend: the angles of a pose, their limits, and how fingers move together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.hand import read_only
from handtrack.skeleton import FINGER_NAMES

# Name: (least, greatest, at rest), degrees. Flexion bends towards the palm. Abduction of fingers and wrist
# is positive towards the thumb's side. The thumb's metacarpal is placed by its angle from the palm's axis in
# the palm's plane (radial), out of that plane to the front (palmar), and its turn about itself (rotation,
# positive turns its pad to the fingers).
# Ranges: American Academy of Orthopaedic Surgeons, "Joint Motion" (1965), active motion, and for the thumb's
# saddle joint Cooney et al., "The kinesiology of the thumb trapeziometacarpal joint" (1981); widened by a few
# degrees for supple hands and for joints that another finger presses.
_THUMB = {
    "thumb_cmc_radial": (-12.0, 58.0, 30.0),
    "thumb_cmc_palmar": (-8.0, 60.0, 28.0),
    "thumb_cmc_rotation": (-15.0, 50.0, 0.0),
    "thumb_mcp_flexion": (-12.0, 65.0, 8.0),
    "thumb_mcp_abduction": (-12.0, 12.0, 0.0),
    "thumb_ip_flexion": (-30.0, 85.0, 12.0),
}
_FINGER = {
    "mcp_flexion": (-30.0, 95.0, 20.0),
    "mcp_abduction": (-22.0, 22.0, 0.0),
    "pip_flexion": (-8.0, 112.0, 25.0),
    "dip_flexion": (-12.0, 80.0, 14.0),
}
_OWN_LIMITS = {
    "index_mcp_abduction": (-20.0, 25.0, 1.0),
    "middle_mcp_abduction": (-20.0, 16.0, -3.0),
    "ring_mcp_abduction": (-22.0, 14.0, -6.0),
    "little_mcp_abduction": (-36.0, 16.0, -10.0),
}
# Only the two outer metacarpals move: they cup the palm.
_CUPPING = {"ring_cmc_flexion": (0.0, 12.0, 0.0), "little_cmc_flexion": (0.0, 24.0, 0.0)}
_WRIST = {
    "wrist_flexion": (-70.0, 75.0, -8.0),
    "wrist_abduction": (-35.0, 22.0, 0.0),
}

_TABLE: Final[dict[str, tuple[float, float, float]]] = {
    **_THUMB,
    **{
        f"{finger}_{name}": _OWN_LIMITS.get(f"{finger}_{name}", limits)
        for finger in FINGER_NAMES[1:]
        for name, limits in _FINGER.items()
    },
    **_CUPPING,
    **_WRIST,
}

ANGLE_NAMES: Final[tuple[str, ...]] = tuple(_TABLE)
"""26 joint angles: 6 of the thumb, 4 of each finger, 2 that cup the palm, 2 of the wrist."""
ANGLE_COUNT: Final = len(ANGLE_NAMES)
ANGLE_INDEX: Final[dict[str, int]] = {name: i for i, name in enumerate(ANGLE_NAMES)}
LOWEST: Final = read_only(np.radians([low for low, _, _ in _TABLE.values()]))
HIGHEST: Final = read_only(np.radians([high for _, high, _ in _TABLE.values()]))
"""Limits (26,) of the angles, radians."""


@dataclass(frozen=True, slots=True, eq=False)
class HandPose:
    """The joint angles of one hand, whatever its side and size. angles: (26,) float64 radians, read-only."""

    angles: np.ndarray

    @classmethod
    def from_degrees(cls, degrees: Mapping[str, float]) -> HandPose:
        """Pose with the named angles; the others rest. Raises KeyError for a name that is none."""
        angles = RESTING.angles.copy()
        for name, value in degrees.items():
            angles[ANGLE_INDEX[name]] = np.radians(value)
        return cls(read_only(angles))

    def __getitem__(self, name: str) -> float:
        """One angle in radians."""
        return float(self.angles[ANGLE_INDEX[name]])

    def with_degrees(self, **degrees: float) -> HandPose:
        """The same pose with the named angles replaced. Raises KeyError for a name that is none."""
        angles = self.angles.copy()
        for name, value in degrees.items():
            angles[ANGLE_INDEX[name]] = np.radians(value)
        return HandPose(read_only(angles))


RESTING: Final = HandPose(read_only(np.radians([rest for _, _, rest in _TABLE.values()])))
"""A hand at rest, half open."""

_FLEXION = np.array([ANGLE_INDEX[f"{finger}_mcp_flexion"] for finger in FINGER_NAMES[1:]])
_ABDUCTION = np.array([ANGLE_INDEX[f"{finger}_mcp_abduction"] for finger in FINGER_NAMES[1:]])
_PIP = np.array([ANGLE_INDEX[f"{finger}_pip_flexion"] for finger in FINGER_NAMES[1:]])
_DIP = np.array([ANGLE_INDEX[f"{finger}_dip_flexion"] for finger in FINGER_NAMES[1:]])


def clamp(pose: HandPose) -> HandPose:
    """The nearest possible pose: angles within their limits, and those that hang together in step.

    A bent knuckle's side ligaments are taut, so that it hardly spreads beyond 70 degrees. One tendon bends
    both outer joints: the last one follows the middle one (about two thirds of it; without help from another
    finger it is neither straight on a bent middle joint nor bent on a straight one).
    """
    angles = np.clip(pose.angles, LOWEST, HIGHEST)
    bent = np.clip((angles[_FLEXION] - np.radians(20.0)) / np.radians(60.0), 0.0, 1.0)
    freedom = np.radians(36.0) * (1.0 - bent) + np.radians(12.0) * bent
    angles[_ABDUCTION] = np.clip(angles[_ABDUCTION], -freedom, freedom)
    follows = 0.62 * np.maximum(angles[_PIP], 0.0)
    angles[_DIP] = np.clip(angles[_DIP], follows - np.radians(40.0), follows + np.radians(22.0))
    angles[_DIP] = np.clip(angles[_DIP], LOWEST[_DIP], HIGHEST[_DIP])
    return HandPose(read_only(angles))


def blend(first: HandPose, second: HandPose, share: float | np.ndarray) -> HandPose:
    """The pose between two; share 0 gives the first, 1 the second; a scalar or one for each angle (26,)."""
    return HandPose(read_only(first.angles + share * (second.angles - first.angles)))
