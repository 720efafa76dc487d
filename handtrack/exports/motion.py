"""Hands as points that move: each track in metres from the camera, at its own times or at an even rate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.exports.job import ExportJob
from handtrack.sessions.arrays import HandArrays

GAP_S: Final = 0.25
"""Between two sights of a hand from which on nothing is known of it meanwhile."""
Y_UP: Final = np.array([1.0, -1.0, -1.0])
"""Camera axes times this have x right, y up and z toward the viewer, as animation programs want them."""


@dataclass(frozen=True, slots=True)
class HandMotion:
    """One track. times: (T,) float64, seconds from the session's first frame, strictly rising.

    joints: (T, 21, 3) float64, metres from the camera, x right, y down, z away from it; from the wrist where
    has_place is false. sigma: (T, 21) float64, metres, of the joints relative to the wrist.
    """

    track_id: int
    handedness: str
    times: np.ndarray
    joints: np.ndarray
    sigma: np.ndarray
    has_place: bool

    @property
    def name(self) -> str:
        """Such as right_3."""
        return f"{self.handedness}_{self.track_id}"

    def parts(self) -> list[np.ndarray]:
        """Row numbers of each part without a gap."""
        return np.split(np.arange(len(self.times)), np.flatnonzero(np.diff(self.times) > GAP_S) + 1)

    def at(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Joints (N, 21, 3) and sigma (N, 21) at other times (N,), linear between two sights, NaN in gaps."""
        joints = np.full((len(times), *self.joints.shape[1:]), np.nan)
        sigma = np.full((len(times), self.sigma.shape[1]), np.nan)
        for part in self.parts():
            begin, end = self.times[part[[0, -1]]]
            # A frame at the end of a part is there though rounding may put it a moment outside.
            inside = np.flatnonzero((times >= begin - 1e-3) & (times <= end + 1e-3))
            after = np.clip(
                np.searchsorted(self.times[part], times[inside]), min(1, len(part) - 1), len(part) - 1
            )
            late, early = part[after], part[np.maximum(after - 1, 0)]
            span = np.maximum(self.times[late] - self.times[early], 1e-9)
            weight = np.clip((times[inside] - self.times[early]) / span, 0.0, 1.0)
            joints[inside] = _between(self.joints[early], self.joints[late], weight[:, None, None])
            sigma[inside] = _between(self.sigma[early], self.sigma[late], weight[:, None])
        return joints, sigma


def _between(early: np.ndarray, late: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return np.asarray((1 - weight) * early + weight * late)


def motions(job: ExportJob) -> list[HandMotion]:
    """The tracks of a job, in the order in which they begin."""
    hands, start = job.hands, job.session.table["timestamp"][0].as_py()
    _, first = np.unique(hands.track_id, return_index=True)
    return [_motion(hands[hands.track_id == hands.track_id[row]], start) for row in sorted(first)]


def placeless(found: list[HandMotion]) -> list[str]:
    """What is to be said of hands whose place before the camera was not recorded."""
    names = [motion.name for motion in found if not motion.has_place]
    return [f"{', '.join(names)}: the place was not recorded, the wrist stays at the origin"] if names else []


def _motion(hands: HandArrays, start: float) -> HandMotion:
    # Where the clock was set back, what comes before what was already there has no place in a motion.
    so_far = np.maximum.accumulate(np.concatenate([[-np.inf], hands.timestamp[:-1]]))
    finite = np.isfinite(hands.joints_3d).all(axis=(1, 2))
    hands = hands[(hands.timestamp > so_far) & finite]
    has_place = bool(np.isfinite(hands.wrist_position).all())
    joints = hands.joints_3d.astype(np.float64)
    if has_place:
        joints = joints + hands.wrist_position.astype(np.float64)[:, None]
    ((handedness, _),) = Counter(hands.handedness.tolist()).most_common(1) or [("unknown", 0)]
    return HandMotion(
        track_id=int(hands.track_id[0]) if len(hands) else -1,
        handedness=handedness,
        times=hands.timestamp - start,
        joints=joints,
        sigma=hands.sigma_3d.astype(np.float64),
        has_place=has_place,
    )
