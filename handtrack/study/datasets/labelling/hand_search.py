"""Where hands may be in a picture: MediaPipe looking several times, and boxes that came with the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from handtrack.cropping import apply_affine, crop_from_joints
from handtrack.detectors.base import DetectedHand, HandDetector
from handtrack.geometry import hand_extent
from handtrack.hand import Crop, Handedness
from handtrack.study.datasets.labelling.manifest import PictureFacts
from handtrack.study.datasets.labelling.nails import tips_in_nails
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher

# (mirrored, degrees): turning moves the hand on the detector's grid.
LOOKS: tuple[tuple[bool, float], ...] = ((False, 0.0), (True, 0.0), (False, 25.0), (True, -25.0))
TEACHER_MARGIN = 1.7
"""Side of the teacher's crop over the hand's extent at which it is most accurate."""

_SAME_HAND = 0.35  # of the hand's extent: mean distance of joints below which two finds are one hand
_DARK = 60.0  # median grey level below which a picture is brightened for the teacher
_CLOSER = 0.6  # side of the windows of a closer look, of the picture's side
_LEAST_CLOSER_PIXELS = 200
_TURNS = 8  # directions in which a hand in a box may point
_BOX_MARGIN = 1.4
_NAIL_MARGINS = (2.0, 3.2)  # side of a crop over the extent of the nails in it
_NAIL_SHIFT = 0.15  # of the crop's side, from the nails towards the palm

Origin = Literal["looks", "closer", "box", "nails"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a hand may be.

    joints_2d: (21, 2) float32 pixels, a first estimate. looks: how many of LOOKS found it.
    single: what the plain upright look says of it, or None where that look found nothing.
    """

    joints_2d: np.ndarray
    origin: Origin
    looks: int
    single: DetectedHand | None


