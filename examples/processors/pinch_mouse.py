"""Move the mouse with the index finger, click by pinching.

handtrack run --processor examples/processors/pinch_mouse.py:PinchMouse

It needs `pip install pynput` and a screen; without them it prints what it would do.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from handtrack.geometry import palm_scale
from handtrack.hand import FrameResult, Hand
from handtrack.skeleton import INDEX_MCP, PINCHING_TIPS

PINCHED, LET_GO = 0.35, 0.5
"""Thumb's tip to index's, as shares of the palm: between them what was last holds, so nothing flickers."""
MARGIN = 0.15
"""Share of the picture at each edge that is left unused: a hand there is hardly seen."""
SCREEN = (1920, 1080)


class Mouse(Protocol):
    """What moves."""

    def move_to(self, x: int, y: int) -> None:
        """Go to a pixel of the screen."""
        ...

    def press(self) -> None:
        """Hold the left button."""
        ...

    def release(self) -> None:
        """Let the left button go."""
        ...


class PrintedMouse:
    """Says what it would do."""

    def move_to(self, x: int, y: int) -> None:
        """Say where it would go."""
        print(f"mouse to {x}, {y}", flush=True)

    def press(self) -> None:
        """Say that it would press."""
        print("mouse pressed", flush=True)

    def release(self) -> None:
        """Say that it would let go."""
        print("mouse released", flush=True)


class RealMouse:
    """The mouse of this machine. Raises ImportError without pynput or without a screen."""

    def __init__(self) -> None:
        from pynput import mouse

        self._mouse, self._left = mouse.Controller(), mouse.Button.left

    def move_to(self, x: int, y: int) -> None:
        """Go there."""
        self._mouse.position = (x, y)

    def press(self) -> None:
        """Hold the left button."""
        self._mouse.press(self._left)

    def release(self) -> None:
        """Let it go."""
        self._mouse.release(self._left)


def find_mouse() -> Mouse:
    """The real mouse, or one that prints."""
    try:
        return RealMouse()
    except Exception as error:  # pynput has errors of its own for each kind of screen that is not there
        print(
            f"no mouse can be moved ({type(error).__name__}); install pynput, and run it on a screen",
            flush=True,
        )
        return PrintedMouse()


class PinchMouse:
    """Follows the first hand's knuckle of the index finger, which a pinch does not move."""

    def __init__(self) -> None:
        self._mouse = find_mouse()
        self._pressed = False

    def process(self, result: FrameResult) -> None:
        """Move, press or let go."""
        if not result.hands:
            self._set_pressed(False)  # a hand that has gone holds nothing
            return
        hand = result.hands[0]
        self._mouse.move_to(*_place_of(hand, result.frame.size))
        thumb, index = hand.joints_3d[list(PINCHING_TIPS)]
        apart = float(np.linalg.norm(thumb - index)) / palm_scale(hand.joints_3d)
        self._set_pressed(apart < (LET_GO if self._pressed else PINCHED))

    def close(self) -> None:
        """Let the button go."""
        self._set_pressed(False)

    def _set_pressed(self, pressed: bool) -> None:
        if pressed != self._pressed:
            self._pressed = pressed
            (self._mouse.press if pressed else self._mouse.release)()


def _place_of(hand: Hand, size: tuple[int, int]) -> tuple[int, int]:
    share = (hand.joints_2d[INDEX_MCP] / size - MARGIN) / (1 - 2 * MARGIN)
    # As in a mirror: to the right is to the right for the person.
    x, y = np.clip([1 - share[0], share[1]], 0, 1) * (SCREEN[0] - 1, SCREEN[1] - 1)
    return round(float(x)), round(float(y))
