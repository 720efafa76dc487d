"""A video file as a source."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Frame, read_only
from handtrack.native_threads import codec_threads
from handtrack.sources.base import PIXEL_LIMIT, SourceInfo
from handtrack.sources.damage import DamageLog
from handtrack.sources.frame_times import FrameTimes
from handtrack.sources.orientation import Orientation, frame_orientation
from handtrack.sources.pixel_aspect import exact_aspect, shown_size
from handtrack.sources.rising_times import RisingTimes

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_Timed: TypeAlias = "tuple[VideoFrame, float]"
"""A decoded frame and when it is shown, in seconds within the file; guessed where the file does not say."""
ASSUMED_FPS = 25.0
"""Frames a second where a file does not say."""

_CLOSE_PATIENCE = 1.0
_SAME_MOMENT = 1e-6
"""Seconds by which a place may miss a frame's own time, for it was added and taken away."""
# FFmpeg "plays" plain text as pictures of a terminal; nobody means that.
_TEXT_CODECS = ("ansi", "bintext", "idf", "xbin")
_TRANSPORT_STREAM = "mpegts"


class VideoSource:
    """Reads a video file with its real presentation times, upright and with square pixels as players show it.

    Frames come as fast as they are read; see `handtrack.sources.played` for a pace. A file that is cut off or
    damaged is read as far as it can be; `losses` says what is missing.
    mirrored: the file shows the world as a mirror does, and is turned back.
    """

    def __init__(self, path: Path, *, mirrored: bool = False) -> None:
        self._path = path
        self._mirrored = mirrored
        self._closed = threading.Event()
        self._times = RisingTimes()
        # Held while libav works, so that nothing is freed under its hands.
        self._decoding = threading.Lock()
        self._container: InputContainer | None = None
        self._stream: VideoStream | None = None
        self._frames: Iterator[_Timed] = iter(())
        self._ready: deque[_Timed] = deque()
        self._orientation: Orientation = Orientation()
        self._stated_aspect: Fraction | None = None
        self._aspect: Fraction | None = None
        self._interval = 1.0 / ASSUMED_FPS
        self._presentation = 0.0
        self._begin = 0.0
        self._end: float | None = None
        self._damage = DamageLog(self._interval)
        self._never_sought = True
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
            upcoming = self._next_decoded()
            if upcoming is None:
                return None
            decoded, presentation = upcoming
            self._presentation = presentation
            if self._never_sought:
                self._damage.frame(presentation, key=decoded.key_frame, corrupt=decoded.is_corrupt)
            image = self._picture(decoded)
        self._count += 1
        timestamp = self._times.stamp(presentation, self._interval)
        return Frame(
            read_only(image), timestamp, self._count - 1, position=max(presentation - self._begin, 0.0)
        )

    def seek(self, position: float) -> None:
        """Give next the last frame at or before so many seconds from the first one, or the first one.

        Raises SourceError where the file cannot be read any more.
        """
        with self._decoding:
            if self._closed.is_set():
                return
            self._never_sought = False  # what is missing is told of one way from the beginning to the end
            wanted = self._begin + position + _SAME_MOMENT
            if not self._seek_by_index(wanted):
                self._release()
                self._open_container()
                self._pass_over(wanted)

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
        """Frames that are missing or damaged, as far as the file was played; see `Source.losses`."""
        return self._damage.sentences()

    def _open(self) -> SourceInfo:
        if self._closed.is_set():
            raise SourceError(f"video {self._path} was closed")
        stream = self._open_container()
        rate = stream.average_rate or stream.guessed_rate
        fps = float(rate) if rate else 0.0
        self._interval = 1.0 / (fps or ASSUMED_FPS)
        self._end = _end_of(stream, self._container)
        begin = None
        if stream.start_time is not None and stream.time_base is not None:
            begin = float(stream.start_time * stream.time_base)
        self._damage = DamageLog(self._interval, begin)
        first = next(self._frames, None)
        if first is None:
            raise SourceError(
                f"video {self._path} holds no picture that can be decoded: it is damaged or cut off; "
                "give another file"
            )
        self._ready.append(first)
        picture, self._begin = first
        orientation = frame_orientation(picture)
        self._orientation = replace(orientation, flip_x=orientation.flip_x != self._mirrored)
        self._stated_aspect = _stated_aspect(stream)
        width, height = self._orientation.size(*self._square_size(picture))
        length = f", {self._end:.1f} s" if self._end else ""
        notes = f", {orientation}" if orientation else ""
        if (width, height) != self._orientation.size(picture.width, picture.height):
            notes += f", stored as {picture.width} x {picture.height}"
        notes += ", turned back from a mirror's picture" if self._mirrored else ""
        return SourceInfo(
            name=self._path.name,
            width=width,
            height=height,
            fps=fps,
            frame_count=stream.frames or None,
            live=False,
            detail=f"{stream.codec_context.name}, {width} x {height}, {fps:.4g} frames/s{length}{notes}",
            duration=None if self._end is None else max(self._end - self._begin - self._interval, 0.0),
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
        self._check_size(streams[0].codec_context.width, streams[0].codec_context.height)
        streams[0].thread_type = "AUTO"
        streams[0].codec_context.thread_count = codec_threads()
        self._stream = streams[0]
        self._frames = self._decode(container, streams[0])
        return streams[0]

    def _decode(self, container: InputContainer, stream: VideoStream) -> Iterator[_Timed]:
        """Decoded frames from here on; damaged packets are noted and passed over."""
        import av

        times = FrameTimes(self._interval, jumps=container.format.name == _TRANSPORT_STREAM)
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.FFmpegError, OSError) as error:
                if not isinstance(error, StopIteration):
                    self._damage.report(None)
                return
            if packet.is_corrupt:
                self._damage.report(_time_of(packet))
            try:
                frames = packet.decode()
            except av.FFmpegError:
                self._damage.report(_time_of(packet))
                continue
            for frame in frames:
                yield frame, times.of(None if frame.pts is None else float(frame.time))

    def _next_decoded(self) -> _Timed | None:
        if self._ready:
            return self._ready.popleft()
        decoded = next(self._frames, None)
        if decoded is None and self._never_sought and self._container is not None:
            self._damage.end(self._end)
            self._never_sought = False
        return decoded

    def _seek_by_index(self, wanted: float) -> bool:
        """Have the frame at a presentation time ready, found by the file's index; False where that fails.

        By the same decoder: one made anew for every pass of a loop leaves memory in pieces that the next
        cannot use; with 720p the program grew by 10 MB a minute.
        """
        import av

        container, stream = self._container, self._stream
        # A file that has vanished is opened anew, which says so.
        if container is None or stream is None or stream.time_base is None or not self._path.exists():
            return False
        try:
            container.seek(int(wanted / stream.time_base), stream=stream)
        except (av.FFmpegError, OSError):
            return False
        self._frames = self._decode(container, stream)
        first = next(self._frames, None)
        if first is None or first[0].pts is None or first[1] > max(wanted, self._begin):
            return False
        self._ready.clear()
        self._ready.append(first)
        self._pass_over(wanted)
        return True

    def _pass_over(self, wanted: float) -> None:
        """Decode up to the last frame at or before a presentation time, and keep it and the next one."""
        for timed in self._frames:
            self._ready.append(timed)
            if len(self._ready) > 1:
                if timed[1] > wanted:
                    return
                self._ready.popleft()

    def _square_size(self, decoded: VideoFrame) -> tuple[int, int]:
        """Size of the frame with square pixels, before it is turned. Raises SourceError if it is huge."""
        self._check_size(decoded.width, decoded.height)
        if self._stream is not None and (decoded.key_frame or self._aspect is None):
            # What the video stream itself says may change at a key frame, as broadcasts do; the decoder, some
            # frames ahead, says it earlier.
            self._aspect = self._stated_aspect or exact_aspect(self._stream.codec_context.sample_aspect_ratio)
        size = shown_size(decoded.width, decoded.height, self._aspect)
        return size if size[0] * size[1] <= PIXEL_LIMIT else (decoded.width, decoded.height)

    def _picture(self, decoded: VideoFrame) -> np.ndarray:
        """The picture (H, W, 3) uint8 BGR as players show it."""
        width, height = self._square_size(decoded)
        return self._orientation.apply(decoded.to_ndarray(format="bgr24", width=width, height=height))

    def _check_size(self, width: int, height: int) -> None:
        if width * height > PIXEL_LIMIT:
            raise SourceError(
                f"video {self._path} has pictures of {width} x {height} pixels, and more than "
                f"{PIXEL_LIMIT // 10**6} million are not read: give a smaller one"
            )

    def _release(self) -> None:
        self._frames = iter(())
        self._ready.clear()
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


def _stated_aspect(stream: VideoStream) -> Fraction | None:
    """Width over height of a pixel where the container says something else than the video in it, or None."""
    stated = exact_aspect(stream.sample_aspect_ratio)
    return None if stated == exact_aspect(stream.codec_context.sample_aspect_ratio) else stated


def _time_of(packet: Packet[Any]) -> float | None:
    """When what the packet holds is shown, in seconds; None where it does not say."""
    moment = packet.dts if packet.pts is None else packet.pts
    return None if moment is None or packet.time_base is None else float(moment * packet.time_base)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or " ".join(str(error).split())
