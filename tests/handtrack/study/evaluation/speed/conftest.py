"""What tests of speed share: one thread for torch, a real clip in memory, MediaPipe's detector."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector
from handtrack.engines import Engine, create_engine
from handtrack.model.weights_file import shipped_weights
from handtrack.sources.demo_clip import demo_clip
from handtrack.study.evaluation.speed.clip_frames import Clip, load_clip
from tests.one_thread import one_thread

__all__ = ["one_thread"]  # a fixture


@pytest.fixture(scope="session")
def short_clip() -> Clip:
    """The first frames of the built-in clip."""
    return load_clip(demo_clip(), 8)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The shipped weights in the engine that is always there."""
    return create_engine("torch", shipped_weights())


@pytest.fixture(scope="module")
def detector(hand_bundle: Path) -> Iterator[MediaPipeHandDetector]:
    """MediaPipe's detector for one hand."""
    made = MediaPipeHandDetector(hand_bundle, 1)
    yield made
    made.close()
