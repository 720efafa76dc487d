"""Labels for pictures of real hands, made by a teacher (MediaPipe) looking several times.

Each picture is shown to the teacher upright, mirrored and turned; hands found in most looks are
combined by the median, and the spread of the looks is kept as the label's noise.
"""

from __future__ import annotations

import logging
import math
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from handtrack.detectors.base import DetectedHand
from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
from handtrack.geometry import apply_affine
from handtrack.hand import Handedness
from handtrack.skeleton import WRIST

logger = logging.getLogger(__name__)

# (mirrored, degrees): turning moves the hand on the detector's grid and on the landmark crop.
LOOKS: tuple[tuple[bool, float], ...] = ((False, 0.0), (True, 0.0), (False, 25.0), (True, -25.0))
MIN_LOOKS = 2
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")
MAX_SPREAD = 0.06
"""Hands whose looks differ by more than this, in units of the hand's extent, are rejected."""


@dataclass(frozen=True, slots=True)
class LabelledHand:
    """One hand in one picture with the teacher's combined label.

    file: path relative to the data folder. joints_2d: (21, 2) float32 pixels.
    depth: (21,) float32, wrist-relative depth in pixels (weak-perspective scale), away is positive.
    spread: (21,) float32 pixels, deviation of the looks about their median.
    """

    file: str
    joints_2d: np.ndarray
    depth: np.ndarray
    spread: np.ndarray
    handedness: Handedness
    handedness_score: float


@dataclass(slots=True)
class LabelCounts:
    """Pictures seen, unreadable and without a hand; hands kept and rejected."""

    pictures: int = 0
    unreadable: int = 0
    without_hand: int = 0
    kept: int = 0
    rejected: int = 0


def picture_files(root: Path) -> list[str]:
    """Paths, relative to root and sorted, of all pictures below it."""
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.suffix.lower() in PICTURE_SUFFIXES
    )


def hand_extent(joints_2d: np.ndarray) -> float:
    """Larger side of the joints' bounding box, in pixels: the hand's size in the picture."""
    return float(np.ptp(joints_2d, axis=0).max())


def weak_perspective_depth(joints_2d: np.ndarray, world: np.ndarray) -> np.ndarray:
    """Wrist-relative depth (21,) in pixels from world joints (21, 3) metres seen at joints_2d."""
    flat = world[:, :2] - world[:, :2].mean(axis=0)
    seen = joints_2d - joints_2d.mean(axis=0)
    # The larger of two estimates: correlation alone shrinks when the teacher's two outputs disagree.
    scale = math.sqrt(float((seen**2).sum() / max((flat**2).sum(), 1e-12)))
    return ((world[:, 2] - world[WRIST, 2]) * scale).astype(np.float32)


def _look(
    detector: MediaPipeHandDetector, image: np.ndarray, mirrored: bool, degrees: float
) -> list[DetectedHand]:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    shown = (
        image
        if degrees == 0
        else cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)
    )
    if mirrored:
        shown = np.ascontiguousarray(shown[:, ::-1])
    back = cv2.invertAffineTransform(turn)
    linear = back[:, :2]
    hands = []
    for hand in detector.detect(shown):
        points, world, handedness = hand.joints_2d.copy(), hand.world.copy(), hand.handedness
        if mirrored:
            points[:, 0] = width - 1 - points[:, 0]
            world[:, 0] *= -1
            handedness = "left" if handedness == "right" else "right"
        world[:, :2] = world[:, :2] @ linear.T
        hands.append(
            DetectedHand(
                apply_affine(back, points).astype(np.float32), world, handedness, hand.handedness_score
            )
        )
    return hands


def _clusters(looks: list[list[DetectedHand]]) -> list[list[DetectedHand]]:
    """Hands of all looks grouped by place: each look gives at most one hand to a cluster."""
    clusters: list[list[DetectedHand]] = []
    for hands in looks:
        free = list(range(len(clusters)))
        for hand in hands:
            near = [
                (float(np.linalg.norm(clusters[i][0].joints_2d - hand.joints_2d, axis=1).mean()), i)
                for i in free
            ]
            distance, index = min(near, default=(math.inf, -1))
            if distance < 0.35 * hand_extent(hand.joints_2d):
                clusters[index].append(hand)
                free.remove(index)
            else:
                clusters.append([hand])
    return clusters


