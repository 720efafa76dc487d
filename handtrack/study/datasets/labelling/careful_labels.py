"""From the teacher's many passes to one label a hand with its noise, or to a reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from handtrack.study.datasets.labelling.depth_reader import read_depth
from handtrack.study.datasets.labelling.hand_search import same_hand
from handtrack.study.datasets.labelling.manifest import PictureFacts
from handtrack.study.datasets.labelling.nails import nails_near, tips_in_nails
from handtrack.study.datasets.labelling.pass_store import PassTable
from handtrack.study.datasets.labelling.teacher import TeacherPasses

KEPT: Final = "kept"
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

_PRESENT = 0.5
_LEAST_SHARE_PRESENT = 0.6
_LEAST_EXTENT_PIXELS = 24.0
_MOST_JOINTS_OUTSIDE = 7
_MOST_SPREAD = 0.042  # of the hand's extent, mean over the joints
_LEAST_NAILS = 2
_INLIER_FACTOR = 2.5
_WEISZFELD_STEPS = 30


@dataclass(frozen=True, slots=True)
class CombinedLooks:
    """The passes over M hands combined.

    joints_2d: (M, 21, 2) float32 pixels, the geometric median of the passes. spread: (M, 21) float32
    pixels, deviation of the passes along each image axis. world: (M, 21, 3) float32 metres about the
    hand's centre, camera axes. readings: (M, 21, 2) float32, the teacher's two wrist-relative depths in
    pixels, away is positive: in the image, and of the world coordinates brought to the image's scale.
    reading_spread: (M, 21), deviation of the passes about the mean of the two. presence: (M,) share of the
    passes in which the teacher sees a hand. right: (M,) probability of the person's right hand.
    """

    joints_2d: np.ndarray
    spread: np.ndarray
    world: np.ndarray
    readings: np.ndarray
    reading_spread: np.ndarray
    presence: np.ndarray
    right: np.ndarray

    def part(self, chosen: np.ndarray) -> CombinedLooks:
        """Some of the hands, by their numbers or a mask (M,)."""
        return CombinedLooks(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})

    @property
    def extent(self) -> np.ndarray:
        """Larger side (M,) in pixels of the box around each hand's joints."""
        return np.asarray(np.ptp(self.joints_2d, axis=1).max(axis=1))

    @property
    def agreeing(self) -> np.ndarray:
        """True (M,) where most passes see a hand and say the same of it."""
        return (self.presence >= _LEAST_SHARE_PRESENT) & (relative_spread(self) <= _MOST_SPREAD)


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


def combine_looks(
    joints: np.ndarray, z: np.ndarray, world: np.ndarray, presence: np.ndarray, right: np.ndarray
) -> CombinedLooks:
    """P passes over each of M hands combined; those without a hand or far from the rest do not count.

    joints (M, P, 21, 2), z (M, P, 21), world (M, P, 21, 3), presence and right (M, P): see
    `teacher.TeacherPasses`.
    """
    present = presence > _PRESENT
    # Where the teacher sees no hand at all the candidate is rejected later; any average will do.
    weight = np.where(present.any(axis=1, keepdims=True), present, True).astype(np.float32)
    middle = _geometric_median(joints, weight)
    distance = np.linalg.norm(joints - middle[:, None], axis=3).mean(axis=2)
    usual = np.nanmedian(np.where(weight > 0, distance, np.nan), axis=1, keepdims=True)
    weight = weight * (distance <= _INLIER_FACTOR * usual)
    middle = _geometric_median(joints, weight)
    centred = world - world.mean(axis=2, keepdims=True)
    solid = _geometric_median(centred, weight)
    pixels = weak_perspective_scale(middle, solid)[:, None, None]
    in_image, in_world = _from_wrist(z)[..., None], (_from_wrist(world[..., 2]) * pixels)[..., None]
    both = (in_image + in_world) / 2
    return CombinedLooks(
        middle,
        _deviation(joints, middle, weight),
        solid,
        np.concatenate([_geometric_median(in_image, weight), _geometric_median(in_world, weight)], axis=-1),
        _deviation(both, _geometric_median(both, weight), weight),
        present.mean(axis=1),
        (right * weight).sum(axis=1) / weight.sum(axis=1),
    )


def combine_passes(passes: Sequence[TeacherPasses]) -> CombinedLooks:
    """The passes over each of M hands combined, M at least 1."""
    return combine_looks(
        *(
            np.stack([getattr(of_one, name) for of_one in passes])
            for name in ("joints_2d", "z", "world", "presence", "right")
        )
    )


def combine(table: PassTable) -> CombinedLooks:
    """The passes over each candidate combined."""
    return combine_looks(table.joints, table.z, table.world, table.presence, table.right)


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
        "absent": hands.presence < _LEAST_SHARE_PRESENT,
        "small": hands.extent < _LEAST_EXTENT_PIXELS,
        "outside": outside > _MOST_JOINTS_OUTSIDE,
        "disagree": relative_spread(hands) > _MOST_SPREAD,
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


def relative_spread(hands: CombinedLooks | CombinedHands) -> np.ndarray:
    """Mean spread of the joints over the hand's extent: (M,)."""
    return hands.spread.mean(axis=1) / np.maximum(hands.extent, 1e-6)


def weak_perspective_scale(joints_2d: np.ndarray, world: np.ndarray) -> np.ndarray:
    """Pixels a metre (M,) that bring world joints (M, 21, 3) to the size that joints (M, 21, 2) show."""
    flat = world[..., :2] - world[..., :2].mean(axis=1, keepdims=True)
    seen = joints_2d - joints_2d.mean(axis=1, keepdims=True)
    # Not by correlation, which shrinks when the teacher's two outputs disagree.
    return np.sqrt((seen**2).sum(axis=(1, 2)) / np.maximum((flat**2).sum(axis=(1, 2)), 1e-12))


def _from_wrist(depth: np.ndarray) -> np.ndarray:
    return depth - depth[..., :1]


def _pairs_in_a_picture(picture: np.ndarray, asked: np.ndarray) -> list[tuple[int, int]]:
    pairs = []
    indices = np.flatnonzero(asked)
    for position, first in enumerate(indices):
        for second in indices[position + 1 :]:
            if picture[second] != picture[first]:
                break  # candidates of one picture lie together
            pairs.append((int(first), int(second)))
    return pairs


def _geometric_median(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Point (M, 21, D) whose summed distance to the passes' points (M, P, 21, D) is least.

    weight: (M, P). Source: Weiszfeld's algorithm.
    """
    share = weight[:, :, None]
    middle = (points * share[..., None]).sum(axis=1) / share.sum(axis=1)[..., None]
    softening = 0.01 * np.ptp(middle, axis=1).max(axis=1)[:, None, None] + 1e-9
    for _ in range(_WEISZFELD_STEPS):
        pull = share / (np.linalg.norm(points - middle[:, None], axis=3) + softening)
        middle = (points * pull[..., None]).sum(axis=1) / pull.sum(axis=1)[..., None]
    return middle.astype(np.float32)


def _deviation(points: np.ndarray, middle: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Root mean square deviation (M, 21) of the weighted passes along one axis."""
    squared = ((points - middle[:, None]) ** 2).mean(axis=3)
    return np.sqrt((squared * weight[..., None]).sum(axis=1) / weight.sum(axis=1)[:, None]).astype(np.float32)
