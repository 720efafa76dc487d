"""The desktop window, measured while it runs as a program of its own on a clip played as a camera."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from handtrack.errors import HandtrackError, SourceError
from handtrack.screen import VIRTUAL_SCREEN, has_screen

CAMERA_SIZE = (1280, 720)
CAMERA_FPS = 30
_PATIENCE = 120.0
"""Seconds that the window may take to start and to close, beside those that it is measured."""


@dataclass(frozen=True, slots=True)
class WindowMeasure:
    """What one run of the window measured of itself, as `handtrack run --measure` writes it.

    source, source_width, source_height, source_fps: what was played: pixels, frames a second.
    seconds: length of the measurement, which begins 3 s after the first drawn frame. visible_seconds,
    first_frame_seconds, first_hand_seconds: from the start of the process until the whole window, the first
    tracked frame and the first hand were drawn; the last is None without a hand.

    Frames while it was measured: captured, missed (lost by the source before us), dropped (captured but
    replaced by newer ones, so that the tracker never saw them), tracked, drawn. dropped_before: missed or
    dropped before the measurement.

    latency_p50_ms, latency_p95_ms, latency_p99_ms: from a frame's capture until its picture was painted.
    stage_ms: median milliseconds of the tracker's stages. mean_loops: of all hands; None without one.

    Processor time over wall time, 1 is one core: window_thread_cores, process_cores, thread_cores by the
    thread's name. Resident memory in MB (a million bytes): resident_settled_mb and resident_end_mb at both
    ends of the measurement, resident_mb every 5 s of it, resident_peak_mb since the start. What a system
    does not tell is None.
    """

    source: str
    source_width: int
    source_height: int
    source_fps: float
    seconds: float
    visible_seconds: float
    first_frame_seconds: float
    first_hand_seconds: float | None
    captured: int
    missed: int
    dropped: int
    dropped_before: int
    tracked: int
    drawn: int
    latency_p50_ms: float
    latency_p95_ms: float
    latency_p99_ms: float
    stage_ms: dict[str, float]
    mean_loops: float | None
    window_thread_cores: float
    process_cores: float
    thread_cores: dict[str, float]
    resident_settled_mb: float | None
    resident_end_mb: float | None
    resident_peak_mb: float | None
    resident_mb: tuple[float, ...]

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what the window wrote. Raises HandtrackError where it is something else."""
        try:
            values: dict[str, Any] = json.loads(text)
            values["resident_mb"] = tuple(values["resident_mb"])
            return cls(**{field.name: values[field.name] for field in fields(cls)})
        except (KeyError, TypeError, ValueError) as error:
            raise HandtrackError(
                f"the window's measurement cannot be read ({error}); measure again"
            ) from None


def measure_window(
    source: str, seconds: float, *, overrides: Sequence[str] = (), screen: Sequence[str] | None = None
) -> WindowMeasure:
    """Open the window on a source, let it measure itself for so many seconds, and give what it measured.

    source: as for `handtrack run`; a video file is played in real time, as a camera would deliver it.
    overrides: settings as "section.key=value". screen: a command that gives the window a screen, in front of
    its own; None takes the screen of this session, or a virtual one (xvfb-run) where there is none.
    Raises HandtrackError with what the window said, or where there is no screen for it.
    """
    command = [
        *(screen if screen is not None else _screen_command()),
        sys.executable,
        "-m",
        "handtrack",
        "run",
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "window.json"
        command += [source, "--quit-after", f"{seconds:g}", "--measure", str(file)]
        command += [word for override in overrides for word in ("--set", override)]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=seconds + _PATIENCE, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise HandtrackError(f"the window could not be measured: {error}") from None
        if done.returncode or not file.is_file():
            said = done.stderr.strip().splitlines()
            reason = said[-1] if said else f"it ended with {done.returncode} and said nothing"
            raise HandtrackError(f"the window could not be measured: {reason}")
        return WindowMeasure.from_json(file.read_text(encoding="utf-8"))


def _screen_command() -> tuple[str, ...]:
    if has_screen() or "QT_QPA_PLATFORM" in os.environ:
        return ()
    if shutil.which(VIRTUAL_SCREEN[0]) is None:
        raise HandtrackError(
            "there is no screen to measure the window on; install xvfb, which gives a virtual one"
        )
    return VIRTUAL_SCREEN


def make_camera_clip(clip: Path, path: Path, *, seconds: float) -> None:
    """Write so many seconds of a clip as a camera of 1280 x 720 pixels and 30 frames a second would see them.

    The pictures run to and fro, so that the hand never jumps, also not where the new clip is played again
    from its start if it ends at one. They keep their aspect; the sides are filled with the picture's edge.
    Raises SourceError if the clip cannot be read or the new one not be written.
    """
    import av
    import cv2

    from handtrack.study.evaluation.speed.clip_frames import load_clip

    count = max(round(seconds * CAMERA_FPS), 1)
    frames = load_clip(clip, count // 2 + 1).to_and_fro(count, CAMERA_SIZE, sides=cv2.BORDER_REPLICATE)
    try:
        with av.open(str(path), "w", format="mp4") as container:
            stream = container.add_stream("libx264", rate=CAMERA_FPS, options={"preset": "fast", "crf": "20"})
            stream.width, stream.height = CAMERA_SIZE
            stream.pix_fmt = "yuv420p"
            for frame in frames:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(frame.image, format="bgr24")))
            container.mux(stream.encode(None))
    except OSError as error:  # FFmpeg's errors of the disk among them
        raise SourceError(
            f"the clip {path} cannot be written ({error.strerror}): name another file"
        ) from None
