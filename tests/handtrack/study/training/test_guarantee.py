from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.training.guarantee import worse_at_most


def population(rng: np.random.Generator, persons: int, hands: int = 40) -> tuple[np.ndarray, ...]:
    """Errors at two thresholds (2, N), with all loops (N,), and whose hands: leaving costs 5 %, +- 4."""
    person = np.repeat(np.arange(persons), hands)
    full = rng.gamma(4.0, 1.0, len(person))
    cost = np.repeat(rng.normal(0.05, 0.04, persons), hands)
    early = full * (1 + cost) * np.exp(rng.normal(0, 0.02, len(person)))
    return np.stack([early, full]), full, person


def test_the_bound_holds_for_new_persons_as_often_as_it_says():
    rng = np.random.default_rng(0)
    kept = [worse_at_most(*population(rng, 12))[0] >= 5.0 for _ in range(400)]  # type: ignore[operator]
    assert 0.92 < np.mean(kept) < 0.98


def test_all_loops_are_never_worse_and_bounds_fall_with_care():
    errors, full, person = population(np.random.default_rng(1), 8)
    careful = np.stack([errors[0], (errors[0] + full) / 2, full])
    bounds = worse_at_most(careful, full, person)
    assert bounds[2] == 0.0
    assert bounds == sorted(bounds, reverse=True)  # type: ignore[type-var]


def test_a_careless_threshold_does_not_get_a_better_bound_than_a_careful_one():
    errors, full, person = population(np.random.default_rng(2), 8)
    bounds = worse_at_most(np.stack([full, errors[0], full]), full, person)
    assert bounds[0] == bounds[1] > 0  # type: ignore[operator]


def test_few_persons_say_nothing_and_many_hands_of_one_do_not_count_as_many():
    errors, full, person = population(np.random.default_rng(3), 3)
    assert worse_at_most(errors, full, person) == [None, None]
    errors, full, person = population(np.random.default_rng(4), 6)
    again = worse_at_most(np.tile(errors, 5), np.tile(full, 5), np.tile(person, 5))
    assert again == pytest.approx(worse_at_most(errors, full, person), abs=0.02)
