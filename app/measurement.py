# SPDX-License-Identifier: GPL-3.0-or-later
"""The window measures itself while it runs: how soon, how late, how much of the machine."""

from __future__ import annotations

import json
import time
from array import array
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtCore import QEvent, QObject, QTimer

from app import process_usage
from app.first_paint import FirstPaint
from app.window import MainWindow
from app.window_task import WindowTask
from handtrack.hand import FrameResult
from handtrack.pipeline import PipelineStats

SETTLING_SECONDS = 3.0
"""Seconds after the first drawn frame that are not measured: libraries warm up, and the plots fill."""
MEMORY_INTERVAL = 5.0
"""Seconds between two looks at the memory."""


class _Moment:
    """The clocks and counters at one moment."""

    def __init__(self, stats: PipelineStats) -> None:
        self.stats = stats
        self.wall = time.monotonic()
        self.window_thread = time.thread_time()
        self.process = time.process_time()
        self.threads = process_usage.thread_seconds()
        self.resident = process_usage.resident_megabytes()


class WindowMeasurement(WindowTask):
    """Watches a window from before it is shown until it is closed, then writes what it saw as JSON.

    A source that comes to its end closes the window. The keys, with their units, are the fields of
    `WindowMeasure` in handtrack/study/evaluation/speed/window_run.py.
    """

    def __init__(self, window: MainWindow, path: Path, seconds: float | None = None) -> None:
        """seconds: close the window when it was measured for so long; None leaves that to a person."""
        super().__init__(window, needs_frames=seconds is not None)
        self._path, self._seconds = path, seconds
        self._started = process_usage.started_at()
        self._visible: float | None = None
        self._first_frame: float | None = None
        self._first_hand: float | None = None
        self._settled: _Moment | None = None
        self._hand_waits = False
        # Plain numbers in arrays, so that what is noted does not itself show as memory that grows.
        self._latencies = array("f")
        self._stages: dict[str, array[float]] = defaultdict(lambda: array("f"))
        self._loops = array("B")
        self._resident = array("f")
        self._memory_clock = QTimer(self)
        self._memory_clock.timeout.connect(self._note_memory)
        FirstPaint(window).over.connect(self._note_visible)
        window.installEventFilter(self)
        window.bridge.result_ready.connect(self._note_result)
        window.video.drawn.connect(self._note_drawn)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """See the window's end."""
        if event is not None and event.type() == QEvent.Type.Close:
            self._finish()
        return False

    def source_ended(self) -> None:
        """Nothing more can be measured."""
        self.close_window()

    def _note_visible(self) -> None:
        self._visible = time.monotonic() - self._started

    def _note_result(self, result: FrameResult) -> None:
        self._hand_waits = bool(result.hands)
        if self._settled is None:
            return
        for stage, milliseconds in result.timings.items():
            self._stages[stage].append(milliseconds)
        self._loops.extend(hand.iterations for hand in result.hands)

    def _note_drawn(self, captured: float, drawn: float) -> None:
        if self._first_frame is None:
            self._first_frame = drawn - self._started
            QTimer.singleShot(round(SETTLING_SECONDS * 1000), self._settle)
        if self._first_hand is None and self._hand_waits:
            self._first_hand = drawn - self._started
        if self._settled is not None:
            lag = self._window.bridge.player.lag or 0.0
            self._latencies.append(1000 * (drawn - captured - lag))

    def _settle(self) -> None:
        pipeline = self._window.bridge.pipeline
        if pipeline is not None:
            self._settled = _Moment(pipeline.stats())
            self._memory_clock.start(round(MEMORY_INTERVAL * 1000))
            if self._seconds is not None:
                QTimer.singleShot(round(self._seconds * 1000), self._window.close)

    def _note_memory(self) -> None:
        resident = process_usage.resident_megabytes()
        if resident is not None:
            self._resident.append(resident)

    def _finish(self) -> None:
        self._memory_clock.stop()
        self._window.removeEventFilter(self)
        pipeline = self._window.bridge.pipeline
        if self.error is not None:
            return
        if self._settled is None or pipeline is None or not self._latencies:
            self.error = (
                f"Nothing was measured: the window was closed before it had drawn frames for "
                f"{SETTLING_SECONDS:g} seconds; let it run longer."
            )
            return
        values = self._values(self._settled, _Moment(pipeline.stats()))
        try:
            self._path.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            self.error = (
                f"The measurement {self._path} cannot be written ({error.strerror}); name another file."
            )

    def _values(self, settled: _Moment, end: _Moment) -> dict[str, Any]:
        seconds = end.wall - settled.wall
        shares = {
            name: (used - settled.threads.get(name, 0.0)) / seconds for name, used in end.threads.items()
        }
        p50, p95, p99 = np.percentile(self._latencies, (50, 95, 99)).tolist()
        return {
            **self._source_values(),
            "seconds": seconds,
            "visible_seconds": self._visible,
            "first_frame_seconds": self._first_frame,
            "first_hand_seconds": self._first_hand,
            "captured": end.stats.captured - settled.stats.captured,
            "missed": end.stats.missed - settled.stats.missed,
            "dropped": end.stats.dropped - settled.stats.dropped,
            "dropped_before": settled.stats.dropped + settled.stats.missed,
            "tracked": end.stats.tracked - settled.stats.tracked,
            "drawn": len(self._latencies),
            "latency_p50_ms": p50,
            "latency_p95_ms": p95,
            "latency_p99_ms": p99,
            "stage_ms": {stage: float(np.median(values)) for stage, values in self._stages.items()},
            "mean_loops": float(np.mean(self._loops)) if self._loops else None,
            "window_thread_cores": (end.window_thread - settled.window_thread) / seconds,
            "process_cores": (end.process - settled.process) / seconds,
            "thread_cores": {name: share for name, share in sorted(shares.items()) if share >= 0.001},
            "resident_settled_mb": settled.resident,
            "resident_end_mb": end.resident,
            "resident_peak_mb": process_usage.peak_megabytes(),
            "resident_mb": [round(value, 1) for value in self._resident],
        }

    def _source_values(self) -> dict[str, Any]:
        pipeline = self._window.bridge.pipeline
        info = pipeline.source_info if pipeline is not None else None
        if info is None:
            return {}
        return {
            "source": info.name,
            "source_width": info.width,
            "source_height": info.height,
            "source_fps": info.fps,
        }
