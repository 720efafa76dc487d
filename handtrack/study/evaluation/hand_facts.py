"""What is kept of a hand for a study once its picture is gone: where it came from, how it looks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from handtrack.cropping import crop_from_joints
from handtrack.geometry import hand_extent
from handtrack.hand import Handedness
from handtrack.model.constants import CROP_MARGIN
from handtrack.skeleton import FINGERS, INDEX_MCP, LITTLE_MCP, MIDDLE_MCP, RING_MCP, WRIST
from handtrack.study.datasets.pose_map import as_right_hand, cell_name
from handtrack.study.datasets.sample import HandSample
from handtrack.study.evaluation.scores import mean_known, true_points

NOT_KNOWN = "not known"
"""Of what is told in words."""

_PALM = np.array([WRIST, INDEX_MCP, MIDDLE_MCP, RING_MCP, LITTLE_MCP])
_LONG_FINGERS = np.array([(WRIST, *joints) for name, joints in FINGERS.items() if name != "thumb"])


@dataclass(frozen=True, slots=True)
class HandFacts:
    """One hand of a set.

    index: its number within the set. extent: the hand's size in the picture, pixels. crop_size: side of
    its upright crop, pixels. brightness: mean luma on the hand, 0..255, see `hand_brightness`. flexion:
    degrees, see `finger_flexion`. typology: degrees, see `skin_typology`. All three NaN where they cannot be
    told. skin_tone: on the Monk scale, where the sample knows it. cell: of the map of poses and views, if all
    joints are known.
    """

    index: int
    source: str
    key: str
    handedness: Handedness
    extent: float
    crop_size: float
    brightness: float
    flexion: float
    typology: float = math.nan
    skin_tone: float | None = None
    cell: str = NOT_KNOWN


def hand_facts(index: int, sample: HandSample) -> HandFacts:
    """Facts of a sample, which is number index of its set."""
    return HandFacts(
        index,
        sample.source,
        sample.key,
        sample.handedness,
        hand_extent(sample.joints_2d),
        crop_from_joints(sample.joints_2d, CROP_MARGIN).size,
        hand_brightness(sample.image, sample.joints_2d),
        finger_flexion(true_points(sample), np.isfinite(sample.spread)),
        skin_typology(sample.image, sample.joints_2d),
        sample.skin_tone,
        _cell(sample),
    )


def _cell(sample: HandSample) -> str:
    points = as_right_hand(sample.joints_2d, sample.depth, sample.handedness)
    return cell_name(points) if np.isfinite([*sample.spread, *points.ravel()]).all() else NOT_KNOWN


def hand_brightness(image: np.ndarray, joints_2d: np.ndarray) -> float:
    """Mean luma, 0..255, inside the convex hull of the joints (21, 2), of a picture (H, W, 3) uint8 BGR.

    Not of the whole crop, of which the background is the larger part. NaN if the hull lies outside.
    """
    window, inside = _hull(image, joints_2d)
    if not inside.any():
        return math.nan
    return float(cv2.cvtColor(window, cv2.COLOR_BGR2GRAY)[inside].mean())


def skin_typology(image: np.ndarray, joints_2d: np.ndarray) -> float:
    """Individual typology angle in degrees of the palm, as the picture (H, W, 3) uint8 BGR shows it.

    High for light skin, low for dark; NaN where the palm lies outside. Light and camera change it too, so it
    tells the skin's look and not the person's tone. Source: Chardon, Cretois and Hourseau (1991).
    """
    window, inside = _hull(image, joints_2d[_PALM])
    if not inside.any():
        return math.nan
    lab = cv2.cvtColor(window.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)[inside]
    lightness, _, yellow = np.median(lab, axis=0)
    return math.degrees(math.atan2(lightness - 50, max(float(yellow), 1e-3)))


def _hull(image: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Part (h, w, 3) of the picture around points (N, 2), and its pixels (h, w) bool in their hull."""
    corner = np.floor(points.min(axis=0)).astype(int).clip(0)
    end = np.ceil(points.max(axis=0)).astype(int) + 1
    window = image[corner[1] : max(end[1], 0), corner[0] : max(end[0], 0)]
    inside = np.zeros(window.shape[:2], np.uint8)
    if inside.size:
        hull = cv2.convexHull(np.rint(points - corner).astype(np.int32))
        cv2.fillConvexPoly(inside, hull, 1)
    return window, inside > 0


def finger_flexion(points: np.ndarray, known: np.ndarray) -> float:
    """Mean bend in degrees of the four long fingers' joints (MCP, PIP, DIP): how closed the hand is.

    points: (21, 3), any unit. known: (21,) bool; a bend counts where its three joints are known, and NaN
    is given where none is. An angle is that between the two bones that meet in the joint.
    """
    bones = np.diff(points[_LONG_FINGERS].astype(np.float64), axis=1)
    bones /= np.maximum(np.linalg.norm(bones, axis=-1, keepdims=True), 1e-12)
    cosines = (bones[:, 1:] * bones[:, :-1]).sum(axis=-1)
    bends = np.degrees(np.arccos(cosines.clip(-1, 1)))
    sure = known[_LONG_FINGERS]
    bends[~(sure[:, :-2] & sure[:, 1:-1] & sure[:, 2:])] = np.nan
    return float(mean_known(bends.ravel()))
