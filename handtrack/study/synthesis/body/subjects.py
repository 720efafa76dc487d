"""The people whose hands are rendered: how long, wide and thick their hands are, from children to adults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

MESH_HAND_LENGTH: Final = 0.189
"""Metres from the mesh's wrist joint to the end of its middle finger."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One person's hand as factors on the mesh; 1 everywhere is the mesh itself.

    scale: of the whole hand and arm. palm_width, palm_length, palm_thickness: of the palm alone.
    finger_lengths: thumb to little, of all their bones. bone_lengths: for each finger its three bones beyond
    the palm (thumb: metacarpal, proximal, distal), on top of that.
    finger_thickness: thumb to little. fingertip_thickness: of the last bones, on top of that.
    arm_length, arm_thickness: of the forearm.
    """

    scale: float = 1.0
    palm_width: float = 1.0
    palm_length: float = 1.0
    palm_thickness: float = 1.0
    finger_lengths: tuple[float, ...] = (1.0,) * 5
    bone_lengths: tuple[tuple[float, float, float], ...] = ((1.0, 1.0, 1.0),) * 5
    finger_thickness: tuple[float, ...] = (1.0,) * 5
    fingertip_thickness: float = 1.0
    arm_length: float = 1.0
    arm_thickness: float = 1.0


# Hand length (mean, standard deviation in metres): ANSUR II for women and men; for children Snyder et al.,
# "Anthropometry of infants, children and youths to age 18" (1977), from 4 years (115 mm) to 12 (157 mm).
ADULT_HANDS = ((0.181, 0.0094), (0.193, 0.0099))
CHILD_AGES = (4.0, 12.0)
CHILD_HANDS = (0.115, 0.157)
_CHILDREN = 0.2  # share of subjects
_STOUT_PER_CHILD = 0.06  # children's fingers are shorter and rounder


def random_subject(rng: np.random.Generator) -> Subject:
    """A person drawn at random: 40 % women, 40 % men, 20 % children of 4 to 12 years."""
    child = rng.random() < _CHILDREN
    if child:
        age = rng.uniform(*CHILD_AGES)
        length = float(np.interp(age, CHILD_AGES, CHILD_HANDS)) * rng.normal(1.0, 0.04)
    else:
        mean, deviation = ADULT_HANDS[rng.integers(2)]
        length = rng.normal(mean, deviation)
    scale = float(np.clip(length, 0.105, 0.225)) / MESH_HAND_LENGTH

    # One factor of build, thin to stout, drives all thicknesses; hand breadth varies by 5 % about its length.
    build = _normal(rng, 1.0, 0.09, 0.80, 1.28) + (_STOUT_PER_CHILD if child else 0.0)
    width = _normal(rng, 1.0, 0.05, 0.88, 1.14) * (0.6 + 0.4 * build)
    finger_length = _normal(rng, 0.97 if child else 1.0, 0.035, 0.88, 1.10)
    bones = tuple(tuple(float(v) for v in np.clip(rng.normal(1.0, 0.025, 3), 0.93, 1.07)) for _ in range(5))
    return Subject(
        scale=scale,
        palm_width=width,
        palm_length=_normal(rng, 1.0, 0.025, 0.93, 1.07),
        palm_thickness=_normal(rng, build, 0.04, 0.78, 1.35),
        finger_lengths=tuple(finger_length * _normal(rng, 1.0, 0.02, 0.95, 1.05) for _ in range(5)),
        bone_lengths=bones,  # type: ignore[arg-type]
        finger_thickness=tuple(build * _normal(rng, 1.0, 0.025, 0.94, 1.06) for _ in range(5)),
        fingertip_thickness=_normal(rng, 1.0, 0.04, 0.9, 1.12),
        arm_length=_normal(rng, 1.0, 0.04, 0.9, 1.1),
        arm_thickness=_normal(rng, build, 0.06, 0.75, 1.4),
    )


def _normal(rng: np.random.Generator, mean: float, deviation: float, low: float, high: float) -> float:
    return float(np.clip(rng.normal(mean, deviation), low, high))
