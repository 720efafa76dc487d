"""What `evaluate --motion` does: finds or renders the clips, and puts the trackers to the bench."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from handtrack.cli.common import fetch_hand_bundle, frame_progress, settings_of
from handtrack.cli.motion import keep_to_one_thread
from handtrack.errors import ConfigError

if TYPE_CHECKING:
    from handtrack.study.evaluation.motion.bench import MotionResults
    from handtrack.study.evaluation.motion.truth import MotionTruth

PEER = "MediaPipe VIDEO"


def measure_in_motion(
    folders: Sequence[Path],
    data: Path,
    labels: Path | None,
    splits: Path,
    weights: Sequence[tuple[str, Path]],
    engine: str,
    mediapipe: bool,
    overrides: Sequence[str] = (),
    harder: bool = False,
) -> MotionResults:
    """The bench of motion on all clips of the folders, and on the labelled clips of the validation part.

    data: what the labels' files and the rooms of rendered clips lie below. weights: names and files; each has
    a tracker of its own, set as users get it but for overrides, "tracker.key=value". harder: clips with
    measured tips are followed under other conditions too.
    """
    from handtrack.study.evaluation.motion.bench import measure_motion
    from handtrack.study.evaluation.motion.followers import LandmarkerMotion, MotionFollower, TrackerMotion
    from handtrack.tracking import HandTracker

    bundle = fetch_hand_bundle()
    clips = _clips(folders, data, labels, splits, harder)
    settings = settings_of(None, [f"tracker.engine={engine}", *overrides]).tracker
    followers: list[MotionFollower] = []
    with contextlib.ExitStack() as stack, frame_progress("following motion") as update:
        for name, path in weights:
            own = settings.model_copy(update={"weights": path})
            tracker = stack.enter_context(HandTracker.load(settings=own))
            followers.append(TrackerMotion(name, tracker, own))
            tracker.prepare()
        if mediapipe:
            peer = LandmarkerMotion(PEER, bundle, settings.max_hands)
            stack.callback(peer.close)
            followers.append(peer)
        return measure_motion(clips, followers, update)


def _clips(
    folders: Sequence[Path], data: Path, labels: Path | None, splits: Path, harder: bool
) -> list[MotionTruth]:
    from handtrack.study.datasets.labelling.label_store import load_validation_labels
    from handtrack.study.evaluation.finding.views import Views
    from handtrack.study.evaluation.measured_clips import load_measured_clips
    from handtrack.study.evaluation.motion.conditions import under_conditions
    from handtrack.study.evaluation.motion.real_clips import labelled_truths, measured_truth
    from handtrack.study.evaluation.motion.rendered_clips import ensure_clips
    from handtrack.study.synthesis.body.mesh import fetch_mesh

    measured, rendered = [], []
    of_measured = [any(each.with_suffix(".mp4").is_file() for each in path.glob("*.txt")) for path in folders]
    if harder and not any(of_measured):
        raise ConfigError("--motion-harder needs clips with measured tips; give their folder to --motion")
    for folder, is_measured in zip(folders, of_measured, strict=True):
        if is_measured:
            measured += [measured_truth(clip) for clip in load_measured_clips(folder)]
        else:
            keep_to_one_thread()
            fetch_mesh()
            with frame_progress("rendering") as update:
                rendered += ensure_clips(folder, data, None, update)
    if harder:
        measured += under_conditions(measured, Views(data / "hdri"))
    filmed = []
    if labels is not None:
        filmed = labelled_truths(data, load_validation_labels(labels, splits))
    return [*measured, *filmed, *rendered]
