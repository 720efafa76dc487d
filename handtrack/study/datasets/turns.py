"""A random order in which no collection prevails."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def by_turns(items: Sequence[T], group: Callable[[T], str], seed: int) -> list[T]:
    """The items in a random order in which each group has its turn, so that none prevails."""
    groups: dict[str, list[T]] = {}
    for number in np.random.default_rng(seed).permutation(len(items)):
        groups.setdefault(group(items[number]), []).append(items[number])
    rounds = itertools.zip_longest(*(groups[name] for name in sorted(groups)))
    return [item for one in rounds for item in one if item is not None]
