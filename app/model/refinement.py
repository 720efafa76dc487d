# SPDX-License-Identifier: GPL-3.0-or-later
"""How one hand's estimate refined itself, loop by loop; no Qt in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from handtrack.cropping import to_crop_sides
from handtrack.hand import Crop, Hand
from handtrack.model.gate_rule import should_exit
from handtrack.skeleton import JOINT_NAMES

if TYPE_CHECKING:
    from handtrack.tracking.unfolding import UnfoldedLoop

OTHER_THRESHOLDS = (0.25, 0.5, 0.75)
"""Thresholds that are always compared with the one in force."""


@dataclass(frozen=True, slots=True)
class Move:
    """How far a loop moved the joints, pixels of the frame: their mean, and the joint that moved most."""

    mean: float
    most: float
    joint: str


@dataclass(frozen=True, slots=True)
class LoopStep:
    """One loop as it is shown.

    number: from 1. joints: (21, 2) and sigma: (21,), in sides of the crop; None for a loop that is unknown.
    sigma_pixels: mean sigma in pixels of the frame. move: since the loop before, None where it is unknown.
    exit_probability: the gate's. leaves: the gate left after this loop, or it was the last one allowed. runs:
    the threshold in force lets it run. would_leave: of `OTHER_THRESHOLDS`, those that leave after this loop.
    attention: (cells, cells) or None, see `UnfoldedLoop`.
    """

    number: int
    joints: np.ndarray | None
    sigma: np.ndarray | None
    sigma_pixels: float
    move: Move | None
    exit_probability: float
    leaves: bool
    runs: bool
    would_leave: tuple[float, ...]
    attention: np.ndarray | None = None


class _Loop(Protocol):
    """What `IterationEstimate` and `UnfoldedLoop` have in common."""

    @property
    def joints_2d(self) -> np.ndarray: ...

    @property
    def sigma_2d(self) -> np.ndarray: ...

    @property
    def exit_probability(self) -> float: ...


def gate_leaves(probability: float, threshold: float) -> bool:
    """Whether the gate leaves at a threshold; see `should_exit`."""
    return bool(should_exit(np.asarray(probability), threshold))


def leaves_after(probabilities: Sequence[float], threshold: float, most: int) -> int | None:
    """The loop, from 1, after which a threshold ends; None where the loops that are known are too few to say.

    probabilities: the gate's after each loop that is known. most: the loops that are allowed.
    """
    for number, probability in enumerate(probabilities[:most], 1):
        if number == most or gate_leaves(probability, threshold):
            return number
    return None


def steps_as_tracked(hand: Hand, most: int) -> tuple[LoopStep, ...]:
    """The loops that ran while the hand was tracked, and after them those that did not, which are not known.

    Each is the network's own estimate, before smoothing.
    """
    steps = _steps(hand.trace, hand.crop, len(hand.trace), most)
    unknown = (
        LoopStep(number, None, None, 0.0, None, 0.0, leaves=False, runs=False, would_leave=())
        for number in range(len(steps) + 1, most + 1)
    )
    return (*steps, *unknown)


def steps_from_nothing(
    loops: Sequence[UnfoldedLoop], crop: Crop, threshold: float, most: int
) -> tuple[LoopStep, ...]:
    """All loops of a hand as if it were seen for the first time.

    threshold: the one in force; the loops after it leaves are marked as not run.
    """
    last = leaves_after([loop.exit_probability for loop in loops], threshold, most) or most
    return _steps(loops, crop, last, most)


def _steps(loops: Sequence[_Loop], crop: Crop, last: int, most: int) -> tuple[LoopStep, ...]:
    """last: the loop, from 1, after which the threshold in force left."""
    probabilities = [loop.exit_probability for loop in loops]
    left = {threshold: leaves_after(probabilities, threshold, most) for threshold in OTHER_THRESHOLDS}
    return tuple(
        LoopStep(
            number,
            to_crop_sides(loop.joints_2d, crop),
            loop.sigma_2d / crop.size,
            float(loop.sigma_2d.mean()),
            None if number == 1 else _move(loops[number - 2].joints_2d, loop.joints_2d),
            loop.exit_probability,
            leaves=number == last,
            runs=number <= last,
            would_leave=tuple(threshold for threshold, after in left.items() if after == number),
            attention=getattr(loop, "attention", None),
        )
        for number, loop in enumerate(loops, 1)
    )


def _move(before: np.ndarray, after: np.ndarray) -> Move:
    distances = np.linalg.norm(after - before, axis=1)
    most = int(distances.argmax())
    return Move(float(distances.mean()), float(distances[most]), JOINT_NAMES[most].replace("_", " "))
