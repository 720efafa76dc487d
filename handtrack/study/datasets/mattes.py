"""Soft mattes of hands: what of a patch is the hand and its forearm, from the joints and the picture.

A matte serves to put another background behind a hand. To lose part of a hand would teach wrong points; to
keep some of its old background does no harm. So what lies close to the bones is always hand, the cut is
sought between there and what no finger reaches, and a matte that looks wrong is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from handtrack.geometry import palm_scale
from handtrack.skeleton import BONES, FINGERS, INDEX_MCP, LITTLE_MCP, MIDDLE_MCP, RING_MCP, WRIST

MATTE_SCALE: Final = 2
"""A patch has so many times more pixels along a side than its matte."""

_ITERATIONS: Final = 3
_PALM: Final = [WRIST, 1, INDEX_MCP, MIDDLE_MCP, RING_MCP, LITTLE_MCP]
# In palms, wrist to middle MCP in space.
_CORE: Final = 0.09  # thickness of what is hand in any case
_FINGER: Final = 0.22  # of a finger
_REACH: Final = 0.52  # of what a finger may be in, with the labels' error
_WRIST: Final = 0.62  # width of a forearm
# What a matte must fulfil: nearly all of several hundred that were looked at were right, and those of
# pictures in which nothing can be cut lie beyond these.
_LEAST_PALM: Final = 8.0  # pixels of the matte
_LEAST_FINGER: Final = 0.5  # share that is covered of every finger, drawn at mean thickness
_MOST_BEYOND: Final = 1.1  # pixels beyond the drawn hand and forearm, over those of the drawn hand
_LEAST_EDGE: Final = 1.5  # slope of the picture along the border, over that of the middle pixel in reach


def no_matte(pixels: int) -> np.ndarray:
    """The matte of a patch (P, P) that keeps its own background."""
    return np.zeros((pixels // MATTE_SCALE, pixels // MATTE_SCALE), np.uint8)


def matte_of_share(share: np.ndarray) -> np.ndarray:
    """Matte (P/2, P/2) uint8 from the share (P, P) in 0..1 that the hand has of each pixel of the patch."""
    side = share.shape[0] // MATTE_SCALE
    return (cv2.resize(share.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA) * 255).astype(
        np.uint8
    )


def within_reach(matte: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """The matte (P/2, P/2) without what no hand of these joints (21, 3), pixels of the patch, can be."""
    points = _in_matte(joints)
    return matte * _draw(points, max(palm_scale(points), 1.0), len(matte)).reach


def hand_matte(patch: np.ndarray, joints: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Matte (P/2, P/2) uint8 of the hand in a patch (P, P, 3), 255 where it is hand; zeros for no matte.

    joints: (21, 3) pixels of the patch, depth relative to the wrist. inside: (P, P), true where the patch
    shows the picture.
    """
    pixels = patch.shape[0]
    points = _in_matte(joints)
    palm = palm_scale(points)
    if not palm > _LEAST_PALM:  # nor is it a number where joints are unknown
        return no_matte(pixels)
    side = pixels // MATTE_SCALE
    drawn = _draw(points, palm, side)
    shown = cv2.resize(inside.astype(np.uint8), (side, side), interpolation=cv2.INTER_NEAREST).astype(bool)
    labels = np.full((side, side), cv2.GC_BGD, np.uint8)
    labels[drawn.reach] = cv2.GC_PR_BGD
    labels[drawn.hand | drawn.forearm] = cv2.GC_PR_FGD
    labels[drawn.core] = cv2.GC_FGD
    labels[~shown] = cv2.GC_BGD
    if (labels != cv2.GC_BGD).all() or not (labels == cv2.GC_FGD).any():
        return no_matte(pixels)
    cv2.setRNGSeed(0)  # its clusters begin at random
    small = cv2.resize(patch, (side, side), interpolation=cv2.INTER_AREA)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.grabCut(small, labels, (0, 0, 0, 0), *models, _ITERATIONS, cv2.GC_INIT_WITH_MASK)
    found = _cleaned((labels & 1).astype(bool), drawn.core & shown) & shown
    if not _plausible(found, drawn, small):
        return no_matte(pixels)
    soft = cv2.GaussianBlur(found.astype(np.float32), (0, 0), 0.8)
    # The rim, where colours are half the old background's, is left out.
    return (np.clip((soft - 0.3) / 0.6, 0, 1) * 255).astype(np.uint8)


