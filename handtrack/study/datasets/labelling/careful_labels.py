"""From what the teacher says of a hand to its label, or to a reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.study.datasets.labelling.combined_looks import (
    LEAST_SHARE_PRESENT,
    MOST_SPREAD,
    CombinedLooks,
    relative_spread,
)
from handtrack.study.datasets.labelling.depth_reader import read_depth
from handtrack.study.datasets.labelling.hand_search import same_hand
from handtrack.study.datasets.labelling.label_table import KEPT
from handtrack.study.datasets.labelling.manifest import PictureFacts
from handtrack.study.datasets.labelling.nails import nails_near, tips_in_nails
from handtrack.study.datasets.labelling.pass_store import PassTable

# In the order in which they are asked; a hand is rejected for the first that holds.
REASONS: Final[dict[str, str]] = {
    "absent": "the teacher sees no hand in most passes",
    "small": "the hand is too small to be labelled",
    "outside": "too much of the hand lies outside the picture",
    "disagree": "the passes disagree about the joints",
    "nails": "its finger tips are not where the nails are",
    "duplicate": "another find on the same hand is better",
    "handedness": "it may be a left or a right hand, by the passes and by the skeleton",
    "shape": "no hand skeleton fits the joints",
}

LEAST_EXTENT_PIXELS: Final = 24.0
_MOST_JOINTS_OUTSIDE = 7
_LEAST_NAILS = 2


@dataclass(frozen=True, slots=True)
class CombinedHands:
    """Labels of M hands before a skeleton is fitted.

    joints_2d, spread, world, presence, right: as in `CombinedLooks`. depth: (M, 21) float32 pixels from the
    wrist, away is positive, see `depth_reader`; depth_spread: (M, 21), how much the passes differ about it.
    extent: (M,) pixels.
    """

    joints_2d: np.ndarray
    spread: np.ndarray
    world: np.ndarray
    depth: np.ndarray
    depth_spread: np.ndarray
    presence: np.ndarray
    right: np.ndarray
    extent: np.ndarray


def label_looks(looks: CombinedLooks, right: np.ndarray | None = None) -> CombinedHands:
    """Labels from the passes. right: (M,), probability of the right hand, by default the passes' own."""
    right = looks.right if right is None else right
    depth = read_depth(looks, right >= 0.5)
    return CombinedHands(
        looks.joints_2d,
        looks.spread,
        looks.world,
        depth,
        looks.reading_spread,
        looks.presence,
        right,
        looks.extent,
    )


def judge(table: PassTable, hands: CombinedHands, facts: Mapping[str, PictureFacts]) -> np.ndarray:
    """KEPT or a key of REASONS (those that need no skeleton) for each candidate: (M,) strings.

    facts: what is known of some of the pictures, by their names.
    """
    sizes = table.sizes[table.picture][:, None]
    outside = ((hands.joints_2d < 0) | (hands.joints_2d > sizes - 1)).any(axis=2).sum(axis=1)
    checks = {
        "absent": hands.presence < LEAST_SHARE_PRESENT,
        "small": hands.extent < LEAST_EXTENT_PIXELS,
        "outside": outside > _MOST_JOINTS_OUTSIDE,
        "disagree": relative_spread(hands.spread, hands.extent) > MOST_SPREAD,
        "nails": _misses_nails(table, hands, facts),
    }
    verdict = np.full(len(hands.right), KEPT, dtype="U16")
    for reason, holds in checks.items():
        verdict[(verdict == KEPT) & holds] = reason
    for first, second in _pairs_in_a_picture(table.picture, verdict == KEPT):
        if verdict[first] == verdict[second] == KEPT and same_hand(
            hands.joints_2d[first], hands.joints_2d[second]
        ):
            worse = max(first, second, key=lambda i: hands.spread[i].mean())
            verdict[worse] = "duplicate"
    return verdict


def _misses_nails(table: PassTable, hands: CombinedHands, facts: Mapping[str, PictureFacts]) -> np.ndarray:
    """True (M,) for hands whose finger tips lie in less than half of the nails around them."""
    misses = np.zeros(len(hands.right), bool)
    for i, name in enumerate(table.names[table.picture]):
        known = facts.get(str(name))
        if known is None or not len(known.nails):
            continue
        near = known.nails[nails_near(hands.joints_2d[i], known.nails)]
        misses[i] = len(near) >= _LEAST_NAILS and tips_in_nails(hands.joints_2d[i], near).mean() < 0.5
    return misses


def _pairs_in_a_picture(picture: np.ndarray, asked: np.ndarray) -> list[tuple[int, int]]:
    pairs = []
    indices = np.flatnonzero(asked)
    for position, first in enumerate(indices):
        for second in indices[position + 1 :]:
            if picture[second] != picture[first]:
                break  # candidates of one picture lie together
            pairs.append((int(first), int(second)))
    return pairs
