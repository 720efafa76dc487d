# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the cameras for their modes, through Qt's multimedia and in a process of its own.

Qt's multimedia comes with PyQt6 and knows the modes on Linux, Windows and macOS, which no other library does.
It brings an FFmpeg and threads for sound that would stay until the end, so it is not let into this process;
on Linux it needs libpulse. `python -m app.camera_modes` prints the modes as a line of JSON.
"""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from app.model.camera_modes import CameraMode, from_text, to_text

PATIENCE = 15.0
"""Seconds that the cameras are given to answer; some drivers take several."""


class CameraModesError(Exception):
    """The cameras cannot be asked; says why, in half a sentence."""


class CameraModesQuestion:
    """The question put once; it can be given up from another thread."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._given_up = False

    def ask(self) -> dict[str, tuple[CameraMode, ...]]:
        """The modes of each camera by its name. Raises CameraModesError."""
        try:
            with subprocess.Popen(
                [sys.executable, "-m", __name__],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            ) as process:
                self._process = process
                try:
                    answer, errors = process.communicate(timeout=0 if self._given_up else PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise CameraModesError(f"no answer within {PATIENCE:g} s") from None
        except OSError as error:
            raise CameraModesError(error.strerror or str(error)) from None
        if process.returncode:
            lines = errors.strip().splitlines()
            raise CameraModesError(lines[-1] if lines else f"exit status {process.returncode}")
        try:
            return from_text(answer)
        except ValueError as error:
            raise CameraModesError(str(error)) from None

    def give_up(self) -> None:
        """Wait for no answer any more."""
        self._given_up = True
        if self._process is not None:
            self._process.kill()


def modes_of(devices: Iterable[Any], fourccs: dict[Any, str]) -> dict[str, tuple[CameraMode, ...]]:
    """The modes of `QCameraDevice`s; fourccs: by pixel format, of those that can be asked for."""
    found: dict[str, set[CameraMode]] = defaultdict(set)
    for device in devices:
        for format_ in device.videoFormats():
            fourcc, size = fourccs.get(format_.pixelFormat()), format_.resolution()
            if fourcc is not None and format_.maxFrameRate() > 0:
                slowest, fastest = round(format_.minFrameRate(), 3), round(format_.maxFrameRate(), 3)
                mode = CameraMode(size.width(), size.height(), slowest, fastest, fourcc)
                found[device.description()].add(mode)
    return {
        name: tuple(sorted(modes, key=lambda mode: (mode.width, mode.height, mode.fourcc, mode.fastest)))
        for name, modes in found.items()
    }


def main() -> int:
    """Print the modes of all cameras; gives the exit status."""
    try:
        from PyQt6.QtCore import QCoreApplication
        from PyQt6.QtMultimedia import QMediaDevices, QVideoFrameFormat
    except ImportError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    kind = QVideoFrameFormat.PixelFormat
    fourccs = {
        kind.Format_Jpeg: "MJPG",
        kind.Format_YUYV: "YUYV",
        kind.Format_UYVY: "UYVY",
        kind.Format_NV12: "NV12",
    }
    application = QCoreApplication([])
    sys.stdout.write(to_text(modes_of(QMediaDevices.videoInputs(), fourccs)) + "\n")
    del application
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
