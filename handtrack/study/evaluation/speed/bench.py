"""The whole measurement of speed: every part in turn, the goals, and how calm the machine was."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from handtrack.config import TrackerSettings, load_settings
from handtrack.detectors import create_detector
from handtrack.detectors.bundle import ensure_hand_bundle
from handtrack.engines import ENGINES, Engine, create_engine
from handtrack.errors import HandtrackError, ModelError, SourceError
from handtrack.model.weights_file import shipped_weights
from handtrack.study.evaluation.goals import Goal
from handtrack.study.evaluation.report.values import plain
from handtrack.study.evaluation.speed import goals
from handtrack.study.evaluation.speed.clip_frames import Size, load_clip
from handtrack.study.evaluation.speed.machine import Machine, this_machine
from handtrack.study.evaluation.speed.many_hands import measure_many_hands
from handtrack.study.evaluation.speed.networks import NetworkSpeeds, measure_networks
from handtrack.study.evaluation.speed.operations import GraphOperations, measure_operations
from handtrack.study.evaluation.speed.program import (
    MemoryGrowth,
    ProcessSpeed,
    StartSpeed,
    measure_memory,
    measure_process,
    measure_start,
)
from handtrack.study.evaluation.speed.scaling import (
    Cost,
    HandsCost,
    ThresholdCost,
    measure_hands,
    measure_thresholds,
)
from handtrack.study.evaluation.speed.timing import Against, Noise, NoiseProbe, Ratio
from handtrack.study.evaluation.speed.tracking import TrackerSpeeds, measure_trackers
from handtrack.study.evaluation.speed.trial import Trial
from handtrack.study.evaluation.speed.window_goals import window_goals
from handtrack.study.evaluation.speed.window_run import WindowMeasure, make_camera_clip, measure_window

_LEAST_FRAMES: Final = 3
_CAMERA_S: Final = 10.0
"""Length of the clip that is played as a camera; it is played again as often as needed."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is measured. frames: of the clip at most, and of every comparison; warm_up: before they count.

    threshold_frames: of the comparison of thresholds, which runs many trackers. video_seconds: of the file
    for the headless run. starts: fresh processes. memory_frames: tracked to see memory grow.
    window_seconds: that the window is measured; None leaves it out.
    """

    frames: int = 200
    warm_up: int = 20
    threshold_frames: int = 100
    video_seconds: float = 60.0
    starts: int = 5
    memory_frames: int = 4000
    window_seconds: float | None = None

    @classmethod
    def quick(cls) -> Effort:
        """A rough look, in a fraction of the time."""
        return cls(
            frames=60, warm_up=10, threshold_frames=30, video_seconds=5.0, starts=2, memory_frames=1000
        )

    def with_limits(
        self, frames: int | None, memory_frames: int | None, window_seconds: float | None = None
    ) -> Effort:
        """The same with other numbers, where they are given."""
        return replace(
            self,
            frames=frames or self.frames,
            memory_frames=memory_frames or self.memory_frames,
            window_seconds=window_seconds or self.window_seconds,
        )


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything that was measured. engine: the one that all but the comparison of engines used.

    clip_size: width and height. notes: sentences on what was left out and on what is uncertain.
    """

    clip: str
    clip_frames: int
    clip_size: Size
    engine: str
    machine: Machine
    goals: tuple[Goal, ...]
    networks: NetworkSpeeds
    trackers: TrackerSpeeds
    operations: Mapping[str, GraphOperations]
    hands: HandsCost | None
    many_hands: Mapping[int, Cost]
    thresholds: tuple[ThresholdCost, ...]
    process: ProcessSpeed
    start: StartSpeed
    memory: MemoryGrowth | None
    window: WindowMeasure | None
    noise: Noise
    notes: tuple[str, ...]


