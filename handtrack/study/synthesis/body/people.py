"""People whose arms MakeHuman's data shape: of any age from four years on, women and men, thin and stout.

What a person is like is told by MakeHuman's own measures; how much of each morph target that takes is their
product, as in MakeHuman (its macro modifiers). They give the hand's shape; its length is that of people of
the age, for the hands of MakeHuman's women and children are too short.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from handtrack.study.synthesis.body.mpfb2 import base_arm, morph_target
from handtrack.study.synthesis.body.subjects import (
    ADULT_HANDS,
    CHILD_AGES,
    CHILD_HANDS,
    MESH_HAND_LENGTH,
    Subject,
)

_AGES: Final = {"baby": 1.0, "child": 10.0, "young": 25.0, "old": 90.0}  # years that the targets are made for
_RACES: Final = ("african", "asian", "caucasian")
_GENDERS: Final = ("female", "male")
_AGE_GROUPS: Final = ((0.2, 4.0, 12.0), (0.1, 12.0, 18.0), (0.7, 18.0, 85.0))  # share of people, years
_GROWN: Final = 18.0  # years
_PALM_WIDTH: Final = 1.06  # MakeHuman's palms are narrower than people's, and than the other meshes'
LOCAL_TARGETS: Final = {
    "hands/r-hand-fingers-length": 0.25,
    "hands/r-hand-fingers-diameter": 0.35,
    "hands/r-hand-scale": 0.15,
    "arms/r-lowerarm-fat": 0.4,
    "arms/r-lowerarm-muscle": 0.4,
    "arms/r-lowerarm-scale-depth": 0.3,
    "arms/r-lowerarm-scale-vert": 0.3,
}
"""Targets that change the hand and arm alone, and their standard deviations; they are made for -1 to 1."""


@dataclass(frozen=True, slots=True)
class Person:
    """What MakeHuman asks of a body.

    age: years. male: 0 or 1. hand_length: metres. muscle, weight, height, proportions: 0..1, 0.5 is the mean.
    races: shares of _RACES. local: for each of LOCAL_TARGETS, -1..1.
    """

    age: float
    male: int
    hand_length: float = MESH_HAND_LENGTH
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.5
    proportions: float = 0.5
    races: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3)
    local: tuple[float, ...] = (0.0,) * len(LOCAL_TARGETS)


MEAN_PERSON: Final = Person(25.0, 1)


def random_person(rng: np.random.Generator) -> Person:
    """A person drawn at random: a fifth children of 4 to 12 years, a tenth up to 18, the others up to 85."""
    group = rng.choice(len(_AGE_GROUPS), p=[share for share, _, _ in _AGE_GROUPS])
    age, male = float(rng.uniform(*_AGE_GROUPS[group][1:])), int(rng.integers(2))
    adult, deviation = ADULT_HANDS[male]
    length = np.interp(age, (*CHILD_AGES, _GROWN), (*CHILD_HANDS, adult)) * rng.normal(1.0, deviation / adult)
    muscle, weight, height, proportions = np.clip(rng.normal(0.5, 0.22, 4), 0.0, 1.0)
    races = rng.dirichlet((0.5, 0.5, 0.5))
    local = np.clip(rng.normal(0.0, list(LOCAL_TARGETS.values())), -1.0, 1.0)
    return Person(
        age=age,
        male=male,
        hand_length=float(length),
        muscle=float(muscle),
        weight=float(weight),
        height=float(height),
        proportions=float(proportions),
        races=tuple(races.tolist()),
        local=tuple(local.tolist()),
    )


def persons_arm(person: Person) -> tuple[np.ndarray, np.ndarray]:
    """Points (N, 3) and joints (J, 3) of `mpfb2.BaseArm` as the person has them, metres."""
    arm = base_arm()
    moved = np.concatenate([arm.points, arm.joints])
    for name, share in target_shares(person).items():
        moved = moved + share * morph_target(name)
    return moved[: len(arm.points)], moved[len(arm.points) :]


def persons_subject(person: Person, drawn: Subject) -> Subject:
    """A subject drawn at random as a relative of the person: as large, and else as its own factors say."""
    return replace(
        drawn, scale=person.hand_length / MESH_HAND_LENGTH, palm_width=drawn.palm_width * _PALM_WIDTH
    )


def target_shares(person: Person) -> dict[str, float]:
    """How much of which morph target makes the person; targets that it does not take are left out."""
    gender = _GENDERS[person.male]
    names, years = list(_AGES), list(_AGES.values())
    ages = {
        name: float(np.interp(person.age, years, np.eye(len(years))[number]))
        for number, name in enumerate(names)
    }
    builds = [
        (f"{muscle}muscle-{weight}weight", one * other)
        for (muscle, one), (weight, other) in itertools.product(_three(person.muscle), _three(person.weight))
    ]
    shares = {}
    for age, share in ages.items():
        for race, part in zip(_RACES, person.races, strict=True):
            shares[f"macrodetails/{race}-{gender}-{age}"] = share * part
        for build, part in builds:
            shares[f"macrodetails/universal-{gender}-{age}-{build}"] = share * part
            for height, most in _ends(person.height, "minheight", "maxheight"):
                shares[f"macrodetails/height/{gender}-{age}-{build}-{height}"] = share * part * most
            if age == "baby":  # has no targets of proportions
                continue
            for kind, most in _ends(person.proportions, "uncommonproportions", "idealproportions"):
                shares[f"macrodetails/proportions/{gender}-{age}-{build}-{kind}"] = share * part * most
    for name, value in zip(LOCAL_TARGETS, person.local, strict=True):
        shares[f"{name}-{'incr' if value > 0 else 'decr'}"] = abs(value)
    return {name: share for name, share in shares.items() if share > 0.0}


def _three(value: float) -> list[tuple[str, float]]:
    """Shares of least, mean and most for a value from 0 to 1."""
    return [
        ("min", max(0.0, 1.0 - 2.0 * value)),
        ("average", 1.0 - abs(2.0 * value - 1.0)),
        ("max", max(0.0, 2.0 * value - 1.0)),
    ]


def _ends(value: float, least: str, most: str) -> list[tuple[str, float]]:
    """Shares of the ends for a value from 0 to 1; the mean between them has no target."""
    return [(least, max(0.0, 1.0 - 2.0 * value)), (most, max(0.0, 2.0 * value - 1.0))]
