"""Filmed clips for the bench of motion: those with measured finger tips, and those with careful labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Handedness, read_only
from handtrack.skeleton import JOINT_COUNT, PINCHING_TIPS
from handtrack.study.datasets.labelling.label_store import LabelledHand
from handtrack.study.evaluation.clips import clip_frames, labels_by_clip
from handtrack.study.evaluation.measured_clips import FPS, MeasuredClip
from handtrack.study.evaluation.motion.truth import SHOWN, UNKNOWN, MotionTruth, boxes

FAST: Final = "fast clips"
LABELLED: Final = "labelled clips"


def measured_truth(clip: MeasuredClip) -> MotionTruth:
    """A clip in which a person measured box and tips; its hand is wholly shown where they did.

    Raises SourceError where it cannot be read.
    """
    rows = [measured for _, measured in clip.frames()]
    joints, middle, size = _unknown(len(rows))
    state = np.full((len(rows), 1), UNKNOWN, np.int8)
    for number, row in enumerate(rows):
        if row is not None:
            joints[number, 0, list(PINCHING_TIPS)] = row.tips
            middle[number, 0], size[number, 0], state[number, 0] = row.middle, row.side, SHOWN
    return _truth(FAST, clip.path, FPS, joints, middle, size, state)


def labelled_truths(root: Path, labels: Sequence[LabelledHand], fps: float = FPS) -> list[MotionTruth]:
    """Every clip (.mp4) of one hand that labels are of, below root; frames with two labels do not count.

    Raises SourceError for one that cannot be read. Where a hand is labelled it is wholly shown; the labels
    come from MediaPipe's full network and favour it.
    """
    clips = labels_by_clip(labels)
    return [_labelled(root / clip, clips[clip], fps) for clip in sorted(clips) if clip.endswith(".mp4")]


def _labelled(path: Path, labels: Mapping[int, Sequence[LabelledHand]], fps: float) -> MotionTruth:
    count = sum(1 for _ in clip_frames(path))
    if max(labels) >= count:
        raise SourceError(
            f"{path} has {count} frames, but frame {max(labels) + 1} is labelled; copy it again"
        )
    joints, _, _ = _unknown(count)
    state = np.full((count, 1), UNKNOWN, np.int8)
    alone = {number: hands[0] for number, hands in labels.items() if len(hands) == 1}
    for number, hand in alone.items():
        joints[number, 0], state[number, 0] = hand.joints_2d, SHOWN
    middle, size = boxes(joints)
    # Between labels the hand is near: what is shown there is needed for the jitter at them.
    frames, known = np.arange(count), sorted(alone)
    for values in (middle[:, 0, 0], middle[:, 0, 1], size[:, 0]):
        values[:] = np.interp(frames, known, values[known])
    sides = {hand.handedness for hand in alone.values()}
    side = sides.pop() if len(sides) == 1 else None
    return _truth(LABELLED, path, fps, joints, middle, size, state, side)


def _unknown(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Joints, middle and size of one hand of which nothing is known."""
    return (
        np.full((count, 1, JOINT_COUNT, 2), np.nan),
        np.full((count, 1, 2), np.nan),
        np.full((count, 1), np.nan),
    )


def _truth(
    kind: str,
    path: Path,
    fps: float,
    joints: np.ndarray,
    middle: np.ndarray,
    size: np.ndarray,
    state: np.ndarray,
    side: Handedness | None = None,
) -> MotionTruth:
    joints, middle, size, state = (read_only(each) for each in (joints, middle, size, state))
    return MotionTruth(path.stem, kind, path, fps, (side,), joints, middle, size, state, complete=False)
