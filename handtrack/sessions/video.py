"""H.264 video with exact capture times: writing one live or for sharing, and reading one back."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import av
import cv2
import numpy as np
from av.container import InputContainer

from handtrack.native_threads import codec_threads
from handtrack.sessions.folder import DurableFile

logger = logging.getLogger(__name__)

_PYAV: Final = int(av.__version__.partition(".")[0])
MILLISECOND: Final = Fraction(1, 1000)
_KEYFRAME_INTERVAL: Final = 60
"""Frames between pictures that stand alone: what a jump in a replay decodes at most."""
_BT601: Final = 6
"""OpenCV converts with BT.601; saying so lets every player show the same colours."""


def even_size(width: int, height: int) -> tuple[int, int]:
    """Size of the video that holds frames of a size: yuv420p needs even numbers."""
    return max(2, width + width % 2), max(2, height + height % 2)


def fit_into(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Image (H, W, 3) placed at the top left of a picture of the given width and height.

    A larger image is reduced to fit, a smaller one keeps its size. The edge pixels are repeated into
    the rest, which costs the encoder nothing.
    """
    width, height = fitted_size((image.shape[1], image.shape[0]), size)
    if (width, height) != (image.shape[1], image.shape[0]):
        image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    right, bottom = size[0] - width, size[1] - height
    if right or bottom:
        image = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(image)


