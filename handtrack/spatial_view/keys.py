"""The keys of the window, and what each does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SPACE, ESCAPE = 32, 256
RIGHT, LEFT, DOWN, UP, PAGE_UP, PAGE_DOWN, HOME, END = range(262, 270)


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the keyboard by its code in GLFW, and what it does, in a few words."""

    code: int
    name: str
    does: str


KEYS: Final = (
    Key(SPACE, "Space", "play or pause"),
    Key(LEFT, "Left", "a frame back; with Shift, a second"),
    Key(RIGHT, "Right", "a frame on; with Shift, a second"),
    Key(PAGE_UP, "Page Up", "a second back"),
    Key(PAGE_DOWN, "Page Down", "a second on"),
    Key(HOME, "Home", "to the beginning"),
    Key(END, "End", "to the end"),
    Key(UP, "Up", "twice as fast"),
    Key(DOWN, "Down", "half as fast"),
    Key(ord("U"), "U", "joints as large as they are unsure, or all alike"),
    Key(ord("S"), "S", "skin or bones"),
    Key(ord("T"), "T", "trails"),
    Key(ord("I"), "I", "the camera's picture"),
    Key(ord("G"), "G", "the floor's grid"),
    Key(ord("C"), "C", "look through the camera"),
    Key(ord("R"), "R", "look from beside it again"),
    Key(ord("P"), "P", "save this pose as PLY"),
    Key(ord("W"), "W", "begin a sweep of poses; again: save it as PLY"),
    Key(ord("H"), "H", "list these keys"),
    Key(ord("Q"), "Q", "close; Escape too"),
)
MOUSE: Final = "drag: turn; Ctrl and drag: move; Shift and drag: roll; wheel: nearer or farther"


def keys_in_words() -> list[str]:
    """A line a key, and one for the mouse."""
    return [*(f"{key.name:<9} {key.does}" for key in KEYS), f"{'mouse':<9} {MOUSE}"]