def run_bench(
    source: Path,
    engines: Sequence[str] = (),
    effort: Effort | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Bench:
    """Measure everything on a clip. engines: by name; by default all that work here.

    tell: is given what is measured next. Raises SourceError for a clip that cannot be read or shows no hand,
    ConfigError or ModelError for an engine that cannot run.
    """
    effort = effort or Effort()
    clip = load_clip(source, effort.frames)
    if len(clip.frames) < _LEAST_FRAMES:
        raise SourceError(f"{source} has {len(clip.frames)} frames; name a clip of {_LEAST_FRAMES} or more")
    settings = load_settings().tracker.model_copy(update={"max_hands": 1})
    built, notes = working_engines(engines, settings)
    # The engines are listed with the fastest first, and the first that works is what users get by default.
    main = next(iter(built))
    bundle = ensure_hand_bundle()
    probe = NoiseProbe()
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(closing(create_detector(settings.detector, hands))) for hands in (1, 2)
        )
        trial = Trial(clip, one, settings, effort.frames, effort.warm_up, probe)
        engine = built[main]
        tell("the networks")
        networks = measure_networks(trial, built, bundle)
        tell("the tracker beside MediaPipe's")
        trackers = measure_trackers(trial, built, bundle)
        tell("one hand and two")
        hands = measure_hands(trial, engine, two)
        tell("up to eight hands")
        many_hands = measure_many_hands(trial, engine, two)
        tell("operations of the network")
        operations = measure_operations(trial, settings.weights or shipped_weights(), main)
        tell("thresholds of the gate")
        few = replace(trial, count=min(effort.frames, effort.threshold_frames))
        thresholds = measure_thresholds(few, engine)
    tell("starting up")
    start = measure_start(clip, main, effort.starts)
    tell("a headless run")
    process = measure_process(clip, main, effort.video_seconds)
    tell("memory over time")
    memory = measure_memory(clip, main, effort.memory_frames)
    window, why_not = None, "bench was not asked to open the window (--window)"
    if effort.window_seconds is not None:
        tell("the window")
        window, why_not = _window(source, main, effort.window_seconds)
    noise = probe.noise()
    assert noise is not None  # there were frames
    reached = (
        *goals.network_goals(networks, main),
        goals.tracker_goal(trackers.of(main)),
        goals.process_goal(process),
        goals.hands_goal(hands),
        *goals.start_goals(start),
        goals.memory_goal(memory),
        *window_goals(window, why_not),
    )
    ratios = _ratios(networks, trackers, hands)
    return Bench(
        clip=clip.name,
        clip_frames=len(clip.frames),
        clip_size=clip.frames[0].size,
        engine=main,
        machine=this_machine(),
        goals=reached,
        networks=networks,
        trackers=trackers,
        operations=operations,
        hands=hands,
        many_hands=many_hands,
        thresholds=tuple(thresholds),
        process=process,
        start=start,
        memory=memory,
        window=window,
        noise=noise,
        notes=(*notes, *networks.notes, *_uncertainties(noise, ratios)),
    )


def bench_values(bench: Bench) -> dict[str, Any]:
    """Everything as plain values, for JSON. Times of single frames are milliseconds."""
    values: dict[str, Any] = plain(bench)
    return values


def working_engines(names: Sequence[str], settings: TrackerSettings) -> tuple[dict[str, Engine], list[str]]:
    """The engines of these names, or of all that work here, and a sentence on each that does not.

    Raises ConfigError or ModelError where a named one cannot run, or none at all.
    """
    weights = settings.weights or shipped_weights()
    if names:
        named = [_ready(name, weights) for name in dict.fromkeys(names)]
        return {engine.name: engine for engine in named}, []  # "auto" is one of the others
    built: dict[str, Engine] = {}
    notes: list[str] = []
    for name in ENGINES:
        try:
            engine = _ready(name, weights)
            if engine.name in built:
                notes.append(f"the engine {name} was left out: here it is {engine.name}")
            built.setdefault(engine.name, engine)
        except HandtrackError as error:
            notes.append(f"the engine {name} was left out: {error}")
    if not built:
        raise ModelError("; ".join(notes))
    return built, notes


def _window(source: Path, engine: str, seconds: float) -> tuple[WindowMeasure | None, str]:
    """What the window measured of itself with the clip as its camera, or why it could not."""
    try:
        with tempfile.TemporaryDirectory(prefix="handtrack-") as folder:
            camera = Path(folder) / "camera.mp4"
            make_camera_clip(source, camera, seconds=min(seconds, _CAMERA_S))
            return measure_window(str(camera), seconds, overrides=[f"tracker.engine={engine}"]), ""
    except HandtrackError as error:
        return None, str(error)


def _ready(name: str, weights: Path) -> Engine:
    """The engine with everything compiled, which must not happen within a measurement."""
    engine = create_engine(name, weights)
    engine.prepare(2)
    return engine


def _ratios(networks: NetworkSpeeds, trackers: TrackerSpeeds, hands: HandsCost | None) -> dict[str, Ratio]:
    found: dict[str, Ratio | None] = {}
    for each in networks.estimators:
        found[f"estimator over MediaPipe full ({each.engine})"] = _by_time(each.against_full)
        found[f"estimator over MediaPipe lite ({each.engine})"] = _by_time(each.against_lite)
        found[f"one loop more ({each.engine})"] = _by_time(each.one_more)
    for tracker in trackers.trackers:
        found[f"tracker over HandLandmarker ({tracker.engine})"] = tracker.against_peer.time
    if hands is not None:
        found["two hands over one"] = hands.tracker_ratio.time
    return {name: ratio for name, ratio in found.items() if ratio is not None}


def _by_time(ratio: Against | None) -> Ratio | None:
    return None if ratio is None else ratio.time


def _uncertainties(noise: Noise, ratios: Mapping[str, Ratio]) -> list[str]:
    notes = []
    if noise.noisy:
        notes.append(
            "the run was noisy: run it again with nothing else at work, or go by the processor times"
        )
    rough = [name for name, ratio in ratios.items() if ratio.uncertain]
    if rough:
        notes.append(f"rough values, for the thirds of the run differ: {', '.join(rough)}")
    return notes
