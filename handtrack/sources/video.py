"""A video file as a source."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from handtrack.errors import SourceError
from handtrack.hand import Frame, read_only
from handtrack.sources.base import SourceInfo
from handtrack.sources.orientation import Orientation, frame_orientation
from handtrack.sources.playback import PlaybackClock

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

logger = logging.getLogger(__name__)

ASSUMED_FPS = 25.0
"""Frames a second where a file does not say."""

_CLOSE_PATIENCE = 1.0
# FFmpeg "plays" plain text as pictures of a terminal; nobody means that.
_TEXT_CODECS = ("ansi", "bintext", "idf", "xbin")


class VideoSource:
    """Plays a video file with its real presentation times, turned upright as players show it.

    A file that is cut off or damaged is played as far as it can be read; a warning says so.
    """

    def __init__(self, path: Path, *, realtime: bool, loop: bool) -> None:
        self._path = path
        self._loop = loop
        self._closed = threading.Event()
        self._clock = PlaybackClock(realtime=realtime, closed=self._closed)
        # Held while libav works, so that nothing is freed under its hands.
        self._decoding = threading.Lock()
        self._container: InputContainer | None = None
        self._stream: VideoStream | None = None
        self._frames: Iterator[VideoFrame] = iter(())
        self._first: VideoFrame | None = None
        self._first_pts: int | None = None
        self._orientation: Orientation = Orientation()
        self._interval = 1.0 / ASSUMED_FPS
        self._presentation = 0.0
        self._end: float | None = None
        self._damaged_packets = 0
        self._first_pass = True
        self._count = 0

    def open(self) -> SourceInfo:
        """Open the file and decode its first picture. Raises SourceError if it has none."""
        with self._decoding:
            try:
                return self._open()
            except BaseException:
                self._release()
                raise

    def read(self) -> Frame | None:
        """Next frame, or None at the end or once closed."""
        with self._decoding:
            if self._closed.is_set():
                self._release()
                return None
            decoded = self._next_decoded()
            if decoded is None:
                return None
            presentation = self._presentation_time(decoded)
            image = self._orientation.apply(decoded.to_ndarray(format="bgr24"))
        # Waiting happens outside the lock, so that close never waits for a frame to be due.
        timestamp = self._clock.stamp(presentation, self._interval)
        if timestamp is None:
            return None
        frame = Frame(read_only(image), timestamp, self._count)
        self._count += 1
        return frame

    def close(self) -> None:
        """Release the file; a waiting `read` returns at once."""
        self._closed.set()
        # A decoder that is stuck on a slow disk releases the file itself when it comes back.
        if self._decoding.acquire(timeout=_CLOSE_PATIENCE):
            try:
                self._release()
            finally:
                self._decoding.release()

    def losses(self) -> tuple[str, ...]:
        """None: see `Source.losses`."""
        return ()

    def _open(self) -> SourceInfo:
        if self._closed.is_set():
            raise SourceError(f"video {self._path} was closed")
        stream = self._open_container()
        rate = stream.average_rate or stream.guessed_rate
        fps = float(rate) if rate else 0.0
        self._interval = 1.0 / (fps or ASSUMED_FPS)
        self._end = _end_of(stream, self._container)
        self._first = next(self._frames, None)
        if self._first is None:
            raise SourceError(
                f"video {self._path} holds no picture that can be decoded: it is damaged or cut off; "
                "give another file"
            )
        self._first_pts = self._first.pts
        self._orientation = frame_orientation(self._first)
        width, height = self._orientation.size(self._first.width, self._first.height)
        length = f", {self._end:.1f} s" if self._end else ""
        turned = f", {self._orientation}" if self._orientation else ""
        return SourceInfo(
            name=self._path.name,
            width=width,
            height=height,
            fps=fps,
            frame_count=stream.frames or None if not self._loop else None,
            live=False,
            detail=f"{stream.codec_context.name}, {width} x {height}, {fps:.4g} frames/s{length}{turned}",
        )

    def _open_container(self) -> VideoStream:
        """Open the file from its start; decoding goes on in self._frames."""
        import av

        try:
            if self._path.stat().st_size == 0:
                raise SourceError(f"video {self._path} is empty (0 bytes): copy or record it again")
            self._container = container = av.open(str(self._path.resolve()))
        except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
            raise SourceError(f"video {self._path} cannot be opened: {error.strerror}") from None
        except (av.FFmpegError, OSError) as error:
            raise SourceError(
                f"{self._path} is not a video that can be played, or it is cut off before its index "
                f"({_reason(error)}): give another file"
            ) from None
        # An album cover of a sound file is a stream of one picture.
        cover = av.stream.Disposition.attached_pic
        streams = [stream for stream in container.streams.video if not stream.disposition & cover]
        if not streams or streams[0].codec_context.name in _TEXT_CODECS:
            raise SourceError(f"{self._path} holds no video: give another file")
        streams[0].thread_type = "AUTO"
        self._stream = streams[0]
        self._frames = self._decode(container, streams[0])
        return streams[0]

    def _decode(self, container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
        """Decoded frames of one pass; damaged packets are counted and passed over."""
        import av

        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError, OSError) as error:
                if not isinstance(error, StopIteration):
                    self._damaged_packets += 1
                return
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self._damaged_packets += 1
                continue
            yield from frames

    def _next_decoded(self) -> VideoFrame | None:
        """Next decoded frame of this pass or, when looping, of the next one."""
        if self._first is not None:
            first, self._first = self._first, None
            return first
        decoded = next(self._frames, None)
        if decoded is not None or self._container is None or self._stream is None:
            return decoded
        self._report_damage()
        if not self._loop:
            self._release()
            return None
        again = self._rewind(self._container, self._stream)
        if again is None:
            self._release()
            self._open_container()
            again = next(self._frames, None)
        return again

    def _rewind(self, container: InputContainer, stream: VideoStream) -> VideoFrame | None:
        """The first picture again, or None where the file cannot be searched for it.

        A decoder made anew for every pass leaves memory in pieces that the next cannot use: with 720p the
        program grew by 10 MB a minute.
        """
        import av

        if not self._path.exists():
            return None  # opening it again says so
        try:
            container.seek(0)
        except (av.FFmpegError, OSError):
            return None
        frames = self._decode(container, stream)
        first = next(frames, None)
        if first is None or first.pts is None or first.pts != self._first_pts:
            return None
        self._frames = frames
        return first

    def _presentation_time(self, decoded: VideoFrame) -> float:
        """When the frame is shown, in seconds within the file; guessed where the file does not say."""
        if decoded.pts is not None:
            self._presentation = float(decoded.time)
        elif self._count:
            self._presentation += self._interval
        return self._presentation

    def _report_damage(self) -> None:
        """Warn once if the file ended early or parts of it could not be decoded."""
        if not self._first_pass:
            return
        self._first_pass = False
        reached = self._presentation + self._interval
        if self._end is not None and reached < self._end - max(0.25, 3 * self._interval):
            logger.warning(
                "video %s ends after %.1f s of %.1f s: it is cut off or damaged",
                self._path,
                reached,
                self._end,
            )
        elif self._damaged_packets:
            logger.warning(
                "video %s is damaged: %d parts were passed over", self._path, self._damaged_packets
            )

    def _release(self) -> None:
        self._frames = iter(())
        self._first = None
        if self._container is not None:
            self._container.close()
            self._container = self._stream = None


def _end_of(stream: VideoStream, container: InputContainer | None) -> float | None:
    """Presentation time in seconds at which the file says that its pictures end; None if it does not."""
    start = float((stream.start_time or 0) * stream.time_base) if stream.time_base else 0.0
    if stream.duration is not None and stream.time_base is not None:
        return start + float(stream.duration * stream.time_base)
    # Matroska notes each stream's end as "HH:MM:SS.nnnnnnnnn".
    noted = stream.metadata.get("DURATION", "").split(":")
    if len(noted) == 3:
        try:
            return int(noted[0]) * 3600 + int(noted[1]) * 60 + float(noted[2])
        except ValueError:
            return None
    if container is not None and container.duration is not None and len(container.streams) == 1:
        return start + container.duration / 1e6
    return None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or " ".join(str(error).split())
