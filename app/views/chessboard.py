# SPDX-License-Identifier: GPL-3.0-or-later
"""A dialog that takes frames of a chessboard and tells the camera's field of view."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PyQt6.QtCore import QT_TRANSLATE_NOOP, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QImage, QPixmap
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.model.calibration import VIEW_LIMITS
from app.model.chessboard import FEWEST, ChessboardError, ChessboardViews, MeasuredView
from app.words import translate

_HELP = QT_TRANSLATE_NOOP(
    "ChessboardDialog",
    "Hold a printed chessboard before the camera, flat and all of it in the picture, and add at least"
    " {count} frames at different slants, some of them near the picture's corners. The video goes on beside"
    " this dialog; pause it, or step through it, as you like.",
)
_PREVIEW = QSize(360, 220)


class ChessboardDialog(QDialog):
    """frame: gives the picture (H, W, 3) BGR that is shown, or raises ChessboardError."""

    taken = pyqtSignal(float)
    """The field of view, degrees, when a person takes it."""

    def __init__(self, frame: Callable[[], np.ndarray], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Field of view from a chessboard"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._frame = frame
        self.measured: MeasuredView | None = None
        self.columns, self.rows = _count(9), _count(6)
        self._views = ChessboardViews()
        self.preview = QLabel()
        self.preview.setMinimumSize(_PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.add, self.anew = (
            QPushButton(self.tr("Add the frame that is shown")),
            QPushButton(self.tr("Begin anew")),
        )
        self.take = QPushButton(self.tr("Take this field of view"))
        self._lay_out()
        self.add.clicked.connect(self._add)
        self.anew.clicked.connect(self.begin_anew)
        for box in (self.columns, self.rows):
            box.valueChanged.connect(self.begin_anew)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget all frames."""
        self._views = ChessboardViews(self.columns.value(), self.rows.value())
        self.preview.clear()
        self._tell("")

    def _add(self) -> None:
        try:
            image = self._frame()
            corners = self._views.add(image)
        except ChessboardError as error:
            self._tell(self.tr("Not added: {why}.").format(why=error))
            return
        self._show(image, corners)
        self._tell("")

    def _tell(self, problem: str) -> None:
        count, self.measured = len(self._views), None
        lines = [problem] if problem else []
        if count < FEWEST:
            lines.append(self.tr("{count} of {fewest} frames.").format(count=count, fewest=FEWEST))
        else:
            try:
                view = self._views.measure()
            except ChessboardError as error:
                lines.append(self.tr("{count} frames: {why}.").format(count=count, why=error))
            else:
                words = self.tr("{degrees:.1f}° from {count} frames, RMS {rms:.2f} pixels.")
                lines.append(words.format(degrees=view.degrees, count=count, rms=view.rms))
                low, high = VIEW_LIMITS
                if low <= view.degrees <= high:
                    self.measured = view
                else:
                    words = self.tr("Only {low:.0f}° to {high:.0f}° can be used; begin anew.")
                    lines.append(words.format(low=low, high=high))
        self.words.setText("\n".join(lines))
        self.take.setEnabled(self.measured is not None)
        self.anew.setEnabled(count > 0)

    def _show(self, image: np.ndarray, corners: np.ndarray) -> None:
        drawn = cv2.drawChessboardCorners(image.copy(), self._views.board, corners.reshape(-1, 1, 2), True)
        height, width = drawn.shape[:2]
        picture = QImage(drawn.tobytes(), width, height, 3 * width, QImage.Format.Format_BGR888).copy()
        smooth = Qt.TransformationMode.SmoothTransformation
        self.preview.setPixmap(
            QPixmap.fromImage(picture).scaled(_PREVIEW, Qt.AspectRatioMode.KeepAspectRatio, smooth)
        )

    def _accept(self) -> None:
        if self.measured is not None:
            self.taken.emit(self.measured.degrees)
        self.accept()

    def _lay_out(self) -> None:
        words = QLabel(self.tr(_HELP).format(count=FEWEST))
        words.setObjectName("muted")
        words.setWordWrap(True)
        words.setMinimumWidth(520)
        board = QHBoxLayout()
        for part in (QLabel(self.tr("Inner corners")), self.columns, QLabel("×"), self.rows):
            board.addWidget(part)
        board.addStretch(1)
        for button in (self.anew, self.add):
            board.addWidget(button)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.take, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 16)
        layout.setSpacing(10)
        layout.addWidget(words)
        layout.addLayout(board)
        layout.addWidget(self.preview, 1)
        layout.addWidget(self.words)
        layout.addWidget(buttons)


def _count(value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(3, 30)
    box.setValue(value)
    box.setToolTip(translate("ChessboardDialog", "Corners where four squares meet: one less than squares"))
    return box
