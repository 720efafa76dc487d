# SPDX-License-Identifier: GPL-3.0-or-later
"""A camera's field of view from a chessboard held before it; no Qt in here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from app.words import translate
from handtrack.errors import HandtrackError

FEWEST: Final = 5
"""Frames from which a camera is calibrated."""
WORST_RMS: Final = 1.5
"""Pixels: corners that fit worse are not those of a flat board."""
_MOVED: Final = 0.01
"""Of the picture's longer side, by which the corners lie elsewhere in another frame."""
_SEARCH: Final = cv2.CALIB_CB_ADAPTIVE_THRESH | cv2.CALIB_CB_NORMALIZE_IMAGE | cv2.CALIB_CB_FAST_CHECK
_WINDOW: Final = (7, 7)


class ChessboardError(HandtrackError):
    """A frame or all of them say nothing of the camera."""


@dataclass(frozen=True, slots=True)
class MeasuredView:
    """degrees: of the picture's longer side. rms: pixels by which the corners do not fit."""

    degrees: float
    rms: float


class ChessboardViews:
    """Frames of one board with columns x rows inner corners; its squares may be of any size."""

    def __init__(self, columns: int = 9, rows: int = 6) -> None:
        self.board = columns, rows
        self._size: tuple[int, int] | None = None
        self._corners: list[np.ndarray] = []

    def __len__(self) -> int:
        """Frames that were taken."""
        return len(self._corners)

    def add(self, image: np.ndarray) -> np.ndarray:
        """Take a frame (H, W, 3) BGR; gives its corners (N, 2). Raises ChessboardError."""
        height, width = image.shape[:2]
        if self._size not in (None, (width, height)):
            raise ChessboardError(
                translate("ChessboardDialog", "the pictures have another size now; begin anew")
            )
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        found, corners = cv2.findChessboardCorners(grey, self.board, flags=_SEARCH)
        if not found:
            columns, rows = self.board
            words = translate(
                "ChessboardDialog",
                "no board with {columns} x {rows} inner corners is seen; show all of it, with a white edge",
            )
            raise ChessboardError(words.format(columns=columns, rows=rows))
        stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 30, 0.01)
        corners = cv2.cornerSubPix(grey, corners, _WINDOW, (-1, -1), stop).reshape(-1, 2)
        for before in self._corners:
            # A board that looks the same from its other end is the same board.
            moved = min(np.abs(corners - other).mean() for other in (before, before[::-1]))
            if moved < _MOVED * max(width, height):
                raise ChessboardError(
                    translate(
                        "ChessboardDialog",
                        "that is nearly a frame that was taken; hold the board another way",
                    )
                )
        self._size = width, height
        self._corners.append(corners)
        return corners

    def measure(self) -> MeasuredView:
        """What all frames say together. Raises ChessboardError."""
        if len(self) < FEWEST or self._size is None:
            words = translate(
                "ChessboardDialog", "{count} frames are needed, of a board that is held at different slants"
            )
            raise ChessboardError(words.format(count=FEWEST))
        columns, rows = self.board
        grid = np.zeros((columns * rows, 3), np.float32)
        grid[:, :2] = np.mgrid[:columns, :rows].T.reshape(-1, 2)
        # As the tracker has it: one focal length, and the middle of the picture.
        flags = cv2.CALIB_FIX_PRINCIPAL_POINT | cv2.CALIB_FIX_ASPECT_RATIO
        flags |= cv2.CALIB_ZERO_TANGENT_DIST | cv2.CALIB_FIX_K3 | cv2.CALIB_USE_INTRINSIC_GUESS
        width, height = self._size
        longer = max(width, height)
        guess = np.array([[longer, 0, (width - 1) / 2], [0, longer, (height - 1) / 2], [0, 0, 1]], np.float64)
        corners = [each.reshape(-1, 1, 2).astype(np.float32) for each in self._corners]
        try:
            rms, camera, *_ = cv2.calibrateCamera(
                [grid] * len(corners), corners, self._size, guess, np.zeros(5), flags=flags
            )
        except cv2.error as error:
            words = translate("ChessboardDialog", "the frames do not fit together ({why}); begin anew")
            raise ChessboardError(words.format(why=error.err)) from None
        degrees = 2 * math.degrees(math.atan(longer / 2 / float(camera[0, 0])))
        if not rms <= WORST_RMS:
            words = translate(
                "ChessboardDialog",
                "the corners are off by {rms:.1f} pixels; hold a flat board still and sharp, and begin anew",
            )
            raise ChessboardError(words.format(rms=rms))
        return MeasuredView(degrees, float(rms))
