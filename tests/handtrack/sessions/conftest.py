"""Hands and results made up for recording."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from handtrack.config import RecordingSettings, Settings
from handtrack.hand import Crop, Frame, FrameResult, Hand, IterationEstimate, read_only
from handtrack.sessions import SessionRecorder
from handtrack.sources.base import SourceInfo

MakeHand = Callable[..., Hand]
MakeResult = Callable[..., FrameResult]


def hand_of(seed: int = 0, iterations: int = 2) -> Hand:
    """A hand with every value different."""
    random = np.random.default_rng(seed)

    def array(*shape: int) -> np.ndarray:
        return read_only(random.normal(size=shape), np.float32)

    trace = tuple(
        IterationEstimate(array(21, 2), array(21, 3), array(21), array(21), 0.1 + loop / 7)
        for loop in range(iterations)
    )
    return Hand(
        joints_2d=array(21, 2),
        joints_3d=array(21, 3),
        sigma_2d=read_only(np.abs(array(21))),
        sigma_3d=read_only(np.abs(array(21))),
        iterations=iterations,
        exit_probability=random.random(),
        handedness="left" if seed % 2 else "right",
        score=random.random(),
        track_id=seed,
        crop=Crop((random.random(), random.random()), 90 * random.random(), random.random(), seed % 2 == 1),
        trace=trace,
        raw_joints_2d=array(21, 2),
        raw_joints_3d=array(21, 3),
        wrist_position=array(3),
        sigma_position=read_only(np.abs(array(3))),
    )


def result_of(
    index: int,
    hands: tuple[Hand, ...] = (),
    *,
    size: tuple[int, int] = (64, 48),
    timestamp: float | None = None,
) -> FrameResult:
    """A result on a frame whose grey tells its index."""
    image = np.full((size[1], size[0], 3), 20 + 3 * (index % 70), np.uint8)
    captured = 100.0 + index / 30 if timestamp is None else timestamp
    return FrameResult(
        frame=Frame(read_only(image), captured, index),
        hands=hands,
        detector_ran=index % 10 == 0,
        gate_threshold=0.25 + index / 1000,
        max_iterations=4,
        timings={"crop": 0.5, "estimate": 1.25 + index, "total": 2.5 + index},
    )


@pytest.fixture
def make_hand() -> MakeHand:
    """Function (seed, iterations) -> a hand with every value different."""
    return hand_of


@pytest.fixture
def make_result() -> MakeResult:
    """Function (index, hands, size, timestamp) -> a result on a frame whose grey tells its index."""
    return result_of


@pytest.fixture
def settings() -> Settings:
    """Settings that flush often, so that tests are quick."""
    return Settings(recording=RecordingSettings(flush_interval=0.05))


def _close_session(folder: Path, frames: int, to_a_flush: int) -> Path:
    settings = Settings(recording=RecordingSettings(flush_interval=0.01))
    source = SourceInfo("clip.mp4", 64, 48, 30.0, frames, False, "a test clip")
    with SessionRecorder(folder, settings=settings, source=source, weights_sha256="ab" * 32) as recorder:
        for index in range(frames):
            hands = tuple(hand_of(10 * index + slot, 1 + index % 4) for slot in range(index % 3))
            recorder.write(result_of(index, hands), dropped=index // 20)
            if index % to_a_flush == to_a_flush - 1:
                time.sleep(recorder.seconds_until_flush())
                recorder.flush_if_due()
    return folder


@pytest.fixture(scope="session")
def closed_session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed session of 40 frames in five flushes: index % 3 hands in each frame; not to be changed."""
    return _close_session(tmp_path_factory.mktemp("sessions") / "closed", 40, to_a_flush=8)


@pytest.fixture
def recorded(closed_session: Path, tmp_path: Path) -> Path:
    """A copy of the closed session."""
    return Path(shutil.copytree(closed_session, tmp_path / "recorded"))


@pytest.fixture
def briefly_recorded(tmp_path: Path) -> Path:
    """As recorded, but of 12 frames in three flushes: for tests that look at all pictures many times."""
    return _close_session(tmp_path / "recorded", 12, to_a_flush=4)
