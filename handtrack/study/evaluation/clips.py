"""The tracker on clips, its hands' first loops begun from the last frame or from nothing, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handtrack.geometry import hand_extent
from handtrack.hand import Frame, Hand
from handtrack.sources.video import VideoSource
from handtrack.study.datasets.labelling.label_store import LabelledHand
from handtrack.study.datasets.labelling.pictures import file_and_frame
from handtrack.tracking.tracker import HandTracker


@dataclass(frozen=True, slots=True)
class ClipMeasures:
    """One way of tracking one clip.

    tracked: share of frames with a hand. mean_loops: of all hands. jitter_percent: median, over hands seen in
    three frames in a row, of the joints' mean second difference before smoothing, in % of the hand's extent.
    error_percent, first_error_percent: mean 2D distance from the careful labels, after the last loop that ran
    and after the first, in % of the hand's extent; None where no labelled hand was tracked. hands: labelled
    hands that were.
    """

    clip: str
    start: str
    frames: int
    tracked: float
    mean_loops: float
    jitter_percent: float
    error_percent: float | None
    first_error_percent: float | None
    hands: int


def measure_clips(
    root: Path,
    labels: Sequence[LabelledHand],
    trackers: Mapping[str, HandTracker],
    progress: Callable[[int, int | None], None] | None = None,
) -> list[ClipMeasures]:
    """Every clip that labels are of, below root, tracked by each of the trackers, named as their rows are.

    progress: called with the runs done and their total. Raises SourceError for a clip that cannot be read.
    """
    clips = labels_by_clip(labels)
    runs = [(clip, start) for clip in sorted(clips) for start in trackers]
    measured = []
    for clip, start in runs:
        measured.append(measure_clip(clip, start, trackers[start], clip_frames(root / clip), clips[clip]))
        if progress:
            progress(len(measured), len(runs))
    return measured


def clip_frames(path: Path) -> Iterator[Frame]:
    """All frames of a video file. Raises SourceError where it cannot be read."""
    with closing(VideoSource(path)) as source:
        source.open()
        while (frame := source.read()) is not None:
            yield frame


def labels_by_clip(labels: Sequence[LabelledHand]) -> dict[str, dict[int, list[LabelledHand]]]:
    """Labels of clips' frames, by the clip's file and the frame's number."""
    clips: dict[str, dict[int, list[LabelledHand]]] = {}
    for label in labels:
        file, frame = file_and_frame(label.file)
        if frame is not None:
            clips.setdefault(file, {}).setdefault(frame, []).append(label)
    return clips


def measure_clip(
    name: str,
    start: str,
    tracker: HandTracker,
    frames: Iterable[Frame],
    labels: Mapping[int, Sequence[LabelledHand]],
) -> ClipMeasures:
    """Track a clip from its beginning. start: what the row is called, "warm" or "cold"."""
    tracker.reset()
    loops: list[int] = []
    jitter: list[float] = []
    errors: list[tuple[float, float]] = []
    past: dict[int, list[np.ndarray]] = {}
    count = tracked = 0
    for frame in frames:
        count += 1
        hands = tracker.process_frame(frame).hands
        tracked += bool(hands)
        loops += [hand.iterations for hand in hands]
        past = {hand.track_id: [*past.get(hand.track_id, []), hand.raw_joints_2d][-3:] for hand in hands}
        for seen in past.values():
            if len(seen) == 3:
                bend = np.linalg.norm(seen[0] - 2 * seen[1] + seen[2], axis=1).mean()
                jitter.append(float(bend) / hand_extent(seen[1]) * 100)
        errors += [pair for label in labels.get(frame.index, []) if (pair := _errors(label, hands))]
    known = np.array(errors).reshape(-1, 2)
    return ClipMeasures(
        name,
        start,
        count,
        tracked / max(count, 1),
        float(np.mean(loops)) if loops else float("nan"),
        float(np.median(jitter)) if jitter else float("nan"),
        float(known[:, 1].mean()) if len(known) else None,
        float(known[:, 0].mean()) if len(known) else None,
        len(known),
    )


def _errors(label: LabelledHand, hands: Sequence[Hand]) -> tuple[float, float] | None:
    """2D error after the first and the last loop of the tracked hand that lies on the labelled one."""
    extent = hand_extent(label.joints_2d)

    def distance(joints_2d: np.ndarray) -> float:
        return float(np.linalg.norm(joints_2d - label.joints_2d, axis=1).mean()) / extent * 100

    on_it = [
        hand
        for hand in hands
        if np.linalg.norm(hand.raw_joints_2d.mean(axis=0) - label.joints_2d.mean(axis=0)) < extent / 2
    ]
    if not on_it:
        return None
    nearest = min(on_it, key=lambda hand: distance(hand.raw_joints_2d))
    return distance(nearest.trace[0].joints_2d), distance(nearest.raw_joints_2d)
