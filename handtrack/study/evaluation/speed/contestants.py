"""Our tracker and our network as contestants, with what their engine was seen to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from handtrack.config import TrackerSettings
from handtrack.cropping import warp_crop
from handtrack.detectors import HandFinder
from handtrack.engines import Engine, every_loop
from handtrack.hand import Crop, Frame, FrameResult
from handtrack.model.constants import CROP_PIXELS
from handtrack.study.evaluation.speed.clip_frames import Size, fitted
from handtrack.study.evaluation.speed.observed_engine import ENCODE, ObservedEngine, Spent, loop_stage
from handtrack.study.evaluation.speed.race import on_processor
from handtrack.tracking import HandTracker

ESTIMATOR: Final = "estimator"
LOOPS: Final = "loops"
FIRST_LOOP: Final = "encode and loop 1"
STAGE: Final = "stage "
"""Before the names of the tracker's own times, which it may call as it likes."""


class TrackedClip:
    """A tracker that follows the hands of a clip; a frame counts where all are followed without a search.

    Values: "estimator", milliseconds in the engine; "loops", mean over the hands; each stage of the engine,
    see `ObservedEngine.take`; their processor times, see `on_processor`; and the tracker's own timings, with
    `STAGE` before their names.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        detector: HandFinder,
        settings: TrackerSettings,
        size: Size | None = None,
    ) -> None:
        """size: width and height to which the clip's pictures are brought first; None leaves them."""
        self.name = name
        self._engine = ObservedEngine(engine)
        self._tracker = HandTracker(self._engine, detector, settings)
        self._wanted = settings.max_hands
        self._size = size

    def prepare(self, frame: Frame) -> Frame:
        """The frame in the wanted size."""
        return frame if self._size is None else replace(frame, image=fitted(frame.image, self._size))

    def run(self, prepared: Frame) -> FrameResult:
        """Track the next frame."""
        return self._tracker.process_frame(prepared)

    def observe(self, outcome: FrameResult) -> Mapping[str, float] | None:
        """What the frame took, by part; see the class."""
        stages = self._engine.take()
        if outcome.detector_ran or len(outcome.hands) < self._wanted:
            return None
        return {
            **_named({**stages, ESTIMATOR: _sum(stages.values())}),
            LOOPS: float(np.mean([hand.iterations for hand in outcome.hands])),
            **{STAGE + name: value for name, value in outcome.timings.items()},
        }


class EveryLoop:
    """A network that runs all its loops on every crop, from nothing, without asking the gate.

    Values: each stage of the engine, and "encode and loop 1"; their processor times, see `on_processor`.
    """

    def __init__(self, name: str, engine: Engine, crops: Mapping[int, Crop]) -> None:
        """crops: by frame index; frames without one are left out."""
        self.name = name
        self._engine = ObservedEngine(engine)
        self._crops = crops

    def prepare(self, frame: Frame) -> np.ndarray | None:
        """The network's input, a batch of one."""
        crop = self._crops.get(frame.index)
        return None if crop is None else warp_crop(frame.image, crop, CROP_PIXELS)[None]

    def run(self, prepared: np.ndarray | None) -> bool:
        """Encode once and run every loop; whether there was anything to run on."""
        if prepared is None:
            return False
        every_loop(self._engine, prepared)
        return True

    def observe(self, outcome: bool) -> Mapping[str, float] | None:
        """What each part took."""
        stages = self._engine.take()
        if not outcome:
            return None
        return _named({**stages, FIRST_LOOP: _sum((stages[ENCODE], stages[loop_stage(0)]))})


def _sum(parts: Iterable[Spent]) -> Spent:
    parts = tuple(parts)
    return Spent(sum(each.time for each in parts), sum(each.processor for each in parts))


def _named(stages: Mapping[str, Spent]) -> dict[str, float]:
    """Times and processor times, each under its own name."""
    return {
        **{name: each.time for name, each in stages.items()},
        **{on_processor(name): each.processor for name, each in stages.items()},
    }
