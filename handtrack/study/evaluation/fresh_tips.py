"""Measured finger tips in the crops of a fresh detection: every frame as if it were a clip's first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from handtrack.detectors.base import HandDetector
from handtrack.model.gate_rule import exit_loops
from handtrack.skeleton import PINCHING_TIPS
from handtrack.study.evaluation.estimators import Estimator, HandPicture
from handtrack.study.evaluation.measured_clips import MeasuredClip
from handtrack.study.evaluation.measures.tips import TipMeasures, measure_tips
from handtrack.study.evaluation.mediapipe_peer import IMAGE_Z


def measure_fresh_tips(
    clips: Sequence[MeasuredClip],
    detector: HandDetector,
    estimators: Sequence[Estimator],
    threshold: float,
    progress: Callable[[int, int | None], None] | None = None,
) -> list[TipMeasures]:
    """Every estimator on the same detections, each in the crop that it was made for.

    Of several detections in a frame the one nearest to the measured box is taken. threshold: the gate's; an
    estimator with loops has a row for it and one for all loops; nobody has one where nothing is ever
    detected. progress: called with the measured frames done and their total. Raises SourceError for a clip
    that cannot be read.
    """
    # MediaPipe's other reading of depth has the same tips.
    asked = [each for each in estimators if not each.name.endswith(IMAGE_Z)]
    errors: dict[tuple[str, str], list[np.ndarray]] = {}
    total = sum(len(clip.rows) for clip in clips)
    done = 0
    for clip in clips:
        for frame, measured in clip.frames():
            if measured is None:
                continue
            detections = detector.detect(frame.image)
            nearest = measured.nearest([each.joints_2d for each in detections])
            if nearest is not None:
                hand = detections[nearest]
                pictures = [HandPicture(frame.image, hand.joints_2d.astype(np.float64), hand.handedness)]
                for estimator in asked:
                    for loops, joints in _answers(estimator, pictures, threshold).items():
                        rows = errors.setdefault((estimator.name, loops), [])
                        rows.append(measured.errors(joints, PINCHING_TIPS))
            done += 1
            if progress:
                progress(done, total)
    return [
        measure_tips("fresh", name, loops, [*rows, *[None] * (total - len(rows))])
        for (name, loops), rows in errors.items()
    ]


def gate_loops(threshold: float) -> str:
    """What a row is called whose loops the gate chose."""
    return f"gate {threshold:g}"


def all_loops(count: int) -> str:
    """What a row is called of a network that ran all its loops."""
    return f"all {count}"


def _answers(
    estimator: Estimator, pictures: Sequence[HandPicture], threshold: float
) -> dict[str, np.ndarray]:
    """Joints (21, 2) in the only picture, by how many loops were run, in words."""
    [found] = estimator.find(pictures)
    last = found.joints_2d[-1]
    if found.exit_probability is None:
        return {"": last}
    left = int(exit_loops(found.exit_probability[None], threshold)[0])
    return {gate_loops(threshold): found.joints_2d[left], all_loops(len(found.joints_2d)): last}
