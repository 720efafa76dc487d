"""Asking a camera for size, frame rate and format, and reading back what it does."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from handtrack.config import CameraSettings


class Capture(Protocol):
    """The part of cv2.VideoCapture that is used."""

    def isOpened(self) -> bool: ...  # noqa: N802, D102
    def grab(self) -> bool: ...  # noqa: D102
    def retrieve(self) -> tuple[bool, np.ndarray | None]: ...  # noqa: D102
    def get(self, prop: int) -> float: ...  # noqa: D102
    def set(self, prop: int, value: float) -> bool: ...  # noqa: D102
    def release(self) -> None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class CameraMode:
    """What a camera delivers: pixels, frames a second (0 if unknown), four-letter format or ""."""

    width: int
    height: int
    fps: float
    fourcc: str

    def __str__(self) -> str:
        """The mode in words."""
        rate = f"{self.fps:.4g} frames/s" if self.fps else "unknown frame rate"
        return f"{self.width} x {self.height}, {rate}, {self.fourcc or 'unknown format'}"


def request_settings(capture: Capture, settings: CameraSettings, platform: str = sys.platform) -> CameraMode:
    """Ask an open camera for the settings and return what it answers when asked again."""
    import cv2

    size = [(cv2.CAP_PROP_FRAME_WIDTH, settings.width), (cv2.CAP_PROP_FRAME_HEIGHT, settings.height)]
    fourcc = [(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*settings.fourcc))] if settings.fourcc else []
    # Each system forgets the one when it is given the other: V4L2 the size, Media Foundation the format.
    ordered = [*size, *fourcc] if platform == "win32" else [*fourcc, *size]
    for prop, value in [*ordered, (cv2.CAP_PROP_FPS, settings.fps)]:
        capture.set(prop, value)
    return CameraMode(
        width=int(_read_back(capture, cv2.CAP_PROP_FRAME_WIDTH)),
        height=int(_read_back(capture, cv2.CAP_PROP_FRAME_HEIGHT)),
        fps=_read_back(capture, cv2.CAP_PROP_FPS),
        fourcc=_fourcc_text(int(_read_back(capture, cv2.CAP_PROP_FOURCC))),
    )


def describe_mode(mode: CameraMode, settings: CameraSettings) -> str:
    """The camera's mode in words, with what was asked for where the camera does something else."""
    asked = CameraMode(settings.width, settings.height, settings.fps, settings.fourcc or mode.fourcc)
    alike = (mode.width, mode.height, mode.fourcc) == (asked.width, asked.height, asked.fourcc)
    if alike and math.isclose(mode.fps, asked.fps, abs_tol=0.5):
        return str(mode)
    return f"{mode} (asked for {asked})"


def _read_back(capture: Capture, prop: int) -> float:
    value = capture.get(prop)
    # Drivers answer -1 or nonsense for what they do not know.
    return float(value) if math.isfinite(value) and value > 0 else 0.0


def _fourcc_text(code: int) -> str:
    text = (code & 0xFFFFFFFF).to_bytes(4, "little").decode("latin-1")
    return text if text.isascii() and text.isprintable() else ""
