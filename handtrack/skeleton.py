"""The 21 hand joints: names, fingers, bones, and the colours that fingers are drawn in."""

from __future__ import annotations

from typing import Final

import numpy as np

JOINT_NAMES: Final[tuple[str, ...]] = (
    "wrist",
    "thumb_cmc",
    "thumb_mcp",
    "thumb_ip",
    "thumb_tip",
    "index_mcp",
    "index_pip",
    "index_dip",
    "index_tip",
    "middle_mcp",
    "middle_pip",
    "middle_dip",
    "middle_tip",
    "ring_mcp",
    "ring_pip",
    "ring_dip",
    "ring_tip",
    "little_mcp",
    "little_pip",
    "little_dip",
    "little_tip",
)
JOINT_COUNT: Final = 21
WRIST: Final = 0
INDEX_MCP: Final = 5
MIDDLE_MCP: Final = 9
RING_MCP: Final = 13
LITTLE_MCP: Final = 17
FINGERTIPS: Final[tuple[int, ...]] = (4, 8, 12, 16, 20)
PINCHING_TIPS: Final[tuple[int, int]] = (FINGERTIPS[0], FINGERTIPS[1])
"""Thumb and index: the tips that people have measured in pictures and clips."""

FINGER_NAMES: Final[tuple[str, ...]] = ("thumb", "index", "middle", "ring", "little")
FINGERS: Final[dict[str, tuple[int, ...]]] = {
    name: tuple(range(1 + 4 * i, 5 + 4 * i)) for i, name in enumerate(FINGER_NAMES)
}

BONES: Final[tuple[tuple[int, int], ...]] = tuple(
    bone for finger in FINGERS.values() for bone in zip((WRIST, *finger[:-1]), finger, strict=True)
)
"""20 bones as (parent, child), finger by finger, each starting at the wrist."""

PALM_BONES: Final[tuple[tuple[int, int], ...]] = (
    (WRIST, INDEX_MCP),
    (WRIST, MIDDLE_MCP),
    (WRIST, RING_MCP),
    (WRIST, LITTLE_MCP),
    (INDEX_MCP, MIDDLE_MCP),
    (MIDDLE_MCP, RING_MCP),
    (RING_MCP, LITTLE_MCP),
)
"""Pairs of joints on the rigid palm: their lengths hardly change with the pose."""

# Okabe-Ito colours: told apart by people with any of the common colour-vision deficiencies.
FINGER_COLOURS_RGB: Final[dict[str, tuple[int, int, int]]] = {
    "thumb": (230, 159, 0),
    "index": (86, 180, 233),
    "middle": (0, 158, 115),
    "ring": (240, 228, 66),
    "little": (204, 121, 167),
}
WRIST_COLOUR_RGB: Final[tuple[int, int, int]] = (235, 235, 235)
HAND_COLOURS_RGB: Final[dict[str, tuple[int, int, int]]] = {"right": (127, 196, 255), "left": (255, 176, 124)}
"""Colours of whole hands on dark, where fingers need not be told apart."""


def finger_of(joint: int) -> str | None:
    """Name of the finger that a joint belongs to, or None for the wrist."""
    return None if joint == WRIST else FINGER_NAMES[(joint - 1) // 4]


def joint_colours_rgb() -> np.ndarray:
    """Colour of each joint (21, 3) uint8, RGB."""
    colours = [
        WRIST_COLOUR_RGB if finger is None else FINGER_COLOURS_RGB[finger]
        for finger in map(finger_of, range(JOINT_COUNT))
    ]
    return np.array(colours, dtype=np.uint8)
