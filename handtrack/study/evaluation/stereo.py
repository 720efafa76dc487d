"""Real 3D joints from two synchronised calibrated views, for validation only.

A teacher finds the hand in both pictures of a moment; where its joints lie close to a common epipolar
plane they are triangulated. The cameras' unit of length is unknown, so all is scaled to a palm of 90 mm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from handtrack.errors import SourceError
from handtrack.geometry import DEFAULT_PALM_LENGTH_M, palm_scale
from handtrack.hand import Handedness
from handtrack.skeleton import BONES
from handtrack.study.evaluation.stereo_rig import StereoRig

VIEWS = ("cam0.mp4", "cam1.mp4")
MAX_REPROJECTION = 3.0
"""Pixels that a joint may lie off the epipolar line common to both views, in either of them."""
MIN_JOINTS = 18
"""Joints of a hand that must agree so."""
MAX_BONE_CHANGE = 0.3
"""Agreeing joints are dropped where a bone differs from the hand's own median length by more than this
share: the teacher can be wrong in both views along their epipolar lines, above all in hidden fingers."""
MIN_SOUND_JOINTS = 15
"""Joints of a hand that must be left after that."""


@dataclass(frozen=True, slots=True)
class SeenHand:
    """A hand that the teacher sees in one picture. joints_2d: (21, 2) pixels."""

    joints_2d: np.ndarray
    handedness: Handedness


class FrameTeacher(Protocol):
    """Finds hands in the pictures of one camera, which are shown in order."""

    def __call__(self, image: np.ndarray) -> list[SeenHand]:
        """Hands in a picture (H, W, 3) uint8 BGR."""
        ...


@dataclass(frozen=True, slots=True)
class StereoHand:
    """One hand at one moment.

    joints_2d: (2, 21, 2) float64 pixels in the undistorted pictures, as the teacher saw them. points:
    (21, 3) float64, world axes, in the cameras' unit. reprojection: (2, 21) pixels. known: (21,) bool.
    """

    frame: int
    joints_2d: np.ndarray
    points: np.ndarray
    reprojection: np.ndarray
    known: np.ndarray
    handedness: Handedness

    @property
    def agreeing(self) -> np.ndarray:
        """Joints (21,) on which both views agree."""
        return self.reprojection.max(axis=0) <= MAX_REPROJECTION


@dataclass(frozen=True, slots=True)
class StereoCounts:
    """What became of the frames of a pair of videos.

    frames: moments. both: with the hand in both views. agreeing: of these with enough joints that
    agree. kept: of these with enough joints left after the check of bone lengths. joints: known joints
    in all kept hands. reprojection_all, reprojection_kept: median in pixels over all joints of hands
    found in both views, and over the known joints of the kept hands.
    """

    frames: int
    both: int
    agreeing: int
    kept: int
    joints: int
    reprojection_all: float
    reprojection_kept: float


def triangulate_hand(
    rig: StereoRig, frame: int, first: Sequence[SeenHand], second: Sequence[SeenHand]
) -> StereoHand | None:
    """The pair of hands, one from each view, whose joints fit each other best, or None without a pair."""
    pairs = [(a, b) for a in first for b in second]
    if not pairs:
        return None
    a, b = min(pairs, key=lambda pair: float(np.median(_distances(rig, *pair))))
    points = rig.triangulate(a.joints_2d, b.joints_2d)
    hand = StereoHand(
        frame,
        np.stack([a.joints_2d, b.joints_2d]),
        points,
        rig.reprojection_error(points, a.joints_2d, b.joints_2d),
        np.zeros(len(points), bool),
        a.handedness,
    )
    return _with_known(hand, hand.agreeing)


def _distances(rig: StereoRig, first: SeenHand, second: SeenHand) -> np.ndarray:
    return rig.epipolar_distance(first.joints_2d, second.joints_2d)


def _with_known(hand: StereoHand, known: np.ndarray) -> StereoHand:
    return StereoHand(hand.frame, hand.joints_2d, hand.points, hand.reprojection, known, hand.handedness)


def find_stereo_hands(
    folder: Path,
    rig: StereoRig,
    teachers: tuple[FrameTeacher, FrameTeacher],
    progress: Callable[[int, int | None], None] | None = None,
) -> tuple[list[StereoHand], StereoCounts]:
    """Hands with enough sound joints in the two videos of a folder, and the counts.

    All hands are taken to be one person's one hand: bone lengths are compared over all frames.
    Raises SourceError for a video that is missing, unreadable, or as long as the other is not.
    """
    frames, found = 0, []
    for frames, images in enumerate(_paired_frames(folder, rig), start=1):
        seen = [teacher(image) for teacher, image in zip(teachers, images, strict=True)]
        hand = triangulate_hand(rig, frames - 1, seen[0], seen[1])
        if hand is not None:
            found.append(hand)
        if progress:
            progress(frames, None)
    agreeing = [hand for hand in found if hand.agreeing.sum() >= MIN_JOINTS]
    kept = [hand for hand in _sound(agreeing) if hand.known.sum() >= MIN_SOUND_JOINTS]
    return kept, StereoCounts(
        frames,
        len(found),
        len(agreeing),
        len(kept),
        sum(int(hand.known.sum()) for hand in kept),
        _median([hand.reprojection.ravel() for hand in found]),
        _median([hand.reprojection[:, hand.known].ravel() for hand in kept]),
    )


def _median(parts: list[np.ndarray]) -> float:
    return float(np.median(np.concatenate(parts))) if parts else float("nan")


def _sound(hands: list[StereoHand]) -> list[StereoHand]:
    """The hands without the joints at whose end of a bone its length is not that of the other frames."""
    if not hands:
        return []
    parents, children = np.array(BONES).T
    lengths = np.stack(
        [np.linalg.norm(hand.points[children] - hand.points[parents], axis=1) for hand in hands]
    )
    measured = np.stack([hand.known[children] & hand.known[parents] for hand in hands])
    usual = np.nanmedian(np.where(measured | ~measured.any(axis=0), lengths, np.nan), axis=0)
    strange = measured & (np.abs(np.log(lengths / usual)) > np.log1p(MAX_BONE_CHANGE))
    sound = []
    for hand, row in zip(hands, strange, strict=True):
        known = hand.known.copy()
        known[children[row]] = False
        sound.append(_with_known(hand, known))
    return sound


def metres_per_unit(hands: Sequence[StereoHand]) -> float:
    """Metres in one unit of the cameras, by which the hands' median palm is 90 mm long."""
    return DEFAULT_PALM_LENGTH_M / float(np.median([palm_scale(hand.points) for hand in hands]))


