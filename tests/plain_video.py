"""A real video without a hand, of plain grey pictures that get lighter."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np


def write_plain_video(path: Path, frames: int, step: int, size: tuple[int, int], fps: int) -> Path:
    """Write so many pictures of a size (width, height), each lighter by a step than the one before."""
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            picture = np.full((height, width, 3), step * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path
