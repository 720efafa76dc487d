"""The bones of the mesh: 25 joints as WebXR names them, and the forearm."""

from __future__ import annotations

from typing import Final

import numpy as np

_FINGER_BONES = ("metacarpal", "proximal", "intermediate", "distal", "tip")
BONE_NAMES: Final[tuple[str, ...]] = (
    "wrist",
    *(f"thumb_{part}" for part in _FINGER_BONES if part != "intermediate"),
    *(f"{finger}_{part}" for finger in ("index", "middle", "ring", "little") for part in _FINGER_BONES),
    "forearm",
)
"""25 joints of the mesh, each the base of the bone of that name (a tip is an end), and the forearm's bone."""
JOINT_COUNT: Final = 25
BONE_COUNT: Final = 26
FOREARM: Final = 25
PARENTS: Final[tuple[int, ...]] = (
    -1,
    *(0, 1, 2, 3),
    *(parent for base in (5, 10, 15, 20) for parent in (0, base, base + 1, base + 2, base + 3)),
    0,
)
"""Parent bone of each bone; the hand hangs on bone 0, and so does the forearm."""

THUMB_METACARPAL: Final = 1
PALM_BONES: Final[tuple[int, ...]] = (5, 10, 15, 20)
"""The metacarpals of the four fingers, which lie in the palm."""

LEVELS: Final[tuple[np.ndarray, ...]] = tuple(
    np.array(level)
    for level in (
        (1, 5, 10, 15, 20),
        (2, 6, 11, 16, 21),
        (3, 7, 12, 17, 22),
        (4, 8, 13, 18, 23),
        (9, 14, 19, 24),
    )
)
"""Bones of the hand from the wrist outwards: each level's parents are in the levels before it."""
