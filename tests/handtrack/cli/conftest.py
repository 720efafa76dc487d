"""What the tests of the verbs share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.one_thread import one_thread
from tests.plain_video import write_plain_video

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
    return write_plain_video(tmp_path / "clip.mp4", frames=8, step=20, size=(160, 120), fps=10)
