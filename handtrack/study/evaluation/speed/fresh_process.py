"""What the measurements of the whole program do in a fresh process, which nothing else has filled."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from handtrack.config import TrackerSettings

# Nothing heavy is imported up here: the tasks are timed from the start of Python.

_MEMORY_SAMPLES: Final = 120


def main() -> None:
    """Do the task that the program's arguments name and write what came of it as one line of JSON."""
    task, *arguments = sys.argv[1:]
    answer = _TASKS[task](*arguments)
    sys.stdout.write(f"\n{json.dumps(answer)}\n")


def process(video: str, out: str, engine: str) -> dict[str, Any]:
    """Process a video headless by the library; seconds of the whole call, models and files included."""
    from handtrack.config import load_settings
    from handtrack.processing import process_source

    settings = load_settings(None, [f"tracker.engine={engine}"])
    begin = time.perf_counter()
    summary = process_source(Path(video), Path(out), settings)
    return {
        "seconds": time.perf_counter() - begin,
        "steady_seconds": summary.seconds,
        "frames": summary.frames,
        "tracked_share": summary.tracked_share,
    }


def first_hand(clip: str, engine: str) -> dict[str, Any]:
    """Track a clip until the first frame with a hand; when that was, in seconds of the time of day."""
    from handtrack.errors import SourceError
    from handtrack.sources.video import VideoSource
    from handtrack.tracking import HandTracker

    with closing(VideoSource(Path(clip))) as source:
        source.open()
        with HandTracker.load(settings=_settings(engine)) as tracker:
            while (frame := source.read()) is not None:
                if tracker.process_frame(frame).hands:
                    return {"at": time.time(), "frame": frame.index}
    raise SourceError(f"no hand was found in {clip}; name a clip that shows one")


def memory(clip: str, engine: str, limit: str, warm_up: str, frames: str) -> dict[str, Any]:
    """Track the first frames of a clip to and fro; the resident bytes now and then, after a warm-up."""
    from handtrack.study.evaluation.speed.clip_frames import load_clip
    from handtrack.study.evaluation.speed.resident import resident_bytes
    from handtrack.tracking import HandTracker

    first, count = int(warm_up), int(frames)
    loaded = load_clip(Path(clip), int(limit))
    every = max(1, count // _MEMORY_SAMPLES)
    places, resident = [], []
    with HandTracker.load(settings=_settings(engine)) as tracker:
        for frame in loaded.to_and_fro(first + count + 1):
            tracker.process_frame(frame)
            place = frame.index - first
            if place >= 0 and (place % every == 0 or place == count):
                now = resident_bytes()
                if now is None:
                    break
                places.append(place)
                resident.append(now)
    return {"places": places, "resident": resident}


def _settings(engine: str) -> TrackerSettings:
    from handtrack.config import load_settings

    return load_settings(None, [f"tracker.engine={engine}"]).tracker


_TASKS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "process": process,
    "first_hand": first_hand,
    "memory": memory,
}
