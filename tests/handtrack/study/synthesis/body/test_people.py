"""Who the people are: drawn by the seed, and how much of which morph target makes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.study.synthesis.body.people import (
    MEAN_PERSON,
    Person,
    persons_arm,
    persons_subject,
    random_person,
    target_shares,
)
from handtrack.study.synthesis.body.subjects import random_subject
from tests.handtrack.study.synthesis.needed import needs_people


def drawn(count: int) -> list[Person]:
    return [random_person(np.random.default_rng([7, number])) for number in range(count)]


def test_the_random_numbers_determine_the_person():
    first, again, other = (random_person(np.random.default_rng(seed)) for seed in (3, 3, 4))

    assert first == again
    assert first != other


def test_people_are_of_all_ages_and_as_large_as_people_of_their_age():
    people = drawn(400)
    ages = np.array([person.age for person in people])
    lengths = np.array([person.hand_length for person in people])

    assert 4.0 <= ages.min() < 6.0
    assert 80.0 < ages.max() <= 85.0
    assert np.mean(ages < 12) == pytest.approx(0.2, abs=0.06)
    for low, high, wanted in ((4, 6, 0.120), (10, 12, 0.152), (18, 90, 0.187)):
        assert lengths[(ages >= low) & (ages < high)].mean() == pytest.approx(wanted, abs=0.006)
    men, women = (
        np.mean([p.hand_length for p in people if p.age > 18 and p.male == male]) for male in (1, 0)
    )
    assert men - women == pytest.approx(0.012, abs=0.004)


def test_a_mean_person_is_made_by_the_means_alone():
    assert target_shares(MEAN_PERSON) == pytest.approx(
        {
            "macrodetails/universal-male-young-averagemuscle-averageweight": 1.0,
            **{f"macrodetails/{race}-male-young": 1 / 3 for race in ("african", "asian", "caucasian")},
        }
    )


def test_shares_of_age_build_and_race_add_up_to_one():
    for person in drawn(20):
        shares = target_shares(person)
        for kind in ("universal-", "african-", "asian-", "caucasian-"):
            assert all(f"-{('female', 'male')[person.male]}-" in name for name in shares if kind in name)
        assert sum(share for name, share in shares.items() if "/universal" in name) == pytest.approx(1.0)
        races = [share for name, share in shares.items() if name.count("-") == 2 and "macro" in name]
        assert sum(races) == pytest.approx(1.0)


def test_between_two_ages_a_person_is_between_their_targets():
    shares = target_shares(Person(age=17.5, male=0))

    assert shares["macrodetails/universal-female-child-averagemuscle-averageweight"] == pytest.approx(0.5)
    assert shares["macrodetails/universal-female-young-averagemuscle-averageweight"] == pytest.approx(0.5)


def test_a_subject_becomes_a_relative_of_the_persons_size():
    person = replace(MEAN_PERSON, hand_length=0.126)
    subject = random_subject(np.random.default_rng(1))

    taken = persons_subject(person, subject)

    assert taken.scale == pytest.approx(0.126 / 0.189)
    assert replace(taken, scale=subject.scale, palm_width=subject.palm_width) == subject


@needs_people
def test_every_target_that_people_take_is_there():
    """One of each kind, at the ends of all measures."""
    for ends in (0.0, 1.0):
        for age in (4.0, 18.0, 85.0):
            for male in (0, 1):
                local = tuple([2.0 * ends - 1.0] * len(MEAN_PERSON.local))
                person = Person(age, male, 0.18, ends, ends, ends, ends, local=local)
                points, joints = persons_arm(person)
                assert np.isfinite(points).all()
                assert np.isfinite(joints).all()
