"""How soon a hand is found, how often it is lost, and what is shown where there is none."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from handtrack.study.evaluation.motion.truth import COVERED, GONE, SHOWN


def frames_to_find(state: np.ndarray, found: np.ndarray) -> list[float]:
    """Frames from the first that shows the whole hand to the first in which it is found, per appearance.

    state: (F,) of one hand, see `truth`; found: (F,) bool. An appearance lasts from where the hand was gone
    or covered to where it is so again, and counts if it is ever wholly shown; 0 where the hand was found at
    once or while it was still coming in, infinite where it never was.
    """
    waits = []
    for begin, end in runs(~np.isin(state, (GONE, COVERED))):
        whole = np.flatnonzero(state[begin:end] == SHOWN)
        seen = np.flatnonzero(found[begin:end])
        if len(whole):
            waits.append(max(0.0, float(seen[0] - whole[0])) if len(seen) else float("inf"))
    return waits


def frames_lost(state: np.ndarray, found: np.ndarray) -> tuple[int, int]:
    """Frames that show a whole hand that was not found, and all frames that show a whole hand."""
    whole = state == SHOWN
    return int((whole & ~found).sum()), int(whole.sum())


def longest_run(mask: np.ndarray) -> int:
    """Most frames in a row for which a mask (F,) holds."""
    return max((end - begin for begin, end in runs(mask)), default=0)


def runs(mask: np.ndarray) -> Iterator[tuple[int, int]]:
    """Begin and end of every stretch in which a mask (F,) holds."""
    at = 0
    for holds, stretch in itertools.groupby(mask.tolist()):
        length = len(list(stretch))
        if holds:
            yield at, at + length
        at += length
