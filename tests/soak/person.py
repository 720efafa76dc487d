"""A person at the window who moves, switches and records at random, through its real widgets."""

from __future__ import annotations

import random
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer

from app.values import Phase, RecordingProgress
from app.window import MainWindow
from handtrack.errors import SessionError
from handtrack.pipeline import Pipeline, PipelineStats
from handtrack.sessions import read_session
from tests.soak.account import Account

_ACTION_SECONDS = 0.6
_SAMPLE_SECONDS = 3.0
_LEAST_SAMPLES, _LONGEST = 16, 3.5
"""A busy machine is between two sources most of the time, and four samples tell nothing: the use goes on
until there are enough, for so many times as long at most."""
_AT_A_CHANGE = 4
"""Frames that may be on their way while a recording is begun or ended."""


@dataclass
class Recorded:
    """A recording: its folder, and how many frames the pipeline had tracked when it began and was ended."""

    folder: Path
    began: int
    ended: int | None = None


class Person(QObject):
    """Uses a window for so many seconds, a busy one for longer, then closes it; `faults`: what was wrong."""

    def __init__(self, window: MainWindow, sources: list[str], seconds: float, seed: int) -> None:
        super().__init__(window)
        self.faults: list[str] = []
        self.account = Account()
        self.recorded: list[Recorded] = []
        self.opened = 0
        self.hands_seen = [0, 0, 0]
        self._window, self._sources = window, sources
        self._random = random.Random(seed)
        self._end = time.monotonic() + seconds
        self._latest = self._end + (_LONGEST - 1) * seconds
        self._source_seconds = min(max(seconds / 12, 8.0), 30.0)
        self._next_source = 0.0
        # Not held: with its pipeline a tracker would live on, which must end with its source.
        self._counted: weakref.ref[Pipeline] | None = None
        self._sums = PipelineStats(0, 0, 0, 0, 0, 0, 0.0, 0.0)
        self._progress: RecordingProgress | None = None
        window.bridge.failed.connect(lambda sentence: self.faults.append(f"the window said: {sentence}"))
        window.bridge.result_ready.connect(self._count_hands)
        window.bridge.recording_changed.connect(self._note_recording)
        self._clocks = [self._every(_ACTION_SECONDS, self._act), self._every(_SAMPLE_SECONDS, self._sample)]

    def _every(self, seconds: float, call: Callable[[], None]) -> QTimer:
        clock = QTimer(self)
        clock.timeout.connect(call)
        clock.start(round(1000 * seconds))
        return clock

    def _count_hands(self, result: object) -> None:
        self.hands_seen[min(len(result.hands), 2)] += 1  # type: ignore[attr-defined]

    def _note_recording(self, progress: RecordingProgress) -> None:
        self._progress = progress

    def _act(self) -> None:
        now, bridge, controls = time.monotonic(), self._window.bridge, self._window.controls
        enough = len(self.account.samples) >= _LEAST_SAMPLES
        if now >= (self._end if enough else self._latest):
            self._finish()
            return
        if bridge.phase in (Phase.STOPPED, Phase.ENDED):
            controls.start_stop.click()
            return
        if bridge.phase is not Phase.RUNNING:
            return
        if now >= self._next_source:
            self._next_source = now + self._source_seconds * self._random.uniform(0.7, 1.3)
            self._end_recording(click=self._random.random() < 0.5)
            self._count_pipeline()
            self._window.open_source(self._sources[self.opened % len(self._sources)])
            self.opened += 1
            return
        self._random.choice(
            [
                lambda: controls.gate.slider.setValue(self._random.randint(0, 100)),
                lambda: controls.gate.slider.setValue(self._random.randint(0, 100)),
                controls.smoothing.click,
                controls.mirror.click,
                lambda: controls.hands_button(self._random.choice((1, 2, 2, 2))).click(),
                self._toggle_recording,
                self._toggle_recording,
            ]
        )()

    def _toggle_recording(self) -> None:
        bridge, pipeline = self._window.bridge, self._window.bridge.pipeline
        if bridge.recording or pipeline is None:
            self._end_recording(click=True)
            return
        # A file is opened again for its recording, and counted from its start.
        live = pipeline.source_info is not None and pipeline.source_info.live
        began = pipeline.stats().tracked if live else 0
        self._count_pipeline()
        self._window.controls.record.click()
        if self._progress is not None and self._progress.active:
            self.recorded.append(Recorded(self._progress.folder, began))

    def _end_recording(self, click: bool) -> None:
        """Note where a recording ends; without a click the change of the source ends it."""
        bridge = self._window.bridge
        pipeline = bridge.pipeline
        if bridge.recording and bridge.phase is Phase.RUNNING and self.recorded and pipeline is not None:
            if click:
                self._window.controls.record.click()
            self.recorded[-1].ended = pipeline.stats().tracked

    def _count_pipeline(self) -> None:
        """What the pipeline that ends now has seen must be tracked, dropped or failed."""
        pipeline = self._window.bridge.pipeline
        if pipeline is None or (self._counted is not None and self._counted() is pipeline):
            return
        self._counted = weakref.ref(pipeline)
        stats = pipeline.stats()
        lost = stats.captured - stats.tracked - stats.dropped - stats.failed
        # One frame may lie in the slot, and one be in the tracker's hands.
        if not 0 <= lost <= 3:
            self.faults.append(f"{lost} of {stats.captured} frames are neither tracked nor dropped: {stats}")
        self._sums = PipelineStats(
            self._sums.captured + stats.captured,
            self._sums.missed + stats.missed,
            self._sums.tracked + stats.tracked,
            self._sums.dropped + stats.dropped,
            self._sums.failed + stats.failed,
            0,
            0.0,
            0.0,
        )

    def _sample(self) -> None:
        bridge = self._window.bridge
        # Between two sources, or while a session is written, there is more for a moment.
        if bridge.phase is not Phase.RUNNING or bridge.recording or bridge.closing:
            return
        name = bridge.pipeline.source_info.name if bridge.pipeline and bridge.pipeline.source_info else "?"
        self.account.sample(name, self._sums.tracked, self._sums.dropped, len(self.recorded))

    def _finish(self) -> None:
        for clock in self._clocks:
            clock.stop()
        self._end_recording(click=True)
        self._count_pipeline()
        self._window.close()

    def check_sessions(self) -> None:
        """Read every session, and compare it with what was tracked meanwhile; after the window's end."""
        for recorded in self.recorded:
            if not recorded.folder.exists() and not recorded.ended:
                continue  # ended before its first frame
            try:
                session = read_session(recorded.folder)
                # One that was ended before its first frame has a video without a picture.
                pictures = sum(frame.image is not None for frame in session.frames()) if len(session) else 0
            except SessionError as error:
                self.faults.append(f"a session cannot be read: {error}")
                continue
            if not session.whole or pictures != len(session):
                self.faults.append(f"{recorded.folder.name}: {pictures} pictures of {len(session)} frames")
            if recorded.ended is None:
                continue  # it came to its end by itself, or was ended before it began
            kept, tracked = len(session) + (session.manifest.dropped or 0), recorded.ended - recorded.began
            if abs(kept - tracked) > _AT_A_CHANGE:
                self.faults.append(
                    f"{recorded.folder.name}: of {tracked} frames {kept} were kept or counted as dropped"
                )
