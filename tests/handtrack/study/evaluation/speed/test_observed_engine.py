"""An engine that is watched gives what it gives unwatched."""

from __future__ import annotations

import numpy as np

from handtrack.config import TrackerSettings
from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
from handtrack.engines import Engine
from handtrack.study.evaluation.speed.clip_frames import Clip
from handtrack.study.evaluation.speed.contestants import ESTIMATOR, FIRST_LOOP, LOOPS, EveryLoop, TrackedClip
from handtrack.study.evaluation.speed.observed_engine import ObservedEngine
from handtrack.tracking import HandTracker


def test_results_are_the_engines_own(engine: Engine) -> None:
    observed = ObservedEngine(engine)
    crops = np.random.default_rng(0).integers(0, 255, (2, 128, 128, 3), np.uint8)
    rows = np.arange(2)

    bare, seen = engine.encode(crops), observed.encode(crops)
    first, same = engine.refine(bare, None, 0, rows), observed.refine(seen, None, 0, rows)
    state = observed.keep(same.state, np.array([1]))
    observed.refine(seen, state, 1, np.array([1]))
    second = engine.refine(bare, engine.keep(first.state, np.array([1])), 1, np.array([1]))

    assert np.array_equal(first.xy, same.xy)
    assert second.xy.shape == (1, 21, 2)
    assert (observed.max_iterations, observed.metadata) == (engine.max_iterations, engine.metadata)
    times = observed.take()
    assert list(times) == ["encode", "loop 1", "keep", "loop 2"]
    assert all(each.time > 0 and each.processor >= 0 for each in times.values())
    assert observed.take() == {}


def test_a_tracked_clip_counts_frames_without_a_search(
    short_clip: Clip, engine: Engine, detector: MediaPipeHandDetector
) -> None:
    contestant = TrackedClip("ours", engine, detector, TrackerSettings(max_hands=1))

    values = [contestant.observe(contestant.run(contestant.prepare(each))) for each in short_clip.frames]

    assert values[0] is None  # the detector found the hand here
    counted = [each for each in values if each is not None]
    assert len(counted) == len(values) - 1
    for each in counted:
        assert 1 <= each[LOOPS] <= engine.max_iterations
        assert 0 < each["encode"] < each[ESTIMATOR] < each["stage total"]


def test_every_loop_runs_on_every_crop(
    short_clip: Clip, engine: Engine, detector: MediaPipeHandDetector
) -> None:
    frame = short_clip.frames[0]
    tracker = HandTracker(engine, detector, TrackerSettings(max_hands=1))
    crop = tracker.process_frame(frame).hands[0].crop
    contestant = EveryLoop("all", engine, {frame.index: crop})

    values = contestant.observe(contestant.run(contestant.prepare(frame)))
    nothing = contestant.observe(contestant.run(contestant.prepare(short_clip.frames[1])))

    assert values is not None
    assert [name for name in values if name.startswith("loop") and name[-1].isdigit()] == [
        "loop 1",
        "loop 2",
        "loop 3",
        "loop 4",
    ]
    assert values[FIRST_LOOP] == values["encode"] + values["loop 1"]
    assert nothing is None
