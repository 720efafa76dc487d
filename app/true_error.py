# SPDX-License-Identifier: GPL-3.0-or-later
"""How far tracked hands are from the true ones, where a source knows them; no Qt in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.geometry import palm_scale
from handtrack.hand import FrameResult, Hand, HandTruth, read_only
from handtrack.skeleton import JOINT_COUNT, WRIST

UNITS = ("mm", "px")
_ALL_VISIBLE = read_only(np.ones(JOINT_COUNT, bool))


@dataclass(frozen=True, slots=True)
class TrueError:
    """What one hand's joints are off, beside what was predicted.

    error, sigma: (21,) by unit; "px" in the picture, "mm" in space. Both are per axis: the root mean
    square over x, y (and z) of what the joint is off, and one predicted standard deviation.
    inside: by unit, the shares of coordinates that are off by at most one and two sigma (68 % and 95 %
    of a normal distribution). In space the wrist is the origin of both hands, so that it is NaN there.
    """

    error: dict[str, np.ndarray]
    sigma: dict[str, np.ndarray]
    inside: dict[str, tuple[float, float]]

    @classmethod
    def of(cls, hand: Hand, truth: HandTruth) -> TrueError:
        """Compare a hand with the true one, in space at the same size of both."""
        offsets = {
            "mm": 1000 * (hand.joints_3d - true_joints_3d(hand, truth)),
            "px": hand.joints_2d - truth.joints_2d,
        }
        offsets["mm"][WRIST] = np.nan
        sigma = {"mm": 1000 * hand.sigma_3d, "px": hand.sigma_2d}
        return cls(
            {unit: np.sqrt((offset**2).mean(axis=1)) for unit, offset in offsets.items()},
            sigma,
            {unit: _shares_inside(offset, sigma[unit]) for unit, offset in offsets.items()},
        )


def _shares_inside(offsets: np.ndarray, sigma: np.ndarray) -> tuple[float, float]:
    known = np.isfinite(offsets).all(axis=1)
    sizes = np.abs(offsets[known]) / np.maximum(sigma[known, None], 1e-9)
    return float((sizes <= 1).mean()), float((sizes <= 2).mean())


def true_joints_3d(hand: Hand, truth: HandTruth) -> np.ndarray:
    """The true hand's joints (21, 3), metres, at the size of the tracked one.

    One camera cannot see how large a hand is; `tracker.palm_length` says it. So both have the same palm.
    """
    return truth.joints_3d * (palm_scale(hand.joints_3d) / max(palm_scale(truth.joints_3d), 1e-6))


def references(result: FrameResult) -> tuple[HandTruth, ...] | None:
    """What a frame's hands are compared with: the true hands, or else those of an earlier tracking."""
    if result.frame.truth is not None or result.before is None:
        return result.frame.truth
    return tuple(
        HandTruth(hand.joints_2d, hand.joints_3d, _ALL_VISIBLE, hand.handedness) for hand in result.before
    )


def match_hands(hands: Sequence[Hand], truths: Sequence[HandTruth]) -> list[tuple[Hand, HandTruth]]:
    """Each tracked hand with the true one whose joints lie nearest, each used once, nearest pair first.

    A hand whose joints are on average further off than the true hand is large has no partner: the
    tracker follows something else.
    """
    distances = [
        (float(np.linalg.norm(hand.joints_2d - truth.joints_2d, axis=1).mean()), i, j)
        for i, hand in enumerate(hands)
        for j, truth in enumerate(truths)
    ]
    pairs: list[tuple[int, int]] = []
    for distance, i, j in sorted(distances):
        free = all(i != one and j != other for one, other in pairs)
        if free and distance <= float(np.ptp(truths[j].joints_2d, axis=0).max()):
            pairs.append((i, j))
    return [(hands[i], truths[j]) for i, j in sorted(pairs)]