def same_hand(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether joints (21, 2) of two finds lie on one hand."""
    distance = float(np.linalg.norm(first - second, axis=1).mean())
    return distance < _SAME_HAND * min(hand_extent(first), hand_extent(second))


def brightened(image: np.ndarray) -> np.ndarray:
    """The picture with its shadows lifted where most of it is dark, else the very same picture."""
    middle = float(np.median(image))
    if middle >= _DARK:
        return image
    gamma = math.log(110 / 255) / math.log((middle + 8) / 255)
    table = (np.power(np.arange(256) / 255, max(gamma, 0.3)) * 255).astype(np.uint8)
    return cv2.LUT(image, table)


def find_hands(
    detector: HandDetector, teacher: LandmarkTeacher, image: np.ndarray, known: PictureFacts
) -> list[Candidate]:
    """Candidates in a picture (H, W, 3) BGR, of which boxes of hands or nails may be known beforehand.

    Where the four looks find nothing, windows of the picture are looked at from closer by. A box that
    no find lies in is searched by the teacher itself, in all directions, and so is the surrounding of
    nails in which no find has a finger tip; so is the whole picture where there is neither a find nor
    anything known, for it may have been cut out around a hand.
    """
    boxes = known.boxes
    looks = [_look(detector, image, mirrored, degrees) for mirrored, degrees in LOOKS]
    found = [
        Candidate(
            np.median([hand.joints_2d for _, hand in cluster], axis=0).astype(np.float32),
            "looks",
            len(cluster),
            next((hand for number, hand in cluster if number == 0), None),
        )
        for cluster in _clusters(looks)
    ]
    shown = brightened(image)
    if not found:
        found = _closer(detector, shown)
    if not found and len(boxes) == 0:
        boxes = np.array([[0, 0, image.shape[1] - 1, image.shape[0] - 1]], np.float32)
    for box in boxes:
        if not any(_inside(candidate.joints_2d, box) for candidate in found):
            joints = _search_box(teacher, shown, box)
            if joints is not None and not any(same_hand(joints, other.joints_2d) for other in found):
                found.append(Candidate(joints, "box", 0, None))
    if len(known.nails) and not any(_explains(candidate.joints_2d, known.nails) for candidate in found):
        joints = _search_nails(teacher, shown, known.nails)
        if joints is not None and not any(same_hand(joints, other.joints_2d) for other in found):
            found.append(Candidate(joints, "nails", 0, None))
    return found


def _look(
    detector: HandDetector, image: np.ndarray, mirrored: bool, degrees: float, zoom: float | None = None
) -> list[DetectedHand]:
    """Hands of one look, in the picture's frame."""
    height, width = image.shape[:2]
    # Small pictures are enlarged: the palm detector misses hands near its own resolution.
    zoom = max(1.0, 320.0 / max(height, width)) if zoom is None else zoom
    size = (max(1, round(width * zoom)), max(1, round(height * zoom)))
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0)
    if mirrored:
        turn = np.array([[-1, 0, width - 1], [0, 1, 0]]) @ np.vstack([turn, [0, 0, 1]])
    # Pixel edges are aligned, as when a picture is resized.
    shift = np.array([[(zoom - 1) / 2], [(zoom - 1) / 2]])
    matrix = np.hstack([turn[:, :2] * zoom, turn[:, 2:] * zoom + shift])
    flags = cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_LINEAR
    plain = not mirrored and degrees == 0 and zoom == 1
    shown = (
        image if plain else cv2.warpAffine(image, matrix, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )
    back = cv2.invertAffineTransform(matrix)
    linear = back[:, :2] * zoom
    hands = []
    for hand in detector.detect(shown):
        world = hand.world.copy()
        world[:, :2] = world[:, :2] @ linear.T
        flipped: Handedness = "left" if hand.handedness == "right" else "right"
        hands.append(
            DetectedHand(
                apply_affine(back, hand.joints_2d).astype(np.float32),
                world,
                flipped if mirrored else hand.handedness,
                hand.handedness_score,
            )
        )
    return hands


def _clusters(looks: Sequence[Sequence[DetectedHand]]) -> list[list[tuple[int, DetectedHand]]]:
    """Hands of all looks, each with its look's number, grouped by place: one hand a look and group."""
    clusters: list[list[tuple[int, DetectedHand]]] = []
    for number, hands in enumerate(looks):
        free = list(range(len(clusters)))
        for hand in hands:
            near = [
                (float(np.linalg.norm(clusters[i][0][1].joints_2d - hand.joints_2d, axis=1).mean()), i)
                for i in free
                if same_hand(clusters[i][0][1].joints_2d, hand.joints_2d)
            ]
            if near:
                index = min(near)[1]
                clusters[index].append((number, hand))
                free.remove(index)
            else:
                clusters.append([(number, hand)])
    return clusters


def _closer(detector: HandDetector, image: np.ndarray) -> list[Candidate]:
    """Hands found in the whole picture as shown, or else in five overlapping windows of it."""
    found = [Candidate(hand.joints_2d, "closer", 0, None) for hand in _look(detector, image, False, 0.0)]
    height, width = image.shape[:2]
    if found or max(height, width) < _LEAST_CLOSER_PIXELS:
        return found
    h, w = round(height * _CLOSER), round(width * _CLOSER)
    corners = [(0, 0), (width - w, 0), (0, height - h), (width - w, height - h)]
    for x, y in [*corners, ((width - w) // 2, (height - h) // 2)]:
        window = np.ascontiguousarray(image[y : y + h, x : x + w])
        for hand in _look(detector, window, False, 0.0):
            joints = hand.joints_2d + np.array([x, y], np.float32)
            if not any(same_hand(joints, other.joints_2d) for other in found):
                found.append(Candidate(joints, "closer", 0, None))
    return found


def _inside(joints_2d: np.ndarray, box: np.ndarray) -> bool:
    """Whether most joints lie in the box, widened by a tenth."""
    margin = 0.1 * (box[2:] - box[:2])
    inside = (joints_2d >= box[:2] - margin) & (joints_2d <= box[2:] + margin)
    return bool(inside.all(axis=1).mean() > 0.5)


def _search_box(teacher: LandmarkTeacher, image: np.ndarray, box: np.ndarray) -> np.ndarray | None:
    """Joints (21, 2) of the surest of several looks into a box, or None where the teacher sees no hand."""
    centre = (float(box[0] + box[2]) / 2, float(box[1] + box[3]) / 2)
    size = float((box[2:] - box[:2]).max()) * _BOX_MARGIN
    joints = _surest(teacher, image, [Crop(centre, size, 2 * math.pi * i / _TURNS) for i in range(_TURNS)])
    return joints if joints is not None and _inside(joints, box) else None


def _search_nails(teacher: LandmarkTeacher, image: np.ndarray, nails: np.ndarray) -> np.ndarray | None:
    """Joints (21, 2) of a hand that nails (K, 4) belong to, or None; it may point any way from them."""
    middle = (nails[:, :2] + nails[:, 2:]) / 2
    centre = (middle.min(axis=0) + middle.max(axis=0)) / 2
    # One nail is some fifteenth of a hand long, and five of a fist lie close together.
    extent = max(float(np.ptp(middle, axis=0).max()), 4 * float((nails[:, 2:] - nails[:, :2]).max()))
    crops = []
    for size in _NAIL_MARGINS:
        for i in range(_TURNS):
            angle = 2 * math.pi * i / _TURNS
            # The palm lies below the nails where the hand points up.
            away = _NAIL_SHIFT * size * extent * np.array([-math.sin(angle), math.cos(angle)])
            crops.append(Crop((float(centre[0] + away[0]), float(centre[1] + away[1])), size * extent, angle))
    joints = _surest(teacher, image, crops)
    return joints if joints is not None and _explains(joints, nails) else None


def _surest(teacher: LandmarkTeacher, image: np.ndarray, crops: Sequence[Crop]) -> np.ndarray | None:
    """Joints (21, 2) where the teacher is surest of a hand after a look into each crop, and one more."""
    first = teacher.look(image, crops)
    best = np.argsort(-first.presence)[:2]
    again = teacher.look(image, [crop_from_joints(first.joints_2d[i], TEACHER_MARGIN) for i in best])
    surest = int(again.presence.argmax())
    return again.joints_2d[surest] if again.presence[surest] > 0.5 else None


def _explains(joints_2d: np.ndarray, nails: np.ndarray) -> bool:
    """Whether at least half of the nails (K, 4) hold a finger tip of the hand."""
    return bool(tips_in_nails(joints_2d, nails).mean() >= 0.5)
