"""What each step on a frame's way takes by itself, from the file to the drawn picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from handtrack.cropping import warp_crop
from handtrack.drawing import draw_result
from handtrack.engines import Engine
from handtrack.model.constants import CROP_PIXELS
from handtrack.model.gate_rule import should_exit
from handtrack.study.evaluation.speed.clip_frames import P720
from handtrack.study.evaluation.speed.contestants import EveryLoop
from handtrack.study.evaluation.speed.observed_engine import loop_stage
from handtrack.study.evaluation.speed.timing import Percentiles, percentiles, timed
from handtrack.study.evaluation.speed.trial import Trial
from handtrack.tracking import HandTracker
from handtrack.tracking.track import HandTrack

_SEARCHES: Final = 30
"""Most frames that the detector is timed on: it is by far the slowest, and rests in use."""


def measure_stages(trial: Trial, engine: Engine) -> dict[str, Percentiles]:
    """Milliseconds of each stage at 720p, one hand, in the order of a frame's way.

    decode is that of the clip as it is. gate is the decision of one loop. smoothing is that of both joint
    sets. Stages that never came up are missing.
    """
    settings = trial.settings
    tracker = HandTracker(engine, trial.detector, settings)
    samples: dict[str, list[float]] = {
        name: []
        for name in ("decode", "detect", "crop", "encode", *map(loop_stage, range(engine.max_iterations)))
    }
    samples |= {"gate": [], "smoothing": [], "drawing": []}
    decode = trial.clip.decode_ms
    samples["decode"] = list(decode[min(trial.warm_up, len(decode) - 1) :])
    track: HandTrack | None = None
    for frame in trial.frames(P720):
        result = tracker.process_frame(frame)
        trial.probe.sample()
        if not result.hands:
            continue
        hand = result.hands[0]
        if track is None or track.track_id != hand.track_id:
            track = HandTrack(hand.track_id, hand.raw_joints_2d, hand.handedness, 1.0)
        _, crop = timed(warp_crop, frame.image, hand.crop, CROP_PIXELS)
        _, smoothing = timed(track.smooth, hand, frame.timestamp, settings)
        exit_probability = np.array([hand.exit_probability], np.float32)
        _, gate = timed(should_exit, exit_probability, result.gate_threshold)
        _, drawing = timed(draw_result, frame.image, result)
        every = EveryLoop("every loop", engine, {frame.index: hand.crop})
        loops: Mapping[str, float] = every.observe(every.run(every.prepare(frame))) or {}
        if frame.index < trial.warm_up:
            continue
        found = {"crop": crop, "gate": gate, "smoothing": smoothing, "drawing": drawing, **loops}
        if len(samples["detect"]) < _SEARCHES:
            found["detect"] = timed(trial.detector.detect, frame.image)[1]
        for name, milliseconds in found.items():
            if name in samples:
                samples[name].append(milliseconds)
    return {name: times for name, each in samples.items() if (times := percentiles(each))}
