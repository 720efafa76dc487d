"""The whole tracker beside MediaPipe's HandLandmarker on the same frames, and what its parts take."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from handtrack.engines import Engine
from handtrack.errors import SourceError
from handtrack.study.evaluation.speed.clip_frames import P720
from handtrack.study.evaluation.speed.contestants import STAGE, TrackedClip
from handtrack.study.evaluation.speed.peers import HAND_LANDMARKER, VideoLandmarker
from handtrack.study.evaluation.speed.race import TOTAL, Race, on_processor
from handtrack.study.evaluation.speed.timing import Against, Percentiles, percentiles
from handtrack.study.evaluation.speed.trial import Trial


@dataclass(frozen=True, slots=True)
class TrackerSpeed:
    """The tracker in one engine, per frame in which it followed one hand and did not search.

    whole: the call as its user sees it; processor: its processor time. parts: the tracker's own times.
    against_peer: whole over HandLandmarker's.
    """

    engine: str
    whole: Percentiles
    processor: Percentiles
    parts: Mapping[str, Percentiles]
    against_peer: Against


@dataclass(frozen=True, slots=True)
class TrackerSpeeds:
    """The tracker in all engines and HandLandmarker, one hand, 720p.

    frames: on which all followed it, of frames_run. peer, peer_processor: HandLandmarker's times and
    processor times.
    """

    frames: int
    frames_run: int
    trackers: tuple[TrackerSpeed, ...]
    peer: Percentiles
    peer_processor: Percentiles

    def of(self, engine: str) -> TrackerSpeed | None:
        """The tracker in the engine of that name, None where it was not measured."""
        return next((each for each in self.trackers if each.engine == engine), None)


def measure_trackers(trial: Trial, engines: Mapping[str, Engine], bundle: Path) -> TrackerSpeeds:
    """The tracker in each engine and HandLandmarker in VIDEO mode, taking turns on the frames.

    bundle: MediaPipe's full models. Raises SourceError where they never follow a hand all at once.
    """
    ours = [
        TrackedClip(f"tracker, {name}", engine, trial.detector, trial.settings)
        for name, engine in engines.items()
    ]
    with closing(VideoLandmarker(bundle)) as peer:
        measured = trial.race([*ours, peer], P720)
    if not measured.rows:
        raise SourceError(
            f"in no frame of {trial.clip.path} did both the tracker and MediaPipe follow a hand; "
            "name another clip"
        )
    trackers = []
    for engine, each in zip(engines, ours, strict=True):
        ratio = measured.against(each.name, HAND_LANDMARKER)
        assert ratio is not None  # there are rows
        parts = {
            name.removeprefix(STAGE): part
            for name in measured.names(each.name)
            if name.startswith(STAGE) and (part := percentiles(measured.series(each.name, name)))
        }
        trackers.append(TrackerSpeed(engine, *_times(measured, each.name), parts, ratio))
    return TrackerSpeeds(
        len(measured.rows), measured.frames, tuple(trackers), *_times(measured, HAND_LANDMARKER)
    )


def _times(measured: Race, name: str) -> tuple[Percentiles, Percentiles]:
    """Time and processor time of a contestant."""
    times, processor = (percentiles(measured.series(name, value)) for value in (TOTAL, on_processor(TOTAL)))
    assert times is not None  # there are rows
    assert processor is not None
    return times, processor
