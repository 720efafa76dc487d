"""The teacher's many passes over a hand combined: what it says of the joints, and how far it differs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from handtrack.study.datasets.labelling.pass_store import PassTable
from handtrack.study.datasets.labelling.teacher import TeacherPasses

LEAST_SHARE_PRESENT = 0.6
MOST_SPREAD = 0.042
"""Of the hand's extent, mean over the joints: in passes that agree."""

_PRESENT = 0.5
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
        return (self.presence >= LEAST_SHARE_PRESENT) & (
            relative_spread(self.spread, self.extent) <= MOST_SPREAD
        )


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
    middle = geometric_median(joints, weight)
    distance = np.linalg.norm(joints - middle[:, None], axis=3).mean(axis=2)
    usual = np.nanmedian(np.where(weight > 0, distance, np.nan), axis=1, keepdims=True)
    weight = weight * (distance <= _INLIER_FACTOR * usual)
    middle = geometric_median(joints, weight)
    centred = world - world.mean(axis=2, keepdims=True)
    solid = geometric_median(centred, weight)
    pixels = weak_perspective_scale(middle, solid)[:, None, None]
    in_image, in_world = _from_wrist(z)[..., None], (_from_wrist(world[..., 2]) * pixels)[..., None]
    both = (in_image + in_world) / 2
    return CombinedLooks(
        middle,
        _deviation(joints, middle, weight),
        solid,
        np.concatenate([geometric_median(in_image, weight), geometric_median(in_world, weight)], axis=-1),
        _deviation(both, geometric_median(both, weight), weight),
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


def relative_spread(spread: np.ndarray, extent: np.ndarray) -> np.ndarray:
    """Mean (M,) of the joints' spread (M, 21) over the hands' extent (M,)."""
    return spread.mean(axis=1) / np.maximum(extent, 1e-6)


def weak_perspective_scale(joints_2d: np.ndarray, world: np.ndarray) -> np.ndarray:
    """Pixels a metre (M,) that bring world joints (M, 21, 3) to the size that joints (M, 21, 2) show."""
    flat = world[..., :2] - world[..., :2].mean(axis=1, keepdims=True)
    seen = joints_2d - joints_2d.mean(axis=1, keepdims=True)
    # Not by correlation, which shrinks when the teacher's two outputs disagree.
    return np.sqrt((seen**2).sum(axis=(1, 2)) / np.maximum((flat**2).sum(axis=(1, 2)), 1e-12))


def _from_wrist(depth: np.ndarray) -> np.ndarray:
    return depth - depth[..., :1]


def geometric_median(points: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Point (M, 21, D) whose summed distance to the passes' points (M, P, 21, D) is least.

    weight: (M, P), or (M, P, 21) of each joint. Source: Weiszfeld's algorithm.
    """
    share = weight if weight.ndim == 3 else weight[:, :, None]
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
