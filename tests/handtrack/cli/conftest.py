"""What the tests of the verbs share."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from tests.one_thread import one_thread

__all__ = ["one_thread"]  # a fixture


@pytest.fixture(scope="module")
def untrained_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from handtrack.model.checkpoint import save_weights
    from handtrack.model.network import HandNetwork

    path = tmp_path_factory.mktemp("weights") / "untrained.safetensors"
    save_weights(path, HandNetwork(), {})
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A video of eight frames without a hand."""
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        for index in range(8):
            picture = np.full((120, 160, 3), 20 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return path