def frame_images(
    folder: Path, rig: StereoRig, frames: Sequence[int]
) -> Iterator[tuple[int, list[np.ndarray]]]:
    """Number and undistorted pictures of both views for the given frames, in order."""
    wanted = set(frames)
    for number, images in enumerate(_paired_frames(folder, rig, wanted)):
        if number in wanted:
            yield number, images


def _paired_frames(
    folder: Path, rig: StereoRig, wanted: set[int] | None = None
) -> Iterator[list[np.ndarray]]:
    """Undistorted pictures of both views; frames that are not wanted are empty."""
    videos = [_open(folder / name) for name in VIEWS]
    try:
        number = 0
        while True:
            read = [video.read() for video in videos]
            if all(ok for ok, _ in read):
                skip = wanted is not None and number not in wanted
                yield (
                    []
                    if skip
                    else [
                        camera.undistort(image) for camera, (_, image) in zip(rig.cameras, read, strict=True)
                    ]
                )
                number += 1
                continue
            if any(ok for ok, _ in read):
                raise SourceError(
                    f"one of the videos {VIEWS[0]} and {VIEWS[1]} in {folder} ends after {number} frames, "
                    "before the other, so they are not synchronised; copy both again"
                )
            if not number:
                raise SourceError(f"the videos in {folder} hold no frame; copy them again")
            return
    finally:
        for video in videos:
            video.release()


def _open(path: Path) -> cv2.VideoCapture:
    if not path.is_file():
        raise SourceError(f"stereo video {path} is missing; copy the stereo folder again")
    video = cv2.VideoCapture(str(path))
    if not video.isOpened():
        raise SourceError(f"stereo video {path} is not a readable video; copy it again")
    return video
