"""What the scenarios look at, made from the shipped clip of a rendered hand."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from handtrack.sources.demo_clip import demo_clip
from tests.endings.scenarios import Media

_FRAMES = 60  # two seconds of one hand: the program is at work by then
_EMPTY_FRAMES, _FRAMES_OF_TWO = 12, 15


def make_media(folder: Path) -> Media:
    """Write them to a folder. The second hand is the first one's mirror image."""
    with av.open(str(demo_clip())) as container:
        frames = [_picture(frame) for frame in islice(container.decode(video=0), _FRAMES)]
    two = [np.hstack([frame, frame[:, ::-1]]) for frame in frames[:30]]
    photos = folder / "photos"
    photos.mkdir()
    for number in range(6):
        cv2.imwrite(str(photos / f"{number}.jpg"), two[4 * number])
    clip = folder / "two-hands.mp4"
    _write(clip, [np.zeros_like(two[0])] * _EMPTY_FRAMES + two[:_FRAMES_OF_TWO])
    one_hand = folder / "one-hand.mp4"
    _write(one_hand, frames)
    return Media(one_hand, clip, photos)


def _picture(frame: av.VideoFrame) -> np.ndarray:
    return frame.to_ndarray(format="bgr24").astype(np.uint8)


def _write(path: Path, frames: list[np.ndarray]) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), "bgr24")))
        container.mux(stream.encode())
