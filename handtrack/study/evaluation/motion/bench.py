"""The bench of motion: every follower over every clip, frame by frame, taking turns."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.study.evaluation.clips import clip_frames
from handtrack.study.evaluation.motion.followers import MotionFollower, Shown
from handtrack.study.evaluation.motion.matching import match
from handtrack.study.evaluation.motion.samples import (
    MotionMeasures,
    MotionSamples,
    gather,
    merge,
    summarise,
)
from handtrack.study.evaluation.motion.truth import MotionTruth

_AHEAD: Final = 60
ALL_RENDERED: Final = "all rendered"
RECORDED: Final = ", recorded"
"""Behind a follower's name: what it makes of the whole clip afterwards, by smoothing both ways."""


@dataclass(frozen=True, slots=True)
class MotionRow:
    """What one follower did in one clip, or in all of a kind, and then what is the kind's name."""

    clip: str
    kind: str
    follower: str
    measures: MotionMeasures


@dataclass(frozen=True, slots=True)
class MotionResults:
    """clips: a row for each clip and follower. kinds: for each kind, and for all that are rendered."""

    clips: tuple[MotionRow, ...]
    kinds: tuple[MotionRow, ...]

    def of(self, kind: str, follower: str) -> MotionMeasures | None:
        """One follower in one kind of clips; None where it was not measured."""
        found = (row.measures for row in self.kinds if (row.kind, row.follower) == (kind, follower))
        return next(found, None)


def measure_motion(
    truths: Sequence[MotionTruth],
    followers: Sequence[MotionFollower],
    progress: Callable[[int, int | None], None] | None = None,
) -> MotionResults:
    """Every follower over every clip from its beginning.

    In each frame all followers have their turn before the next, so that whatever else the machine does costs
    them alike. progress: called with the frames done and their total. Raises SourceError for a clip that
    cannot be read or has another number of frames than its truth.
    """
    total, done = sum(truth.frames for truth in truths), 0
    clips: list[tuple[MotionTruth, str, MotionSamples]] = []
    for truth in truths:
        for follower in followers:
            follower.start()
        shown: list[list[Shown]] = [[] for _ in followers]
        for frame in _decoded_ahead(truth):
            for follower, seen in zip(followers, shown, strict=True):
                seen.append(follower.follow(frame))
            done += 1
            if progress:
                progress(done, total)
        for follower, seen in zip(followers, shown, strict=True):
            if len(seen) != truth.frames:
                raise SourceError(
                    f"{truth.video} has {len(seen)} frames and its truth {truth.frames}: remove both, and "
                    "they are made again"
                )
            clips.append((truth, follower.name, _samples(truth, seen)))
            recorded = follower.afterwards(seen, np.arange(truth.frames) / truth.fps)
            if recorded is not None:
                clips.append((truth, follower.name + RECORDED, _samples(truth, recorded)))
    return _results(clips, list(dict.fromkeys(name for _, name, _ in clips)))


def _samples(truth: MotionTruth, shown: Sequence[Shown]) -> MotionSamples:
    followed = match(truth, [each.hands for each in shown])
    return gather(truth, followed, [each.ms for each in shown], [each.processor_ms for each in shown])


def _decoded_ahead(truth: MotionTruth) -> Iterator[Frame]:
    """A clip's frames with their true times, decoded some at a time: then the decoder rests meanwhile."""
    frames = enumerate(itertools.islice(clip_frames(truth.video), 0, None, truth.every))
    while some := list(itertools.islice(frames, _AHEAD)):
        for number, frame in some:
            image = frame.image if truth.show is None else truth.show(frame.image)
            yield replace(frame, image=image, index=number, timestamp=number / truth.fps)


def _results(
    clips: Sequence[tuple[MotionTruth, str, MotionSamples]], followers: Sequence[str]
) -> MotionResults:
    rows = [MotionRow(truth.name, truth.kind, name, summarise(samples)) for truth, name, samples in clips]
    kinds = list(dict.fromkeys(truth.kind for truth, _, _ in clips))
    pooled = []
    for kind in kinds + [ALL_RENDERED] * any(truth.complete for truth, _, _ in clips):
        for follower in followers:
            own = [
                samples
                for truth, name, samples in clips
                if name == follower and (truth.kind == kind or (kind == ALL_RENDERED and truth.complete))
            ]
            pooled.append(MotionRow("", kind, follower, summarise(merge(own))))
    return MotionResults(tuple(rows), tuple(pooled))
