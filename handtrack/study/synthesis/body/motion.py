"""An animated hand: its pose and its place in space as smooth, endless functions of time."""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np

from handtrack.study.synthesis.body.anatomy import HandPose, blend
from handtrack.study.synthesis.body.keyposes import keyposes, random_pose, with_random_wrist
from handtrack.study.synthesis.body.mesh import HandMesh
from handtrack.study.synthesis.body.penetration import TOLERANCE, is_possible, penetration
from handtrack.study.synthesis.body.subjects import Subject

_BEAT = 1.3  # seconds from one pose to the next, holding it included
_MOVING = 0.65  # share of a beat in which the hand moves
_NAMED = 0.75  # share of beats at keyposes; the others are random poses
_LOOKED_AT = (0.15, 0.3, 0.45, 0.6, 0.75, 0.9)  # shares of a way at which penetration is looked for
_BY_WAY_OF = ("relaxed", "open", "spread_wide", "half_closed")


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """Where a hand is before the camera: a point of hand space lies at rotation @ point + position.

    rotation: (3, 3), proper. position: (3,) metres, of the wrist, in camera axes.
    """

    rotation: np.ndarray
    position: np.ndarray


@dataclass(frozen=True, slots=True)
class MotionRange:
    """How far a moving hand goes.

    centre, reach: (x, y, z) metres, middle and half width of the wrist's places in camera axes.
    yaw, pitch, roll: degrees to either side, of turns about the camera's vertical, horizontal and viewing
    axes, from a palm that faces the camera with its fingers up.
    """

    centre: tuple[float, float, float] = (0.0, 0.09, 0.55)
    reach: tuple[float, float, float] = (0.10, 0.05, 0.08)
    yaw: float = 75.0
    pitch: float = 35.0
    roll: float = 35.0


class HandMotion:
    """One hand that takes one pose after another while it wanders and turns; the same for the same seed.

    mesh and subject decide which poses and which ways between them penetrate the hand and are left out.
    """

    def __init__(
        self, seed: int, mesh: HandMesh, subject: Subject, motion_range: MotionRange | None = None
    ) -> None:
        self._seed, self._mesh, self._subject = seed, mesh, subject
        self._range = motion_range or MotionRange()
        rng = np.random.default_rng((seed, 0))
        # Two waves for each of x, y, z, yaw, pitch, roll: no common period, so that it never repeats.
        self._periods = rng.uniform((3.5, 1.7), (8.0, 3.2), (6, 2))
        self._phases = rng.uniform(0.0, 2.0 * np.pi, (6, 2))
        self._shares = np.array([0.75, 0.25])
        self._pose_at = functools.lru_cache(maxsize=16)(self._make_pose)
        self._way_after = functools.lru_cache(maxsize=16)(self._make_way)

    def pose(self, time: float) -> HandPose:
        """The pose at a time in seconds, from 0 on; angles and their speeds are continuous."""
        beat, phase = divmod(max(time, 0.0) / _BEAT, 1.0)
        way = self._way_after(int(beat))
        progress = max(phase - (1.0 - _MOVING), 0.0) / _MOVING * (len(way) - 1)
        step = min(int(progress), len(way) - 2)
        return blend(way[step], way[step + 1], _eased(progress - step))

    def placement(self, time: float) -> Placement:
        """Where the hand is at a time in seconds."""
        waves = np.sin(2.0 * np.pi * time / self._periods + self._phases) @ self._shares
        position = np.asarray(self._range.centre) + waves[:3] * self._range.reach
        yaw, pitch, roll = np.radians([self._range.yaw, self._range.pitch, self._range.roll]) * waves[3:]
        return Placement(_rotation(yaw, pitch, roll), position)

    def _make_pose(self, beat: int) -> HandPose:
        rng = np.random.default_rng((self._seed, 1, beat))
        if rng.random() < _NAMED:
            pose = with_random_wrist(rng, list(keyposes().values())[rng.integers(len(keyposes()))])
            if is_possible(self._mesh, self._subject, pose):
                return pose
        return random_pose(rng, self._mesh, self._subject)

    def _make_way(self, beat: int) -> tuple[HandPose, ...]:
        """Poses to pass from the one of this beat to the next; straight on where no finger is in the way."""
        start, end = self._pose_at(beat), self._pose_at(beat + 1)
        ways = [(start, end), *((start, _opened(start, end, name), end) for name in _BY_WAY_OF)]
        depths = []
        for way in ways:
            depths.append(self._depth(way))
            if depths[-1] <= 0.0:
                break
        return ways[int(np.argmin(depths))]

    def _depth(self, way: tuple[HandPose, ...]) -> float:
        """How far beyond the tolerance the hand penetrates itself on a way, metres."""
        allowed = TOLERANCE * self._subject.scale
        depths = (
            penetration(self._mesh, self._subject, blend(a, b, share))
            for a, b in itertools.pairwise(way)
            for share in _LOOKED_AT
        )
        return max(max(depths) - allowed, 0.0)


def _opened(start: HandPose, end: HandPose, name: str) -> HandPose:
    """A named pose with the wrist half way between two poses."""
    half = blend(start, end, 0.5)
    return keyposes()[name].with_degrees(
        **{angle: math.degrees(half[angle]) for angle in ("wrist_flexion", "wrist_abduction")}
    )


def _eased(share: float) -> float:
    """Share of a way after a share of its time, with minimum jerk (Flash and Hogan, 1985)."""
    return share**3 * (10.0 - 15.0 * share + 6.0 * share**2)


def _rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Turn (3, 3) about the camera's y axis, then its x axis, then its z axis; radians."""
    (cy, sy), (cp, sp), (cr, sr) = ((math.cos(a), math.sin(a)) for a in (yaw, pitch, roll))
    about_y = np.array([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]])
    about_z = np.array([[cr, -sr, 0.0], [sr, cr, 0.0], [0.0, 0.0, 1.0]])
    return about_z @ about_x @ about_y
