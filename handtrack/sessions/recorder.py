"""Writing a session to disk, so that a crash or a power cut costs no more than its last moment."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import pyarrow as pa

from handtrack.config import Settings
from handtrack.errors import SessionError
from handtrack.hand import FrameResult
from handtrack.pipeline import Pipeline
from handtrack.sessions.folder import (
    STREAM_NAME,
    TABLE_NAME,
    DurableFile,
    prepare_session_folder,
    reason,
    sync_folder,
)
from handtrack.sessions.losses import LostFrames
from handtrack.sessions.manifest import (
    FORMAT_VERSION,
    Manifest,
    Mark,
    VideoSize,
    write_manifest,
)
from handtrack.sessions.schema import SCHEMA, FrameRecord, to_batch
from handtrack.sessions.table_copy import copy_stream
from handtrack.sessions.table_stream import CheckedStream
from handtrack.sessions.video_parts import NoVideo, VideoParts
from handtrack.sources.base import SourceInfo
from handtrack.version import __version__

logger = logging.getLogger(__name__)

_BATCH_FRAMES: Final = 512
"""Frames in one batch of the stream at most: damage costs a batch, and readers limit its size."""


_LONGEST_NAME: Final = 200
_MOST_MARKS: Final = 1000
"""So that the manifest stays within what readers take."""


class SessionRecorder:
    """Writes the results of one source to a session folder; a context manager, used by one thread.

    folder: must not exist, or be empty. source and weights_sha256 go to the manifest with the settings.
    What was written is on the disk after at most `settings.recording.flush_interval` seconds, as long
    as `write` or `flush_if_due` is called that often.
    Raises SessionError where the folder cannot be used, and from every call after which no more can be
    written; what was written before stays readable.
    """

    @classmethod
    def of_pipeline(cls, pipeline: Pipeline, folder: Path, settings: Settings) -> Self:
        """A recorder of what a running pipeline sees, with its source and weights in the manifest."""
        return cls(
            folder,
            settings=settings,
            source=pipeline.source_info,
            weights_sha256=getattr(pipeline.tracker, "weights_sha256", None),
        )

    def __init__(
        self,
        folder: Path,
        *,
        settings: Settings,
        source: SourceInfo | None = None,
        weights_sha256: str | None = None,
    ) -> None:
        prepare_session_folder(folder)
        self.folder = folder
        self._interval = settings.recording.flush_interval
        self._keeps_traces = settings.recording.traces
        self._manifest = Manifest(
            format_version=FORMAT_VERSION,
            program_version=__version__,
            created=datetime.now(UTC).replace(microsecond=0),
            status="recording",
            source=source,
            settings=settings.model_dump(mode="json"),
            weights_sha256=weights_sha256,
        )
        self._pending: list[FrameRecord] = []
        self._first_timestamp: float | None = None
        self._last_timestamp = 0.0
        self._frames = self._hands = self._dropped = 0
        self._closed = self._failed = self._stream_is_cut = False
        self._stack = contextlib.ExitStack()
        with self._errors_named():
            # First, because of two recorders that found the folder empty only one can make this file.
            self._stream_file = self._stack.enter_context(self._claim())
            write_manifest(folder, self._manifest)
            self._stream = CheckedStream(self._stream_file, SCHEMA)
            fps = source.fps if source is not None else 0.0
            keeps_video = settings.recording.video != "none"
            self._video: VideoParts | NoVideo = (
                self._stack.enter_context(VideoParts(folder, settings.recording, fps=fps))
                if keeps_video
                else NoVideo()
            )
            self._sync()
            sync_folder(folder)
        self._last_flush = self._last_write = time.monotonic()

    @property
    def frames_written(self) -> int:
        """Frames taken so far."""
        return self._frames

    @property
    def seconds(self) -> float:
        """Seconds from the first frame taken to the last."""
        return 0.0 if self._first_timestamp is None else self._last_timestamp - self._first_timestamp

    def write(self, result: FrameResult, dropped: int = 0) -> None:
        """Append a frame and its hands. dropped: frames lost so far because the recorder lagged behind."""
        self._check_going()
        if self._first_timestamp is None:
            self._first_timestamp = result.frame.timestamp
        with self._errors_named():
            elapsed_ms = round((result.frame.timestamp - self._first_timestamp) * 1000)
            time_ms = self._video.write(result.frame.image, elapsed_ms)
        record = FrameRecord.of(result, time_ms, dropped)
        self._pending.append(record if self._keeps_traces else record.without_traces())
        self._last_timestamp = result.frame.timestamp
        self._last_write = time.monotonic()
        self._frames += 1
        self._hands += len(result.hands)
        self._dropped = max(self._dropped, dropped)
        if self._manifest.video is None and self._video.size is not None:
            self._note_video_size(result)
        self.flush_if_due()

    def mark(self, name: str = "") -> None:
        """Mark the newest frame, for whoever looks for it later; at once on the disk.

        Raises SessionError after the end of the recording, and where no more can be written.
        """
        self._check_going()
        with self._errors_named():
            mark = Mark(seconds=max(self.seconds, 0.0), name=name[:_LONGEST_NAME])
            self._update_manifest(marks=(*self._manifest.marks, mark)[-_MOST_MARKS:])

    def seconds_until_flush(self) -> float:
        """Time left until `flush_if_due` will have something to do."""
        return max(0.0, self._last_flush + self._interval - time.monotonic())

    def flush_if_due(self) -> None:
        """Force to the disk what was written, if that was last done a flush interval ago."""
        if self.seconds_until_flush() > 0 or self._closed or self._failed:
            return
        # Counted from here, so that a slow disk does not put the next flush off.
        self._last_flush = time.monotonic()
        with self._errors_named():
            # While no new frame comes, nothing else pushes the last picture out.
            if time.monotonic() - self._last_write > self._interval / 2:
                self._video.settle()
            self._write_pending()
            self._sync()
            self._check_still_there()

    def close(
        self, ended: str | None = None, losses: tuple[str, ...] = (), lost: LostFrames | None = None
    ) -> None:
        """Finish the session: the stream, the video, `hands.parquet`, then the manifest; idempotent.

        ended: one line on why; losses: what the source lost, a sentence each; lost: frames that did not come
        here; all for the manifest. After a failure only releases what is open.
        """
        if self._closed:
            return
        self._closed = True
        if self._failed:
            self._abandon()
            return
        with self._errors_named():
            self._write_pending()
            self._stream.close()
            self._video.finish()
            self._sync()
            self._check_still_there()
            self._stack.close()
            self._update_manifest(
                status="complete",
                frames=self._frames,
                hands=self._hands,
                dropped=self._dropped if lost is None else max(self._dropped, lost.recorder),
                untracked=None if lost is None else lost.untracked,
                failed=None if lost is None else lost.failed,
                missed=None if lost is None else lost.source,
                duration=self.seconds,
                ended=ended,
                losses=losses,
                table_crc32=self._write_table(),
            )

    def __enter__(self) -> SessionRecorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(ended=None if kind is None else f"ended by {kind.__name__}: {error}".rstrip(": "))

    def _check_going(self) -> None:
        if self._closed or self._failed:
            raise SessionError(f"the recording to {self.folder} has ended; start a new one")

    def _note_video_size(self, result: FrameResult) -> None:
        frame_width, frame_height = result.frame.size
        width, height = self._video.size or (0, 0)
        size = VideoSize(frame_width=frame_width, frame_height=frame_height, width=width, height=height)
        with self._errors_named():
            self._update_manifest(video=size)

    def _update_manifest(self, **values: object) -> None:
        self._manifest = self._manifest.model_copy(update=values)
        write_manifest(self.folder, self._manifest)

    def _write_pending(self) -> None:
        while self._pending:
            batch = to_batch(self._pending[:_BATCH_FRAMES])
            self._stream_is_cut = True
            self._stream.write(batch)
            self._stream_is_cut = False
            del self._pending[:_BATCH_FRAMES]

    def _sync(self) -> None:
        self._stream_file.sync()
        self._video.sync()

    def _claim(self) -> DurableFile:
        try:
            return DurableFile(self.folder / STREAM_NAME, new=True)
        except FileExistsError:
            raise SessionError(
                f"the output folder {self.folder} was just taken by another recording; name another folder"
            ) from None

    def _check_still_there(self) -> None:
        self._stream_file.check_still_there()
        self._video.check_still_there()

    def _write_table(self) -> str | None:
        """Copy the stream to `hands.parquet`; gives that file's CRC-32, or None where it cannot be made."""
        try:
            return copy_stream(self.folder)
        except (OSError, pa.ArrowException) as error:
            # The table only repeats the stream: the session is whole without it.
            logger.warning("%s could not be made: %s", self.folder / TABLE_NAME, reason(error))
            return None

    def _abandon(self) -> None:
        """Release what is open after a failure, with the last rows if the disk still takes them."""
        with contextlib.suppress(OSError, pa.ArrowException):
            # Anything after half a batch would be read as its other half.
            if not self._stream_is_cut:
                self._write_pending()
        with contextlib.suppress(OSError):
            self._stack.close()

    @contextlib.contextmanager
    def _errors_named(self) -> Iterator[None]:
        """Turn what the disk says into a SessionError, after which nothing more is written."""
        try:
            yield
        except (OSError, pa.ArrowException) as error:
            self._failed = True
            self._abandon()
            raise SessionError(
                f"the recording to {self.folder} stopped after {self._frames} frames: {reason(error)}; "
                "what was written before is readable; make room or choose another folder"
            ) from error