def _in_matte(joints: np.ndarray) -> np.ndarray:
    points = joints / MATTE_SCALE
    points[:, :2] += 0.5 / MATTE_SCALE - 0.5
    return points


@dataclass(frozen=True, slots=True)
class _Drawn:
    """Masks (M, M) bool drawn from the joints alone.

    core: hand in any case. hand: fingers and palm of mean thickness. forearm: of mean width, as long as it
    may be. reach: beyond which nothing is hand. fingers: each finger of mean thickness.
    """

    core: np.ndarray
    hand: np.ndarray
    forearm: np.ndarray
    reach: np.ndarray
    fingers: list[np.ndarray]


def _draw(points: np.ndarray, palm: float, side: int) -> _Drawn:
    flat = points[:, :2]

    def lines(pairs: list[tuple[np.ndarray, np.ndarray]], width: float) -> np.ndarray:
        mask = np.zeros((side, side), np.uint8)
        for start, end in pairs:
            cv2.line(mask, _pixel(start), _pixel(end), 1, max(1, round(width * palm)))
        return mask.astype(bool)

    def polygon(grown: float) -> np.ndarray:
        mask = np.zeros((side, side), np.uint8)
        hull = cv2.convexHull(np.round(flat[_PALM]).astype(np.int32))
        cv2.fillConvexPoly(mask, hull, 1)
        if grown:
            cv2.polylines(mask, [hull], True, 1, max(1, round(grown * palm)))
        return mask.astype(bool)

    bones = [(flat[a], flat[b]) for a, b in BONES if a != WRIST or b == 1]
    fingers = [lines([(flat[a], flat[b]) for a, b in pairwise(f)], _FINGER) for f in FINGERS.values()]
    knuckles = flat[[INDEX_MCP, MIDDLE_MCP, RING_MCP, LITTLE_MCP]].mean(axis=0)
    back = flat[WRIST] - knuckles
    length = float(np.linalg.norm(back))
    back = back / max(length, 1e-6)
    along = length / palm  # small where the hand points to the camera or away: its arm may be anywhere
    elbow = flat[WRIST] + back * side
    stub = [(flat[WRIST], flat[WRIST] + back * palm * 0.35)] if along > 0.6 else []
    across = np.array([-back[1], back[0]])
    spread = [(flat[WRIST], elbow + across * side * turn) for turn in (-0.45, -0.2, 0.0, 0.2, 0.45)]
    return _Drawn(
        core=polygon(0.0) | lines(bones, _CORE) | lines(stub, 0.3),
        hand=polygon(_FINGER) | lines(bones, _FINGER),
        forearm=lines([(flat[WRIST], elbow)] if along > 0.4 else [], _WRIST),
        reach=polygon(_REACH) | lines(bones, _REACH) | lines(spread, 1.1),
        fingers=fingers,
    )


def _pixel(point: np.ndarray) -> tuple[int, int]:
    x, y = np.clip(np.round(point), -1000, 1000).astype(int).tolist()
    return x, y


def _cleaned(found: np.ndarray, core: np.ndarray) -> np.ndarray:
    """What hangs together with the sure hand, without holes of a few pixels and without hairs."""
    mask = cv2.morphologyEx((found | core).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    opened = cv2.morphologyEx(mask, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    _, pieces = cv2.connectedComponents(opened | core.astype(np.uint8))
    return np.isin(pieces, np.unique(pieces[core])) & (pieces > 0)


def _plausible(found: np.ndarray, drawn: _Drawn, picture: np.ndarray) -> bool:
    """Whether it covers every finger, spreads little beyond the hand, and its border is an edge."""
    beyond = found & ~(drawn.hand | drawn.forearm)
    calm = cv2.GaussianBlur(picture, (0, 0), 1.0).astype(np.float32)
    slope = (abs(cv2.Sobel(calm, -1, 1, 0)) + abs(cv2.Sobel(calm, -1, 0, 1))).max(axis=2)
    border = found & ~_eroded(found)
    return bool(
        min(found[finger].mean() for finger in drawn.fingers if finger.any()) >= _LEAST_FINGER
        and beyond.sum() <= _MOST_BEYOND * drawn.hand.sum()
        and slope[border].mean() >= _LEAST_EDGE * np.median(slope[drawn.reach])
    )


def _eroded(mask: np.ndarray) -> np.ndarray:
    return cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
