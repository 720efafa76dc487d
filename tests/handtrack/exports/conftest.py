"""Sessions with hands in motion, made up so that everything about them is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handtrack.config import RecordingSettings, Settings
from handtrack.hand import Hand, Handedness, read_only
from handtrack.sessions import Session, SessionRecorder, read_session
from handtrack.skeleton import FINGERS, JOINT_COUNT
from handtrack.sources.base import SourceInfo
from tests.handtrack.sessions.conftest import hand_of, result_of

FRAMES = 45
LOST = range(20, 32)
"""Frames in which the first hand is not seen: 0.4 s."""


def joints_of(phase: float, handedness: str) -> np.ndarray:
    """A hand (21, 3) that bends its fingers with a phase, palm to the camera and fingers up; camera axes."""
    joints = np.zeros((JOINT_COUNT, 3))
    for number, chain in enumerate(FINGERS.values()):
        # In the picture the thumb of a right hand that shows its palm is at the right.
        at = np.array([0.04 - 0.02 * number, -0.09 + 0.01 * abs(number - 2), 0.0])
        bend = (0.2 + 0.1 * number) * (1 + np.sin(phase))
        angle = 0.0
        for joint in chain:
            joints[joint] = at
            angle += bend
            at = at + 0.03 * np.array([0.1, -np.cos(angle), -np.sin(angle)])
    return joints * ((-1 if handedness == "left" else 1), 1, 1)


def hand_in_motion(index: int, handedness: Handedness, track_id: int) -> Hand:
    """One frame of a moving hand, whose joints are sure to a tenth of a millimetre and more."""
    joints = read_only(joints_of(index / 5, handedness), np.float32)
    return replace(
        hand_of(track_id, 2),
        handedness=handedness,
        track_id=track_id,
        joints_3d=joints,
        raw_joints_3d=joints,
        joints_2d=read_only(320 + 900 * joints[:, :2], np.float32),
        raw_joints_2d=read_only(320 + 900 * joints[:, :2], np.float32),
        sigma_3d=read_only(np.linspace(0.001, 0.005, JOINT_COUNT), np.float32),
        wrist_position=read_only(np.array([0.1 + index / 1000, 0.05, 0.5]), np.float32),
    )


def record(folder: Path, *, stills: bool = False) -> Path:
    """A session of 45 frames at 30 a second: a right hand that is lost for a while, later a left one."""
    source = SourceInfo("clip.mp4", 640, 480, 30.0, FRAMES, False, "a test clip", stills=stills)
    with SessionRecorder(folder, settings=Settings(recording=RecordingSettings()), source=source) as recorder:
        for index in range(FRAMES):
            hands = [] if index in LOST else [hand_in_motion(index, "right", 3)]
            hands += [hand_in_motion(index, "left", 7)] if index >= 10 else []
            recorder.write(result_of(index, tuple(hands), size=(640, 480)))
    return folder


@pytest.fixture(scope="session")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The session of `record`; not to be changed."""
    return read_session(record(tmp_path_factory.mktemp("exports") / "moving"))
