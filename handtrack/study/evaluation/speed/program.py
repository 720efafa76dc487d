"""The program as a whole, in processes of its own: headless runs, starting up, and memory over time."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from handtrack.errors import HandtrackError
from handtrack.sessions.video import VideoWriter
from handtrack.study.evaluation.speed.clip_frames import P720, Clip

FILE_FPS: Final = 30
CORES: Final = 2
HALF_HOUR_FRAMES: Final = 54_000
"""Thirty minutes at 30 frames a second."""
_CRF: Final = 20
_LEAST_WARM_UP: Final = 100
_MOST_WARM_UP: Final = 1000
_MEMORY_CLIP: Final = 60
"""Frames of the clip that are held in memory: they are not the program's."""
_PATIENCE_S: Final = 3600
_TIMED_IMPORT: Final = """
import sys, time
begin = time.perf_counter()
import handtrack
sys.stdout.write(str(time.perf_counter() - begin))
"""
_TASK: Final = "from handtrack.study.evaluation.speed.fresh_process import main; main()"


class MeasurementError(HandtrackError):
    """A process that was started to be measured failed."""


@dataclass(frozen=True, slots=True)
class ProcessSpeed:
    """A headless run over a 720p file, from its seconds of video over the seconds it took.

    library: the call `process_source`, models loaded and files closed in it. command: `handtrack process` as
    a whole, with the start of Python. steady: from the first result to the last. cores: that it had.
    """

    video_seconds: float
    frames: int
    tracked_share: float
    library: float
    command: float
    steady: float
    cores: int


@dataclass(frozen=True, slots=True)
class StartSpeed:
    """Seconds, medians of fresh processes whose files the system has read before.

    import_package: `import handtrack`, without Python's own start. first_hand: from the start of Python to
    the first frame with a hand.
    """

    runs: int
    import_package: float
    first_hand: float


@dataclass(frozen=True, slots=True)
class MemoryGrowth:
    """Resident memory of a process that tracks a clip over and over, windowless, in MB of a million bytes.

    frames: tracked after a warm-up of as many frames as warm_up. begin, end: at their ends. growth: by the
    trend over these frames. half_hour: the trend carried on to 54,000 frames; low, high: the same from the
    trends of both halves, which tells how far to trust it.
    """

    frames: int
    warm_up: int
    begin: float
    end: float
    growth: float
    half_hour: float
    low: float
    high: float


def measure_process(clip: Clip, engine: str, seconds: float) -> ProcessSpeed:
    """Process so many seconds of the clip at 720p and 30 fps, on two cores where the system allows.

    Raises MeasurementError where the run fails.
    """
    with tempfile.TemporaryDirectory(prefix="handtrack-") as folder:
        video, count = Path(folder) / "clip.mp4", round(seconds * FILE_FPS)
        with VideoWriter(video, fps=FILE_FPS, crf=_CRF) as writer:
            for frame in clip.to_and_fro(count, P720):
                writer.write(frame.image, round(frame.index * 1000 / FILE_FPS))
        with at_most_cores(CORES) as cores:
            found = ask("process", video, Path(folder) / "library", engine)
            process = ("-m", "handtrack", "process", str(video), "--out", str(Path(folder) / "command"))
            _, command_s = run_python(*process, "--set", f"tracker.engine={engine}")
    length = count / FILE_FPS
    return ProcessSpeed(
        video_seconds=length,
        frames=found["frames"],
        tracked_share=found["tracked_share"],
        library=length / found["seconds"],
        command=length / command_s,
        steady=length / found["steady_seconds"],
        cores=cores,
    )


def measure_start(clip: Clip, engine: str, runs: int) -> StartSpeed:
    """Start so many fresh processes of each kind. Raises MeasurementError where one fails."""
    imports = [float(run_python("-c", _TIMED_IMPORT)[0]) for _ in range(runs)]
    firsts = [ask("first_hand", clip.path, engine) for _ in range(runs)]
    # One clock for both processes: the time of day, which is exact enough for seconds.
    return StartSpeed(
        runs,
        statistics.median(imports),
        statistics.median(each["at"] - each["started_at"] for each in firsts),
    )


def measure_memory(clip: Clip, engine: str, frames: int) -> MemoryGrowth | None:
    """Track the clip's first frames, as they are, to and fro for so many frames after a warm-up.

    None where the system does not tell a process its memory. Raises MeasurementError where the run fails.
    """
    warm_up = max(_LEAST_WARM_UP, min(2 * frames, _MOST_WARM_UP))
    found = ask("memory", clip.path, engine, min(len(clip.frames), _MEMORY_CLIP), warm_up, frames)
    if not found["resident"]:
        return None
    places, resident = np.array(found["places"], float), np.array(found["resident"], float) / 1e6
    growth = trend(places, resident) * frames
    middle = len(places) // 2
    halves = [
        trend(places[part], resident[part]) * HALF_HOUR_FRAMES
        for part in (slice(middle), slice(middle, None))
    ]
    return MemoryGrowth(
        frames=frames,
        warm_up=warm_up,
        begin=float(resident[0]),
        end=float(resident[-1]),
        growth=growth,
        half_hour=growth / frames * HALF_HOUR_FRAMES,
        low=min(halves),
        high=max(halves),
    )


def trend(places: np.ndarray, values: np.ndarray) -> float:
    """Slope of values (N,) over places (N,): the median over all pairs, which a single jump does not move.

    Source: Theil and Sen's estimator.
    """
    first, second = np.triu_indices(len(places), 1)
    if not len(first):
        return 0.0
    return float(np.median((values[second] - values[first]) / (places[second] - places[first])))


def ask(task: str, *arguments: object) -> dict[str, Any]:
    """What a task of `fresh_process` answers from a process of its own, and when that was started.

    Raises MeasurementError where it fails.
    """
    started_at = time.time()
    output, _ = run_python("-c", _TASK, task, *map(str, arguments))
    return {"started_at": started_at, **json.loads(output.splitlines()[-1])}


def run_python(*arguments: str) -> tuple[str, float]:
    """Standard output of a fresh Python, and the seconds that it lived. Raises MeasurementError."""
    begin = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise MeasurementError(f"a process did not end within {_PATIENCE_S} s; try fewer frames") from None
    if done.returncode != 0:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        reason = lines[-1] if lines else f"exit code {done.returncode}"
        raise MeasurementError(f"a process of the measurement failed: {reason}")
    return done.stdout, time.perf_counter() - begin


@contextlib.contextmanager
def at_most_cores(wanted: int) -> Iterator[int]:
    """Children started in the block get no more cores than that, where the system can; gives how many."""
    if sys.platform != "linux":
        yield os.cpu_count() or 1
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:wanted])
    try:
        yield min(wanted, len(before))
    finally:
        os.sched_setaffinity(0, before)
