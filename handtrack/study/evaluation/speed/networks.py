"""The estimator beside MediaPipe's landmark networks, hand by hand on the same frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.engines import Engine
from handtrack.errors import SourceError
from handtrack.hand import Crop
from handtrack.study.evaluation.mediapipe_peer import FULL, LITE
from handtrack.study.evaluation.speed.contestants import ESTIMATOR, FIRST_LOOP, LOOPS, EveryLoop, TrackedClip
from handtrack.study.evaluation.speed.observed_engine import loop_stage
from handtrack.study.evaluation.speed.peers import landmark_networks
from handtrack.study.evaluation.speed.race import TOTAL, Contestant, Race, on_processor
from handtrack.study.evaluation.speed.timing import Against, Percentiles, percentiles
from handtrack.study.evaluation.speed.trial import Trial
from handtrack.tracking import HandTracker

SAME_ENGINE: Final = "openvino"
"""How the names of the engines begin that run MediaPipe's networks as well as ours."""


@dataclass(frozen=True, slots=True)
class EstimatorSpeed:
    """Our network in one engine.

    gated: per followed hand and frame, encoder and all loops that the gate let run; processor: its processor
    time. mean_loops: of those.
    stages: encoder and each loop, when all loops run from nothing. one_more: the slowest further loop over
    encoder and first loop. against_full, against_lite: gated over MediaPipe's networks; None where those
    could not be measured.
    """

    engine: str
    gated: Percentiles
    processor: Percentiles
    mean_loops: float
    stages: Mapping[str, Percentiles]
    one_more: Against | None
    against_full: Against | None
    against_lite: Against | None


@dataclass(frozen=True, slots=True)
class NetworkSpeeds:
    """All networks, one hand, one thread.

    frames: that counted, of frames_run. peers, peers_processor: MediaPipe's networks in OpenVINO, and their
    processor times. notes: sentences on what could not be measured.
    """

    frames: int
    frames_run: int
    estimators: tuple[EstimatorSpeed, ...]
    peers: Mapping[str, Percentiles]
    peers_processor: Mapping[str, Percentiles]
    notes: tuple[str, ...]

    def of(self, engine: str) -> EstimatorSpeed | None:
        """Our network in the engine of that name, None where it was not measured."""
        return next((each for each in self.estimators if each.engine == engine), None)


def measure_networks(trial: Trial, engines: Mapping[str, Engine], bundle: Path) -> NetworkSpeeds:
    """All engines and MediaPipe's networks, taking turns on the frames.

    bundle: MediaPipe's full models. Raises SourceError where no hand can be followed in the clip.
    """
    joints, crops = _follow(trial, next(iter(engines.values())))
    networks, notes = landmark_networks(bundle, joints)
    contestants: list[Contestant] = list(networks)
    for name, engine in engines.items():
        contestants.append(TrackedClip(_gated(name), engine, trial.detector, trial.settings))
        contestants.append(EveryLoop(_every(name), engine, crops))
    measured = trial.race(contestants)
    if not measured.rows:
        raise SourceError(f"no hand could be followed in {trial.clip.path}; name a clip that shows one")
    estimators = tuple(_speed(name, engine.max_iterations, measured) for name, engine in engines.items())
    names = [each.name for each in networks]
    return NetworkSpeeds(
        len(measured.rows),
        measured.frames,
        estimators,
        _times(measured, {name: (name, TOTAL) for name in names}),
        _times(measured, {name: (name, on_processor(TOTAL)) for name in names}),
        tuple(notes),
    )


def _gated(engine: str) -> str:
    return f"gated, {engine}"


def _every(engine: str) -> str:
    return f"every loop, {engine}"


def _follow(trial: Trial, engine: Engine) -> tuple[dict[int, np.ndarray], dict[int, Crop]]:
    """Joints (21, 2) and crops of the hand that is followed through the clip, by frame index."""
    joints, crops = {}, {}
    tracker = HandTracker(engine, trial.detector, trial.settings)
    for frame in trial.frames():
        for hand in tracker.process_frame(frame).hands[:1]:
            joints[frame.index], crops[frame.index] = hand.raw_joints_2d, hand.crop
    return joints, crops


def _speed(engine: str, loops: int, measured: Race) -> EstimatorSpeed:
    gated, every = _gated(engine), _every(engine)
    parts = ("encode", *map(loop_stage, range(loops)))
    stages = _times(measured, {part: (every, part) for part in parts})
    further = [loop_stage(loop) for loop in range(1, loops)]
    slowest = max(further, key=lambda name: stages[name].p50, default=None)
    own = _times(measured, {name: (gated, name) for name in (ESTIMATOR, on_processor(ESTIMATOR))})
    return EstimatorSpeed(
        engine,
        own[ESTIMATOR],
        own[on_processor(ESTIMATOR)],
        float(np.mean(measured.series(gated, LOOPS))),
        stages,
        measured.against(every, every, slowest, FIRST_LOOP) if slowest else None,
        *(measured.against(gated, peer, ESTIMATOR) for peer in (FULL, LITE)),
    )


def _times(measured: Race, wanted: Mapping[str, tuple[str, str]]) -> dict[str, Percentiles]:
    """Percentiles by name of what was measured of a contestant and value."""
    return {
        name: times for name, series in wanted.items() if (times := percentiles(measured.series(*series)))
    }
