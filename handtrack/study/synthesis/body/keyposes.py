"""Named hand poses, and random ones around and between them.

The table `keyposes.csv` (degrees, wrist left free) was made on the mesh: rough angles and contacts (thumb pad
on index pad, finger beside finger) were solved for the angles that meet them without self-penetration, and
each result was looked at. It holds the hand shapes of the American manual alphabet, whose digits 0 to 10 are
letter_o, point, victory, three_thumb, four, spread_wide, thumb_to_little, thumb_to_ring, thumb_to_middle,
letter_f and thumb_up; the Chinese digits 6 to 10 as letter_y, thumb_index_middle_pinch, letter_l, letter_x
and fist; European counting from the thumb (thumb_up, letter_l, three_thumb, four, open); and fists, points,
pinches, grasps, crossed fingers, claws, relaxed and half-closed hands.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.hand import read_only
from handtrack.skeleton import FINGER_NAMES
from handtrack.study.synthesis.body.anatomy import (
    ANGLE_COUNT,
    ANGLE_INDEX,
    ANGLE_NAMES,
    HIGHEST,
    LOWEST,
    RESTING,
    HandPose,
    blend,
    clamp,
)
from handtrack.study.synthesis.body.mesh import MESH_COUNT, HandMesh
from handtrack.study.synthesis.body.penetration import is_possible
from handtrack.study.synthesis.body.subjects import Subject

# Shares of random poses: at a keypose, between two, fingers of several, anywhere within the limits.
_SHARES: Final = (0.35, 0.35, 0.15, 0.15)
_SHARES_BY_NAME: Final = (0.4, 0.4, 0.2, 0.0)
_NOISE = np.radians([6.0 if "flexion" in name else 3.0 for name in ANGLE_NAMES])
_EASE = 0.04  # steps of that way
_ATTEMPTS = 4  # at one draw, each half as far from its keypose as the one before
_WRIST = {"wrist_flexion": (-6.0, 22.0), "wrist_abduction": (-3.0, 9.0)}  # mean and deviation, degrees


@functools.cache
def keyposes() -> dict[str, HandPose]:
    """All named poses, with the wrist at rest."""
    with Path(__file__).with_name("keyposes.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {
        row["name"]: clamp(
            HandPose.from_degrees({name: float(value) for name, value in row.items() if name != "name"})
        )
        for row in rows
    }


@functools.lru_cache(maxsize=256 * MESH_COUNT)
def possible_keypose(mesh: HandMesh, name: str) -> HandPose:
    """A named pose as the mesh can take it: one that would penetrate goes some way back to rest."""
    wanted = keyposes()[name]
    return next(
        pose
        for pose in (clamp(blend(wanted, RESTING, share)) for share in np.arange(0.0, 1.01, _EASE))
        if is_possible(mesh, Subject(), pose)
    )


def with_random_wrist(rng: np.random.Generator, pose: HandPose) -> HandPose:
    """The pose with the wrist bent at random, seldom far."""
    return clamp(pose.with_degrees(**{name: rng.normal(*spread) for name, spread in _WRIST.items()}))


def random_pose(
    rng: np.random.Generator,
    mesh: HandMesh,
    subject: Subject,
    names: Sequence[str] = (),
    free_thumb: bool = False,
) -> HandPose:
    """A pose within the joints' limits in which the subject's hand does not penetrate itself.

    names: of the keyposes at and between which it is drawn; none means all, and anywhere else as well.
    free_thumb: whether the thumb is anywhere within its limits, whatever the keypose.

    Drawn at a keypose, between two, from fingers of several or anywhere within the limits; a draw that would
    penetrate is drawn back towards its keypose, and given up for another where that does not help.
    """
    # Each is found when it is drawn: a person's mesh is posed a few times, and to find all takes longer.
    drawn_from = names or tuple(keyposes())
    shares = _SHARES_BY_NAME if names else _SHARES
    while True:
        keypose = possible_keypose(mesh, drawn_from[int(rng.integers(len(drawn_from)))])
        start = with_random_wrist(rng, keypose)
        wanted = _draw(rng, start, mesh, drawn_from, shares)
        if free_thumb:
            wanted = _with_any_thumb(rng, wanted)
        for attempt in range(_ATTEMPTS):
            pose = clamp(blend(start, wanted, 0.5**attempt))
            if is_possible(mesh, subject, pose):
                return pose


def _draw(
    rng: np.random.Generator, start: HandPose, mesh: HandMesh, names: Sequence[str], shares: Sequence[float]
) -> HandPose:
    kind = rng.choice(len(shares), p=shares)
    angles = start.angles
    if kind == 1:
        # Fingers do not keep step exactly on the way from one pose to another.
        share = rng.beta(0.8, 0.8) + _by_finger(rng.normal(0.0, 0.12, 5))
        other = possible_keypose(mesh, names[int(rng.integers(len(names)))])
        angles = blend(start, other, np.clip(share, 0.0, 1.0)).angles
    elif kind == 2:
        others = np.array(
            [possible_keypose(mesh, names[int(i)]).angles for i in rng.integers(len(names), size=5)]
        )
        angles = others[_FINGER_OF_ANGLE, np.arange(ANGLE_COUNT)]
    elif kind == 3:
        angles = _anywhere(rng)
    angles = angles + rng.normal(0.0, 1.0, ANGLE_COUNT) * _NOISE * rng.uniform(0.2, 1.2)
    angles[_WRIST_ANGLES] = start.angles[_WRIST_ANGLES]
    return clamp(HandPose(read_only(angles)))


def _anywhere(rng: np.random.Generator) -> np.ndarray:
    """Angles (26,) anywhere within the limits, each finger's joints bent about equally far."""
    place = rng.uniform(0.0, 1.0, ANGLE_COUNT)
    curl = _by_finger(np.clip(rng.uniform(0.0, 1.0) + rng.normal(0.0, 0.35, 5), 0.0, 1.0))
    place = np.where(_IS_FLEXION, np.clip(curl + rng.normal(0.0, 0.2, ANGLE_COUNT), 0.0, 1.0), place)
    return LOWEST + place * (HIGHEST - LOWEST)


def _with_any_thumb(rng: np.random.Generator, pose: HandPose) -> HandPose:
    place = rng.uniform(0.0, 1.0, ANGLE_COUNT)
    anywhere = LOWEST + place * (HIGHEST - LOWEST)
    return clamp(HandPose(read_only(np.where(_IS_THUMB, anywhere, pose.angles))))


def _by_finger(values: np.ndarray) -> np.ndarray:
    """One value for each angle (26,) from one for each finger (5,)."""
    return values[_FINGER_OF_ANGLE]


_FINGER_OF_ANGLE = np.array(
    [(*FINGER_NAMES, "wrist").index(name.split("_")[0]) % len(FINGER_NAMES) for name in ANGLE_NAMES]
)
_IS_FLEXION = np.array([name.endswith("flexion") for name in ANGLE_NAMES])
_IS_THUMB = np.array([name.startswith("thumb") for name in ANGLE_NAMES])
_WRIST_ANGLES = np.array([ANGLE_INDEX[name] for name in _WRIST])