def fit_back(picture: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Image of the given width and height out of a picture (H, W, 3) that `fit_into` made."""
    width, height = fitted_size(size, (picture.shape[1], picture.shape[0]))
    image = picture[:height, :width]
    if (width, height) != size:
        image = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(image)


def fitted_size(size: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """Width and height that an image of a size takes in a picture of another size."""
    scale = min(1.0, room[0] / size[0], room[1] / size[1])
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


class VideoWriter:
    """Writes frames with their times to one file; a context manager.

    The first frame sets the size; see `fit_into` for frames of other sizes. Matroska goes to a
    DurableFile, frame by frame: what is on disk is playable at any moment, and at most the newest
    frame is still in memory. MP4 goes to a path and is playable once closed.
    Raises OSError when the disk does not take the video.
    """

    def __init__(
        self,
        target: DurableFile | Path,
        *,
        fps: float,
        crf: int,
        preset: str = "veryfast",
        least_size: tuple[int, int] = (1, 1),
    ) -> None:
        """fps: frames a second that are expected. crf, preset: x264's quality and how hard it works.

        least_size: width and height that the video has at least, pixels.
        """
        self._live = isinstance(target, DurableFile)
        # One cluster a frame: a cluster is kept in memory until the next begins.
        options = (
            {"cluster_time_limit": "0", "cluster_size_limit": "1", "flush_packets": "1"}
            if self._live
            else {"movflags": "+faststart"}
        )
        self._container = av.open(
            target if self._live else str(target),
            "w",
            format="matroska" if self._live else "mp4",
            container_options=options,
        )
        self._fps = fps if 1 <= fps <= 1000 else 30.0
        self._crf, self._preset, self._least_size = crf, preset, least_size
        self._stream: Any = None
        self._unsettled: Any = None
        self._next_free_ms = 0
        self._closed = False

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height of the video, pixels, once there is a frame."""
        return None if self._stream is None else (self._stream.width, self._stream.height)

    def has_room_for(self, image: np.ndarray) -> bool:
        """Whether an image (H, W, 3) would keep its size; the first frame always does."""
        size = self.size
        return size is None or (image.shape[1] <= size[0] and image.shape[0] <= size[1])

    def write(self, image: np.ndarray, time_ms: int) -> int:
        """Append a frame (H, W, 3) uint8 BGR; gives its time in the video, milliseconds.

        That is time_ms, or the next free millisecond where this one lies before the last frame.
        """
        if self._stream is None:
            width, height = self._least_size
            self._stream = self._open_stream(
                *even_size(max(width, image.shape[1]), max(height, image.shape[0]))
            )
        picture = fit_into(image, (self._stream.width, self._stream.height))
        # OpenCV's conversion is exact; FFmpeg's usual one is off by up to four levels, and slower.
        planes = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
        frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        time_ms = max(time_ms, self._next_free_ms)
        self._encode(frame, time_ms)
        return time_ms

    def settle(self) -> None:
        """Hand the newest frame to the file too, by repeating it one millisecond later (live only).

        Nothing but a next frame makes the Matroska writer let go of the last one.
        """
        if self._live and self._unsettled is not None:
            self._encode(self._unsettled, self._next_free_ms)
            self._unsettled = None

    def close(self) -> None:
        """Finish the file. Raises OSError; the container is released in any case."""
        if self._closed:
            return
        self._closed = True
        self._unsettled = None
        with _ffmpeg_errors_as_os_errors():
            try:
                if self._stream is not None:
                    self._container.mux(self._stream.encode(None))
            finally:
                self._container.close()

    def __enter__(self) -> VideoWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open_stream(self, width: int, height: int) -> Any:
        # No frame is held back in the encoder of a live recording, neither to look ahead nor to reorder.
        options = {"preset": self._preset, "crf": str(self._crf)}
        if self._live:
            options["tune"] = "zerolatency"
        if codec_threads():
            options["threads"] = str(codec_threads())
        rate = Fraction(self._fps).limit_denominator(1001)
        stream = self._container.add_stream("libx264", rate=rate, options=options)
        stream.width, stream.height = width, height
        stream.pix_fmt = "yuv420p"
        stream.time_base = MILLISECOND
        stream.codec_context.time_base = MILLISECOND
        stream.codec_context.gop_size = _KEYFRAME_INTERVAL
        stream.codec_context.colorspace = _BT601
        return stream

    def _encode(self, frame: Any, time_ms: int) -> None:
        frame.pts, frame.time_base = time_ms, MILLISECOND
        with _ffmpeg_errors_as_os_errors():
            self._container.mux(self._stream.encode(frame))
        self._unsettled = frame
        self._next_free_ms = time_ms + 1


def read_pictures(path: Path) -> Iterator[tuple[int, np.ndarray]]:
    """Time in milliseconds and picture (H, W, 3) uint8 BGR of each frame that can be decoded.

    Raises OSError where the file cannot be opened; a cut end only ends the pictures.
    """
    with _ffmpeg_errors_as_os_errors(), _opened(path) as container:
        if not container.streams.video:
            raise OSError("it holds no video")
        try:
            for frame in container.decode(video=0):
                if frame.pts is not None and frame.time_base is not None:
                    yield round(frame.pts * frame.time_base * 1000), _to_bgr(frame)
        except av.FFmpegError as error:
            logger.warning("%s ends early: %s", path, error)


class PictureFile:
    """A recorded video, from which pictures are taken by their times; belongs to one thread at a time.

    first_ms: time of the first picture, None where none can be decoded. Raises OSError where the file cannot
    be opened.
    """

    _NEAR_MS: Final = 1500
    """A picture that comes so soon after the last one is decoded on the way, without a search."""

    def __init__(self, path: Path) -> None:
        with _ffmpeg_errors_as_os_errors():
            self._container = _opened(path)
        if not self._container.streams.video:
            self._container.close()
            raise OSError("it holds no video")
        self._stream = self._container.streams.video[0]
        self._stream.thread_type = "AUTO"
        self._upcoming: tuple[int, Any] | None = None
        self._frames = self._decoded()
        self._advance()
        self.first_ms: int | None = None if self._upcoming is None else self._upcoming[0]

    def at(self, time_ms: int) -> np.ndarray | None:
        """The picture (H, W, 3) uint8 BGR of exactly that time, milliseconds; None where there is none."""
        here = None if self._upcoming is None else self._upcoming[0]
        if here is None or not here <= time_ms <= here + self._NEAR_MS:
            self._seek(time_ms)
        while self._upcoming is not None and self._upcoming[0] < time_ms:
            self._advance()
        if self._upcoming is None or self._upcoming[0] != time_ms:
            return None
        picture = _to_bgr(self._upcoming[1])
        self._advance()
        return picture

    def close(self) -> None:
        """Release the file."""
        self._container.close()

    def _advance(self) -> None:
        self._upcoming = next(self._frames, None)

    def _seek(self, time_ms: int) -> None:
        base = self._stream.time_base or MILLISECOND
        with contextlib.suppress(av.FFmpegError, OSError):
            self._container.seek(int(time_ms / 1000 / base), stream=self._stream)
        self._frames = self._decoded()
        self._advance()

    def _decoded(self) -> Iterator[tuple[int, Any]]:
        with contextlib.suppress(av.FFmpegError):  # a cut end only ends the pictures
            for frame in self._container.decode(self._stream):
                if frame.pts is not None and frame.time_base is not None:
                    yield round(frame.pts * frame.time_base * 1000), frame


def _to_bgr(frame: Any) -> np.ndarray:
    if frame.format.name != "yuv420p":
        return frame.to_ndarray(format="bgr24")
    return cv2.cvtColor(frame.to_ndarray(format="yuv420p"), cv2.COLOR_YUV2BGR_I420)


def picture_times(path: Path) -> list[int]:
    """Times in milliseconds of the frames in a video, in order, without decoding them.

    Raises OSError where the file cannot be opened or holds no video.
    """
    times = []
    with _ffmpeg_errors_as_os_errors(), _opened(path) as container:
        if not container.streams.video:
            raise OSError("it holds no video")
        with contextlib.suppress(av.FFmpegError):
            for packet in container.demux(video=0):
                if packet.pts is not None and packet.size:
                    times.append(round(packet.pts * packet.time_base * 1000))
    return sorted(times)


def _opened(path: Path) -> InputContainer:
    """A container whose head may hold names that are no text: PyAV 19 takes them as they are."""
    options: dict[str, Any] = {} if _PYAV >= 19 else {"metadata_errors": "replace"}
    return av.open(str(path), **options)


@contextlib.contextmanager
def _ffmpeg_errors_as_os_errors() -> Iterator[None]:
    try:
        yield
    except av.FFmpegError as error:
        if isinstance(error, OSError):
            raise
        raise OSError(error.strerror or str(error)) from error
