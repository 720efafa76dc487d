"""From the teacher's many passes to one label a hand with its noise, or to a reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from handtrack.datasets.labelling.hand_search import same_hand
from handtrack.datasets.labelling.pass_store import PassTable

KEPT: Final = "kept"
# In the order in which they are asked; a hand is rejected for the first that holds.
REASONS: Final[dict[str, str]] = {
    "absent": "the teacher sees no hand in most passes",
    "small": "the hand is too small to be labelled",
    "outside": "too much of the hand lies outside the picture",
    "disagree": "the passes disagree about the joints",
    "duplicate": "another find on the same hand is better",
    "handedness": "it may be a left or a right hand, by the passes and by the skeleton",
    "shape": "no hand skeleton fits the joints",
}

_PRESENT = 0.5
_LEAST_SHARE_PRESENT = 0.6
_LEAST_EXTENT_PIXELS = 24.0
_MOST_JOINTS_OUTSIDE = 7
_MOST_SPREAD = 0.042  # of the hand's extent, mean over the joints
_INLIER_FACTOR = 2.5
_WEISZFELD_STEPS = 30


@dataclass(frozen=True, slots=True)
class CombinedHands:
    """The passes over M candidates combined.

    joints_2d: (M, 21, 2) float32 pixels, the geometric median of the passes. spread: (M, 21) float32
    pixels, deviation of the passes along each image axis. world: (M, 21, 3) float32 metres about the
    hand's centre, camera axes. depth: (M, 21) float32 pixels from the wrist, weak-perspective, away is
    positive, the mean of what the teacher's two outputs say; depth_spread: (M, 21). presence: (M,) share
    of the passes in which the teacher sees a hand. right: (M,) probability of the person's right hand.
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


def combine(table: PassTable) -> CombinedHands:
    """One label for each candidate: passes without a hand and passes far from the rest do not count."""
    present = table.presence > _PRESENT
    # Where the teacher sees no hand at all the candidate is rejected later; any average will do.
    weight = np.where(present.any(axis=1, keepdims=True), present, True).astype(np.float32)
    joints = _geometric_median(table.joints, weight)
    distance = np.linalg.norm(table.joints - joints[:, None], axis=3).mean(axis=2)
    usual = np.nanmedian(np.where(weight > 0, distance, np.nan), axis=1, keepdims=True)
    weight = weight * (distance <= _INLIER_FACTOR * usual)
    joints = _geometric_median(table.joints, weight)
    world = table.world - table.world.mean(axis=2, keepdims=True)
    middle = _geometric_median(world, weight)
    # The errors of the two outputs are partly independent: their mean is nearer to the truth than either.
    pixels = weak_perspective_scale(joints, middle)[:, None, None]
    depths = (_from_wrist(table.z) + _from_wrist(table.world[..., 2]) * pixels)[..., None] / 2
    depth = _geometric_median(depths, weight)
    return CombinedHands(
        joints,
        _deviation(table.joints, joints, weight),
        middle,
        depth[..., 0],
        _deviation(depths, depth, weight),
        present.mean(axis=1),
        (table.right * weight).sum(axis=1) / weight.sum(axis=1),
        np.ptp(joints, axis=1).max(axis=1),
    )


def judge(table: PassTable, hands: CombinedHands) -> np.ndarray:
    """KEPT or a key of REASONS (those that need no skeleton) for each candidate: (M,) strings."""
    sizes = table.sizes[table.picture][:, None]
    outside = ((hands.joints_2d < 0) | (hands.joints_2d > sizes - 1)).any(axis=2).sum(axis=1)
    checks = {
        "absent": hands.presence < _LEAST_SHARE_PRESENT,
        "small": hands.extent < _LEAST_EXTENT_PIXELS,
        "outside": outside > _MOST_JOINTS_OUTSIDE,
        "disagree": relative_spread(hands) > _MOST_SPREAD,
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


def relative_spread(hands: CombinedHands) -> np.ndarray:
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
