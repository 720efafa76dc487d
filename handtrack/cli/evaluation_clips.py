"""What `evaluate` does with clips: tracks labelled ones, and looks for finger tips measured in others."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from handtrack.cli.common import fetch_hand_bundle, frame_progress, settings_of

if TYPE_CHECKING:
    from handtrack.study.evaluation.clips import ClipMeasures
    from handtrack.study.evaluation.contestants import Contestant
    from handtrack.study.evaluation.measured_clips import MeasuredClip
    from handtrack.study.evaluation.measures.tips import TipMeasures


def follow_labelled_clips(
    images: Path, labels: Path, splits: Path, weights: list[Path] | None, engine: str
) -> list[ClipMeasures]:
    """Clips of the validation part, tracked by the first weights."""
    from handtrack.study.datasets.labelling.label_store import load_validation_labels
    from handtrack.study.evaluation.clips import measure_clips
    from handtrack.tracking import HandTracker

    labelled = load_validation_labels(labels, splits)
    fetch_hand_bundle()
    with contextlib.ExitStack() as stack, frame_progress("tracking clips") as update:
        trackers = {}
        for start in ("warm", "cold"):
            changed = {"weights": weights[0] if weights else None, "warm_start": start == "warm"}
            settings = settings_of(None, [f"tracker.engine={engine}"]).tracker.model_copy(update=changed)
            trackers[start] = stack.enter_context(HandTracker.load(settings=settings))
        return measure_clips(images, labelled, trackers, update)


def find_measured_tips(
    clips: list[MeasuredClip],
    weights: list[Path],
    contestants: list[Contestant],
    engine: str,
    mediapipe: bool,
) -> list[TipMeasures]:
    """Measured finger tips found by everyone in fresh crops, and by all trackers that there are."""
    from handtrack.detectors import landmark_detector
    from handtrack.model.weights_file import shipped_weights
    from handtrack.study.evaluation.fresh_tips import all_loops, gate_loops, measure_fresh_tips
    from handtrack.study.evaluation.mediapipe_peer import FULL
    from handtrack.study.evaluation.motion.followers import LandmarkerMotion, MotionFollower, TrackerMotion
    from handtrack.study.evaluation.tracked_tips import measure_tracked_tips
    from handtrack.tracking import HandTracker

    bundle = fetch_hand_bundle()
    settings = settings_of(None, [f"tracker.engine={engine}"]).tracker
    with contextlib.ExitStack() as stack:
        detector = landmark_detector(settings.max_hands)
        stack.callback(detector.close)
        with frame_progress("looking for measured finger tips") as update:
            estimators = [each.estimator for each in contestants]
            fresh = measure_fresh_tips(clips, detector, estimators, settings.gate_threshold, update)
        followers: list[tuple[str, MotionFollower]] = []
        names = [each.estimator.name for each in contestants if each.weights is not None]
        for name, path in zip(names, weights or [shipped_weights()], strict=True):
            tracker = HandTracker.load(settings=settings.model_copy(update={"weights": path}))
            stack.enter_context(tracker)
            gated, whole = settings, settings.model_copy(update={"gate_threshold": 1.0})
            followers += [
                (gate_loops(gated.gate_threshold), TrackerMotion(name, tracker, gated)),
                (all_loops(tracker.max_iterations), TrackerMotion(name, tracker, whole)),
            ]
        if mediapipe:
            # Its tracker refuses the lite models, which say nothing of their input.
            peer = LandmarkerMotion(FULL, bundle, settings.max_hands)
            stack.callback(peer.close)
            followers.append(("", peer))
        with frame_progress("tracking measured finger tips") as update:
            return fresh + measure_tracked_tips(clips, followers, update)
