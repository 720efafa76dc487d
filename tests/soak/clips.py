"""A clip in which hands come and go, one and two of them, made from the shipped demo clip."""

from __future__ import annotations

import itertools
from pathlib import Path

import av
import numpy as np

from handtrack.resources import resource_path

_SECONDS = ("two", 2.0), ("none", 1.0), ("one", 2.0), ("none", 1.0), ("two", 1.0), ("one", 1.0)
_FPS = 30


def write_coming_and_going(path: Path) -> None:
    """Write a clip of 1280 x 480 pixels: the demo's hand and its mirrored twin, one of them, or none."""
    with av.open(str(resource_path("assets/demo/hand.mp4"))) as film:
        frames = itertools.islice(film.decode(video=0), 240)
        pictures = [frame.to_ndarray(format="bgr24") for frame in frames]
    moving = itertools.cycle(pictures + pictures[-2:0:-1])
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=_FPS, options={"preset": "ultrafast"})
        height, width = pictures[0].shape[:2]
        stream.width, stream.height, stream.pix_fmt = 2 * width, height, "yuv420p"
        for what, seconds in _SECONDS:
            for _ in range(round(seconds * _FPS)):
                hand = next(moving)
                empty = np.full_like(hand, 90)
                left = hand if what != "none" else empty
                right = hand[:, ::-1] if what == "two" else empty
                picture = np.ascontiguousarray(np.concatenate([left, right], axis=1))
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