def label_picture(
    detector: MediaPipeHandDetector, image: np.ndarray, file: str
) -> tuple[list[LabelledHand], int]:
    """Hands in one picture (H, W, 3) BGR that the looks agree on, and how many were rejected."""
    # Small pictures are enlarged: the palm detector misses hands near its own resolution.
    zoom = max(1.0, 320.0 / max(image.shape[:2]))
    enlarged = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_CUBIC) if zoom > 1 else image
    clusters = _clusters([_look(detector, enlarged, mirrored, degrees) for mirrored, degrees in LOOKS])
    kept, rejected = [], 0
    for cluster in clusters:
        points = np.stack([hand.joints_2d for hand in cluster]) / zoom
        joints = np.median(points, axis=0).astype(np.float32)
        depths = np.stack([weak_perspective_depth(joints, hand.world) for hand in cluster])
        spread = np.linalg.norm(points - joints, axis=2).mean(axis=0).astype(np.float32)
        if len(cluster) < MIN_LOOKS or spread.mean() > MAX_SPREAD * hand_extent(joints):
            rejected += 1
            continue
        right = sum(
            hand.handedness_score if hand.handedness == "right" else -hand.handedness_score
            for hand in cluster
        )
        kept.append(
            LabelledHand(
                file,
                joints,
                np.median(depths, axis=0).astype(np.float32),
                spread,
                "right" if right > 0 else "left",
                abs(right) / len(cluster),
            )
        )
    return kept, rejected


_detector: MediaPipeHandDetector | None = None


def _start_worker(bundle: Path) -> None:
    global _detector
    cv2.setNumThreads(1)
    _detector = MediaPipeHandDetector(bundle, max_hands=2, min_confidence=0.4)


def _label_file(root: Path, file: str) -> tuple[str, list[LabelledHand] | None, int]:
    assert _detector is not None
    image = cv2.imread(str(root / file))
    if image is None:
        return file, None, 0
    kept, rejected = label_picture(_detector, image, file)
    return file, kept, rejected


def label_pictures(
    root: Path,
    files: Iterable[str],
    bundle: Path,
    workers: int = 2,
    progress: Callable[[int], None] | None = None,
) -> tuple[list[LabelledHand], LabelCounts]:
    """Labels of all hands in the files (paths relative to root), and the counts.

    progress is called with the number of pictures done. Unreadable files are counted and skipped.
    """
    counts = LabelCounts()
    labels: list[LabelledHand] = []
    # Not forked: MediaPipe's threads do not survive a fork, and a forked worker can wait for them for ever.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, spawn, initializer=_start_worker, initargs=(bundle,)) as pool:
        for file, kept, rejected in _map(pool, root, files):
            counts.pictures += 1
            counts.rejected += rejected
            if kept is None:
                counts.unreadable += 1
                logger.warning("%s is not a readable picture; skipped", file)
            else:
                counts.kept += len(kept)
                counts.without_hand += not kept and not rejected
                labels.extend(kept)
            if progress:
                progress(counts.pictures)
    return labels, counts


def _map(
    pool: ProcessPoolExecutor, root: Path, files: Iterable[str]
) -> Iterator[tuple[str, list[LabelledHand] | None, int]]:
    names = list(files)
    return pool.map(_label_file, [root] * len(names), names, chunksize=8)


def save_labels(path: Path, labels: list[LabelledHand]) -> None:
    """Write labels to an .npz file of plain arrays."""
    np.savez_compressed(
        path,
        picture=np.array([label.file for label in labels], dtype=np.str_),
        joints_2d=np.stack([label.joints_2d for label in labels]),
        depth=np.stack([label.depth for label in labels]),
        spread=np.stack([label.spread for label in labels]),
        right=np.array([label.handedness == "right" for label in labels]),
        handedness_score=np.array([label.handedness_score for label in labels], np.float32),
    )


def load_labels(path: Path) -> list[LabelledHand]:
    """Labels written by `save_labels`; never unpickles."""
    with np.load(path, allow_pickle=False) as arrays:
        columns = {name: arrays[name] for name in arrays.files}
    return [
        LabelledHand(
            str(columns["picture"][i]),
            columns["joints_2d"][i],
            columns["depth"][i],
            columns["spread"][i],
            "right" if columns["right"][i] else "left",
            float(columns["handedness_score"][i]),
        )
        for i in range(len(columns["picture"]))
    ]
