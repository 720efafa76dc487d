"""Two tracks on one hand: find them and say which to keep."""

from __future__ import annotations

import numpy as np

from handtrack.tracking.track import HandTrack

SAME_HAND = 0.3
"""Mean joint distance, in hand sizes, below which two estimates are of one hand."""
_FARTHER = 0.2
"""By how many hand sizes more a track must have moved to be the one that came over to another's hand."""


def _step(track: HandTrack, joints: np.ndarray) -> float:
    """How far a track's joints moved since it was last seen, in hand sizes; new ones have not moved."""
    return 0.0 if track.joints_2d is None else joints_distance(track.joints_2d, joints)


def joints_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Mean distance of two hands' joints (21, 2) over the smaller hand's extent."""
    size = min(float(np.ptp(first, axis=0).max()), float(np.ptp(second, axis=0).max()))
    return float(np.linalg.norm(first - second, axis=1).mean()) / max(size, 1.0)


def tracks_to_drop(tracks: list[HandTrack], joints: list[np.ndarray], scores: list[float]) -> set[int]:
    """Positions of tracks that have collapsed onto another's hand.

    Of each pair the one goes that came from farther away; between those as near the clearly lower score, and
    between equals the younger.
    """
    steps = [_step(track, seen) for track, seen in zip(tracks, joints, strict=True)]
    dropped: set[int] = set()
    for i in range(len(tracks)):
        for j in range(i + 1, len(tracks)):
            if i in dropped or j in dropped or joints_distance(joints[i], joints[j]) > SAME_HAND:
                continue
            if abs(steps[i] - steps[j]) > _FARTHER:
                dropped.add(i if steps[i] > steps[j] else j)
            elif abs(scores[i] - scores[j]) > 0.1:
                dropped.add(i if scores[i] < scores[j] else j)
            else:
                dropped.add(i if tracks[i].age < tracks[j].age else j)
    return dropped
