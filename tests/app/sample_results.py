"""Results as the tracker gives them, made from a small kinematic hand, for tests of the widgets."""

from __future__ import annotations

import math

import numpy as np

from handtrack.hand import (
    Crop,
    Frame,
    FrameResult,
    Hand,
    Handedness,
    HandTruth,
    IterationEstimate,
    read_only,
)
from handtrack.skeleton import JOINT_COUNT

# Metres from the wrist to each finger's base, then the lengths of its three bones.
_BASES = np.array(
    [
        [0.028, -0.025, -0.01],
        [0.026, -0.088, 0.0],
        [0.004, -0.090, 0.0],
        [-0.016, -0.083, 0.0],
        [-0.034, -0.073, 0.0],
    ]
)
_BONES = np.array(
    [
        [0.038, 0.032, 0.026],
        [0.040, 0.024, 0.021],
        [0.045, 0.028, 0.023],
        [0.042, 0.026, 0.022],
        [0.033, 0.020, 0.019],
    ]
)
_SPREAD = np.radians([48, 9, 2, -6, -15])


def hand_joints(curl: float = 0.15, turn: float = 0.0) -> np.ndarray:
    """Right hand (21, 3) in metres, palm to the camera, fingers up.

    curl: 0 stretched to 1 fist. turn: radians about the upright axis.
    """
    joints = np.zeros((JOINT_COUNT, 3))
    for finger in range(5):
        joint, bend = _BASES[finger], 0.0
        joints[1 + 4 * finger] = joint
        for bone in range(3):
            bend += curl * math.radians(60 if finger == 0 else 85)
            across = math.sin(_SPREAD[finger]) * math.cos(bend)
            joint = joint + _BONES[finger, bone] * np.array(
                [across, -math.cos(_SPREAD[finger]) * math.cos(bend), -math.sin(bend)]
            )
            joints[2 + 4 * finger + bone] = joint
    c, s = math.cos(turn), math.sin(turn)
    return joints @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])


def sample_hand(
    wrist: tuple[float, float] = (320.0, 400.0),
    *,
    scale: float = 1700.0,
    handedness: Handedness = "right",
    iterations: int = 2,
    sigma: float = 1.0,
    curl: float = 0.15,
    turn: float = 0.0,
    track_id: int = 1,
) -> Hand:
    """A hand whose wrist stands at pixel `wrist`; scale: pixels per metre; sigma: factor on all sigmas."""
    joints_3d = hand_joints(curl, turn)
    if handedness == "left":
        joints_3d = joints_3d * (-1, 1, 1)
    joints_2d = joints_3d[:, :2] * scale + wrist
    # Tips are less sure than knuckles, as with a real estimator.
    along = np.array([0.0, *np.tile([0.4, 0.6, 0.8, 1.0], 5)])
    sigma_3d = sigma * (0.003 + 0.006 * along)
    low, high = joints_2d.min(axis=0), joints_2d.max(axis=0)
    centre = (low + high) / 2
    estimate = IterationEstimate(
        read_only(joints_2d, np.float32),
        read_only(joints_3d, np.float32),
        read_only(sigma_3d * scale, np.float32),
        read_only(sigma_3d, np.float32),
        0.9,
    )
    return Hand(
        joints_2d=estimate.joints_2d,
        joints_3d=estimate.joints_3d,
        sigma_2d=estimate.sigma_2d,
        sigma_3d=estimate.sigma_3d,
        iterations=iterations,
        exit_probability=0.9,
        handedness=handedness,
        score=0.98,
        track_id=track_id,
        crop=Crop((float(centre[0]), float(centre[1])), float((high - low).max() * 1.4), 0.0),
        trace=(estimate,) * iterations,
        raw_joints_2d=estimate.joints_2d,
        raw_joints_3d=estimate.joints_3d,
        wrist_position=read_only(np.array([0.04, -0.107, 0.44]), np.float32),
        sigma_position=read_only(np.array([0.003, 0.008, 0.031]), np.float32),
    )


def truth_of(
    hand: Hand, moved_2d: tuple[float, float] = (0.0, 0.0), off_3d: np.ndarray | float = 0.0
) -> HandTruth:
    """The truth of a hand that was tracked exactly, or off by so many pixels and metres."""
    return HandTruth(
        read_only(hand.joints_2d + np.array(moved_2d), np.float32),
        read_only(hand.joints_3d + off_3d, np.float32),
        read_only(np.ones(JOINT_COUNT, bool)),
        hand.handedness,
    )


def sample_image(width: int = 640, height: int = 480, grey: int = 60) -> np.ndarray:
    """A plain picture (height, width, 3) uint8."""
    return np.full((height, width, 3), grey, dtype=np.uint8)


def sample_result(
    hands: tuple[Hand, ...] = (),
    *,
    index: int = 0,
    timestamp: float | None = None,
    image: np.ndarray | None = None,
    gate_threshold: float = 0.5,
    max_iterations: int = 4,
    truth: tuple[HandTruth, ...] | None = None,
) -> FrameResult:
    """A frame's result, 1/30 s after the one before."""
    time = index / 30 if timestamp is None else timestamp
    frame = Frame(read_only(sample_image() if image is None else image), time, index, truth)
    return FrameResult(frame, hands, False, gate_threshold, max_iterations, {"total": 8.0})


def moving_results(
    count: int, *, two_hands: bool = True, image: np.ndarray | None = None
) -> list[FrameResult]:
    """A short film: hands that curl and turn, with loops and uncertainty that follow."""
    random = np.random.default_rng(7)
    results = []
    for index in range(count):
        t = index / 30
        effort = 0.5 + 0.5 * math.sin(t * 1.7)
        loops = int(np.clip(round(1 + 2.4 * effort + random.normal(0, 0.4)), 1, 4))
        hands = [
            sample_hand(
                (190.0, 400.0),
                curl=0.15 + 0.5 * effort,
                turn=0.5 * math.sin(t),
                iterations=loops,
                sigma=0.5 + 1.2 * effort + 0.2 * random.random(),
            )
        ]
        if two_hands:
            hands.append(
                sample_hand(
                    (450.0, 410.0),
                    handedness="left",
                    iterations=int(np.clip(round(1.6 + random.normal(0, 0.5)), 1, 4)),
                    curl=0.12,
                    turn=-0.3 + 0.2 * math.sin(2 * t),
                    sigma=0.7,
                    track_id=2,
                )
            )
        results.append(sample_result(tuple(hands), index=index, image=image))
    return results
