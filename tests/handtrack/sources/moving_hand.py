"""A film of a hand of coloured dots that slides over a plain picture: a renderer's double."""

from __future__ import annotations

import threading

import cv2
import numpy as np

from handtrack.hand import Frame, HandTruth, read_only
from handtrack.skeleton import JOINT_COUNT


def true_hand(shift: float = 0.0, handedness: str = "right") -> HandTruth:
    """A flat hand whose wrist stands at (60 + shift, 100) pixels, 1000 pixels a metre."""
    joints = np.zeros((JOINT_COUNT, 3), np.float32)
    for joint in range(1, JOINT_COUNT):
        finger, bone = (joint - 1) // 4, (joint - 1) % 4
        joints[joint] = (finger - 2) * 0.01, -0.04 - 0.012 * bone, 0.002 * bone
    joints_2d = joints[:, :2] * 1000 + np.array([60 + shift, 100], np.float32)
    visible = np.arange(JOINT_COUNT) % 5 != 0
    return HandTruth(
        read_only(joints_2d, np.float32),
        read_only(joints),
        read_only(visible),
        "left" if handedness == "left" else "right",
    )


class MovingHand:
    """Scene whose hand moves 20 pixels a second.

    asked: the times of its frames. closed_in: the name of the thread that closed it.
    """

    def __init__(self, seed: int = 0, size: tuple[int, int] = (128, 112)) -> None:
        self.seed, self.size = seed, size
        self.asked: list[float] = []
        self.closed_in: str | None = None

    def frame(self, t: float) -> tuple[np.ndarray, tuple[HandTruth, ...]]:
        self.asked.append(t)
        hand = true_hand(20 * t)
        image = np.full((self.size[1], self.size[0], 3), (90, 60, 40), np.uint8)
        for x, y in hand.joints_2d.tolist():
            cv2.circle(image, (round(x), round(y)), 2, (120, 160, 220), -1)
        return image, (hand,)

    def close(self) -> None:
        self.closed_in = threading.current_thread().name


def film(count: int, *, fps: int = 30) -> list[Frame]:
    """Frames of the moving hand, as a source gives them."""
    scene = MovingHand()
    frames = []
    for number in range(count):
        image, truth = scene.frame(number / fps)
        frames.append(Frame(read_only(image), number / fps, number, truth))
    return frames
