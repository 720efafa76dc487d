"""A session of two hands before a camera, made up so that everything about them is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handtrack.config import RecordingSettings, Settings
from handtrack.hand import Frame, FrameResult, Hand, Handedness, read_only
from handtrack.sessions import SessionRecorder
from handtrack.sources.base import SourceInfo
from handtrack.spatial_view.hands import SpatialHands, camera_of, hands_of_result
from tests.handtrack.exports.conftest import joints_of
from tests.handtrack.sessions.conftest import hand_of, result_of

FRAMES, FPS = 60, 30
SIZE = (320, 240)
FIELD_OF_VIEW = 60.0
"""That of the settings' defaults."""
CAMERA = camera_of(SIZE, FIELD_OF_VIEW)
UNSEEN = range(30, 40)
"""Frames without the right hand."""
QUARTERS = {"top left": (0, 0, 200), "top right": (0, 200, 0), "bottom left": (200, 0, 0)}
"""Colours (BGR) of the recorded pictures; the last quarter is grey."""


def wrist_at(index: int, handedness: str) -> np.ndarray:
    """Where a wrist is, metres: the right one goes to the right, 3 cm a second."""
    return np.array([0.06 + index / 1000, 0.05, 0.5] if handedness == "right" else [-0.09, 0.05, 0.6])


def placed_hand(index: int, handedness: Handedness, track_id: int, sigma_px: float = 1.5) -> Hand:
    """One frame of a hand whose pixels are exactly those at which its joints are seen."""
    joints = joints_of(index / 8, handedness)
    wrist = wrist_at(index, handedness)
    seen = (joints + wrist)[:, :2] / (joints + wrist)[:, 2:] * CAMERA.focal + CAMERA.centre
    return replace(
        hand_of(track_id, 2),
        handedness=handedness,
        track_id=track_id,
        joints_3d=read_only(joints, np.float32),
        raw_joints_3d=read_only(joints, np.float32),
        joints_2d=read_only(seen, np.float32),
        raw_joints_2d=read_only(seen, np.float32),
        sigma_2d=read_only(np.full(21, sigma_px), np.float32),
        sigma_3d=read_only(np.linspace(0.003, 0.009, 21), np.float32),
        wrist_position=read_only(wrist, np.float32),
    )


def quartered(size: tuple[int, int] = SIZE) -> np.ndarray:
    """A picture whose four quarters have different colours."""
    image = np.full((size[1], size[0], 3), 120, np.uint8)
    middle = size[1] // 2, size[0] // 2
    image[: middle[0], : middle[1]] = QUARTERS["top left"]
    image[: middle[0], middle[1] :] = QUARTERS["top right"]
    image[middle[0] :, : middle[1]] = QUARTERS["bottom left"]
    return image


def result_at(index: int, *hands: Hand) -> FrameResult:
    """A frame with hands."""
    plain = result_of(index, hands, size=SIZE)
    frame = Frame(read_only(quartered()), plain.frame.timestamp, index)
    return replace(plain, frame=frame)


def spatial(index: int, *sides: Handedness, sigma_px: float = 1.5) -> SpatialHands:
    """The hands of one frame in space."""
    hands = [placed_hand(index, side, 3 + 4 * (side == "left"), sigma_px) for side in sides]
    return hands_of_result(result_at(index, *hands), index / FPS, FIELD_OF_VIEW)


def record(folder: Path, *, places: bool = True, hands: bool = True, pictures: bool = True) -> Path:
    """Two seconds at 30 frames: a left hand that stays, a right one that goes and is not seen for a while."""
    source = SourceInfo("clip.mp4", *SIZE, FPS, FRAMES, False, "a test clip")
    settings = Settings(recording=RecordingSettings(video="full" if pictures else "none"))
    with SessionRecorder(folder, settings=settings, source=source) as recorder:
        for index in range(FRAMES):
            seen = [placed_hand(index, "left", 7)]
            if index not in UNSEEN:
                seen.append(placed_hand(index, "right", 3))
            if not places:
                seen = [replace(hand, wrist_position=None, sigma_position=None) for hand in seen]
            recorder.write(result_at(index, *(seen if hands else ())))
    return folder


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The session of `record`; not to be changed."""
    return record(tmp_path_factory.mktemp("spatial_view") / "session")
