"""Do something when a hand changes its gesture.

handtrack run --processor examples/processors/gesture_trigger.py:GestureTrigger

Gestures are told by which fingers are stretched: a stretched one's tip is farther from the wrist than its
middle joint is, by a quarter.
"""

from __future__ import annotations

import subprocess

import numpy as np

from handtrack.hand import FrameResult, Hand
from handtrack.skeleton import FINGERS

COMMANDS: dict[str, list[str]] = {}
"""What is run by gesture, such as {"fist": ["playerctl", "pause"]}."""

GESTURES = {
    frozenset(): "fist",
    frozenset({"index"}): "pointing",
    frozenset({"index", "middle"}): "victory",
    frozenset({"index", "middle", "ring", "little"}): "open",
}
STRETCHED = 1.25
HELD_FRAMES = 4
"""Frames for which a gesture must last: hands pass through others on their way."""


def gesture_of(hand: Hand) -> str | None:
    """The name of what the four fingers do, or None for anything else."""
    distance = np.linalg.norm(hand.joints_3d, axis=1)
    stretched = {
        name
        for name, (_, middle, _, tip) in FINGERS.items()
        if name != "thumb" and distance[tip] > STRETCHED * distance[middle]
    }
    return GESTURES.get(frozenset(stretched))


class GestureTrigger:
    """Prints each new gesture of each side, and runs its command without waiting for it."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[str | None, int]] = {}
        self._now: dict[str, str] = {}

    def process(self, result: FrameResult) -> None:
        """Look at the hands of a frame."""
        for hand in result.hands:
            side, gesture = hand.handedness, gesture_of(hand)
            last, frames = self._seen.get(side, (None, 0))
            frames = frames + 1 if gesture == last else 1
            self._seen[side] = gesture, frames
            if gesture is not None and frames >= HELD_FRAMES and self._now.get(side) != gesture:
                self._now[side] = gesture
                self._trigger(side, gesture)

    def _trigger(self, side: str, gesture: str) -> None:
        print(f"{side} hand: {gesture}", flush=True)
        if gesture in COMMANDS:
            subprocess.Popen(COMMANDS[gesture])
