"""The recorded pictures with the hands drawn on them, H.264 with the recorded times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from handtrack.drawing import draw_result
from handtrack.errors import ExportError
from handtrack.exports.job import ExportJob
from handtrack.sessions.video import VideoWriter

_CRF: Final = 20
"""Quality of x264: lines of the drawing stay sharp."""


def write(job: ExportJob, path: Path) -> Iterator[str]:
    """Write every frame whose picture was recorded. Raises ExportError where there is none."""
    session = job.session
    if not session.has_video:
        raise ExportError(f"{session.folder} was recorded without pictures; nothing can be written as mp4")
    table = session.table
    largest = (
        table["frame_width"].to_numpy().max(initial=1),
        table["frame_height"].to_numpy().max(initial=1),
    )
    written, begin_ms = 0, 0
    with VideoWriter(path, fps=job.fps, crf=_CRF, least_size=(int(largest[0]), int(largest[1]))) as video:
        for frame in session.frames():
            if frame.image is None:
                continue
            begin_ms = begin_ms if written else frame.record.video_time_ms
            result = frame.result()
            if job.track is not None:
                result = replace(result, hands=tuple(h for h in result.hands if h.track_id == job.track))
            video.write(draw_result(frame.image, result), frame.record.video_time_ms - begin_ms)
            written += 1
    if not written:
        raise ExportError(f"no picture of {session.folder} can be read; nothing can be written as mp4")
    if missing := len(session) - written:
        yield f"{missing} of {len(session)} frames have no picture and are left out"
