"""Whether a hand keeps its identity and its side, also where two hands cross."""

from __future__ import annotations

from typing import Final

import numpy as np

from handtrack.study.evaluation.motion.finding import runs
from handtrack.study.evaluation.motion.matching import NONE
from handtrack.study.evaluation.motion.truth import GONE

_NEAR: Final = 0.8  # hand sizes between the middles of hands that cross or touch


def changes(values: np.ndarray, state: np.ndarray) -> int:
    """How often a value (F,) of one hand changes while the hand stays in the picture.

    NONE stands for frames without one: what was before them counts on. A hand that was gone begins anew.
    """
    total = 0
    for begin, end in runs(state != GONE):
        known = values[begin:end][values[begin:end] != NONE]
        total += int((np.diff(known) != 0).sum())
    return total


def crossings(middle: np.ndarray, size: np.ndarray) -> list[tuple[int, int]]:
    """Begin and end of every stretch of frames in which two hands overlap.

    middle: (F, K, 2), size: (F, K), pixels; without a second hand there are none.
    """
    if middle.shape[1] != 2:
        return []
    distance = np.linalg.norm(middle[:, 0] - middle[:, 1], axis=1)
    with np.errstate(invalid="ignore"):
        return list(runs(distance < _NEAR * size.mean(axis=1)))


def changed_crossings(track: np.ndarray, stretches: list[tuple[int, int]]) -> tuple[int, int]:
    """Crossings after which a hand is another track than before, and those that can be judged.

    track: (F, 2), NONE where none. Judged where both hands had a track before; one that has none after, up
    to the next crossing, has lost it.
    """
    changed = judged = 0
    ends = [begin for begin, _ in stretches[1:]] + [len(track)]
    last = 0
    for (begin, end), until in zip(stretches, ends, strict=True):
        before = [_known(track[last:begin, hand]) for hand in range(track.shape[1])]
        after = [_known(track[end:until, hand]) for hand in range(track.shape[1])]
        last = end
        if all(len(each) for each in before):
            judged += 1
            changed += any(
                not len(late) or early[-1] != late[0] for early, late in zip(before, after, strict=True)
            )
    return changed, judged


def _known(track: np.ndarray) -> np.ndarray:
    return np.asarray(track[track != NONE])
