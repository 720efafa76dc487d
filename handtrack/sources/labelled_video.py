"""A video whose hands are known: writing one from frames that carry their truth, and playing one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Frame, Handedness, HandTruth, read_only
from handtrack.sources.base import SourceInfo
from handtrack.sources.truth_file import ClipTruth, read_truth, truth_path, write_truth
from handtrack.sources.video import VideoSource

_BT601 = 6
"""OpenCV converts with BT.601; saying so lets every player show the same colours."""


class LabelledVideoSource(VideoSource):
    """Plays a video whose truth lies beside it, so that each frame carries its true hands.

    The truth is that of the picture as players show it; where that is turned back, so are its hands.
    """

    def __init__(self, path: Path, *, mirrored: bool = False) -> None:
        super().__init__(path, mirrored=mirrored)
        self._truth: ClipTruth | None = None

    def open(self) -> SourceInfo:
        """Open the video and its truth. Raises SourceError if either cannot be used."""
        file = truth_path(self._path)
        self._truth = read_truth(file)
        info = super().open()
        if self._truth.size != (info.width, info.height):
            self.close()
            raise SourceError(
                f"{file} is the truth of a video of {self._truth.size[0]} x {self._truth.size[1]} pixels, "
                f"but {self._path.name} has {info.width} x {info.height}: make the clip again, or remove it"
            )
        return replace(info, detail=f"{info.detail}, with true hands")

    def read(self) -> Frame | None:
        """Next frame with its true hands, or None at the end or once closed."""
        frame = super().read()
        if frame is None or self._truth is None:
            return frame
        truth = self._truth.at(self._presentation)
        if truth is not None and self._mirrored:
            truth = tuple(mirrored_truth(hand, frame.size[0]) for hand in truth)
        return replace(frame, truth=truth)


def mirrored_truth(hand: HandTruth, width: int) -> HandTruth:
    """A hand as its mirror image, in a picture of that width in pixels: the other hand."""
    joints_2d, joints_3d = hand.joints_2d.copy(), hand.joints_3d.copy()
    joints_2d[:, 0] = width - 1 - joints_2d[:, 0]
    joints_3d[:, 0] *= -1
    other: Handedness = "left" if hand.handedness == "right" else "right"
    return HandTruth(read_only(joints_2d), read_only(joints_3d), hand.visible, other)


def write_labelled_video(path: Path, frames: Iterable[Frame], *, fps: int, crf: int) -> int:
    """Write frames with truth, all of one even size, as an H.264 MP4 with its truth file beside it.

    fps: frames a second; frame number n is shown at n / fps. crf: x264 quality, lower is better and larger.
    Returns the bytes of both files. If anything fails, files that were there before are kept.
    Raises SourceError for frames without truth or of other sizes, and when the disk does not take the files.
    """
    labels = truth_path(path)
    unfinished = {file: file.with_name(f".{file.name}.part") for file in (path, labels)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_truth(unfinished[labels], _encode(unfinished[path], frames, fps, crf))
        size = sum(part.stat().st_size for part in unfinished.values())
        for file, part in unfinished.items():
            os.replace(part, file)
    except OSError as error:  # FFmpeg's errors of the disk among them
        raise SourceError(
            f"the clip {path} cannot be written ({error.strerror}): make room or name another file"
        ) from None
    finally:
        for part in unfinished.values():
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
    return size


def _encode(path: Path, frames: Iterable[Frame], fps: int, crf: int) -> ClipTruth:
    """Write the video; gives the truth of its frames."""
    import av
    import cv2

    times: list[int] = []
    hands: list[tuple[HandTruth, ...]] = []
    size = (0, 0)
    options = {"preset": "veryslow", "crf": str(crf)}
    with av.open(str(path), "w", format="mp4", container_options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=fps, options=options)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.colorspace = _BT601
        for number, frame in enumerate(frames):
            if not number:
                size = stream.width, stream.height = _checked_size(frame.size)
            if frame.size != size:
                raise SourceError(f"frame {number} has {frame.size} pixels in a clip of {size}: use one size")
            if frame.truth is None:
                raise SourceError(f"frame {number} does not carry its truth: record a rendered hand")
            planes = cv2.cvtColor(frame.image, cv2.COLOR_BGR2YUV_I420)
            picture = av.VideoFrame.from_ndarray(np.asarray(planes, np.uint8), format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(picture))
            times.append(round(1000 * number / fps))
            hands.append(frame.truth)
        if not times:
            raise SourceError("there are no frames to make a clip of")
        container.mux(stream.encode(None))
    return ClipTruth(size, np.array(times, np.int64), tuple(hands))


def _checked_size(size: tuple[int, int]) -> tuple[int, int]:
    if size[0] % 2 or size[1] % 2:
        raise SourceError(f"the clip's frames have {size[0]} x {size[1]} pixels: even numbers are needed")
    return size
