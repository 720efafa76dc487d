"""Which shown hand is which true one: a follower's output as arrays that lie beside the truth's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.hand import Handedness
from handtrack.skeleton import JOINT_COUNT
from handtrack.study.evaluation.motion.truth import GONE, MotionTruth
from handtrack.study.evaluation.pairs import pairs_in_reach

REACH: Final = 1.0
"""A hand that is shown farther from every true one, in sizes of that, is a ghost."""
NONE: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class ShownHand:
    """What a follower shows in one frame. joints_2d: (21, 2) pixels, as users see them; raw_2d: unsmoothed.

    track: the same hand's in every frame, None where the follower does not say. sigma: (21,) pixels, and
    crop_size: pixels, of a follower that knows them.
    """

    joints_2d: np.ndarray
    raw_2d: np.ndarray
    handedness: Handedness
    track: int | None
    sigma: np.ndarray | None = None
    crop_size: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """What was shown of each true hand, beside `MotionTruth`'s arrays.

    found: (F, K) bool. shown, raw: (F, K, 21, 2) pixels, NaN where nothing was. track: (F, K), NONE where
    nothing was or the follower does not say. right: (F, K), 1 right, 0 left, NONE. ghosts: (F,), hands that
    are shown and are no true hand's; of two on one hand the farther is one too.
    """

    found: np.ndarray
    shown: np.ndarray
    raw: np.ndarray
    track: np.ndarray
    right: np.ndarray
    ghosts: np.ndarray


def match(truth: MotionTruth, frames: Sequence[Sequence[ShownHand]]) -> Followed:
    """Every frame's shown hands given to the true ones so that the sum of distances over sizes is least.

    In clips whose truth is not complete the nearest hand counts wherever it is, and nothing is a ghost.
    """
    count, hands = truth.state.shape
    shown, raw = (np.full((count, hands, JOINT_COUNT, 2), np.nan) for _ in range(2))
    track, right = np.full((count, hands), NONE), np.full((count, hands), NONE)
    ghosts = np.zeros(count, int)
    for number, seen in enumerate(frames):
        pairs = pairs_in_reach(_distances(truth, number, seen), REACH if truth.complete else np.inf)
        for own, given in pairs:
            hand = seen[given]
            shown[number, own], raw[number, own] = hand.joints_2d, hand.raw_2d
            track[number, own] = NONE if hand.track is None else hand.track
            right[number, own] = int(hand.handedness == "right")
        if truth.complete:
            ghosts[number] = len(seen) - len(pairs)
    return Followed(np.isfinite(shown).all(axis=(2, 3)), shown, raw, track, right, ghosts)


def _distances(truth: MotionTruth, frame: int, seen: Sequence[ShownHand]) -> np.ndarray:
    """Distances (K, N) over the true hand's size: of all joints where they are known, else of the middles."""
    result = np.full((truth.state.shape[1], len(seen)), np.inf)
    for own in range(len(result)):
        size = truth.size[frame, own]
        if truth.state[frame, own] == GONE or not np.isfinite(size):
            continue
        joints = truth.joints_2d[frame, own]
        for given, hand in enumerate(seen):
            if np.isfinite(joints).all():
                distance = np.linalg.norm(hand.raw_2d - joints, axis=1).mean()
            else:
                middle = (hand.raw_2d.min(axis=0) + hand.raw_2d.max(axis=0)) / 2
                distance = np.linalg.norm(middle - truth.middle[frame, own])
            result[own, given] = distance / size
    return result
