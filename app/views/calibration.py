# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialog in which a palm's length and a camera's field of view are told."""

from __future__ import annotations

from PyQt6.QtCore import QT_TRANSLATE_NOOP, Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.model.calibration import PALM_LIMITS_MM, VIEW_LIMITS, Calibration
from handtrack.config import Settings

_PALM_HELP = QT_TRANSLATE_NOOP(
    "CalibrationDialog",
    "From the middle of the wrist's crease to the middle finger's knuckle, on the back of the hand. All"
    " places and lengths are in proportion to it: measured with a ruler, they are right for that hand.",
)
_VIEW_HELP = QT_TRANSLATE_NOOP(
    "CalibrationDialog",
    "Degrees along the picture's longer side, from the camera's data sheet; where that names the diagonal d"
    " of a 16:9 picture, it is 2 atan(0.872 tan(d/2)). How far away a hand is hangs on it.",
)


class CalibrationDialog(QDialog):
    """Shows a calibration, and emits the one that a person wants instead."""

    chosen = pyqtSignal(object)
    """Calibration, when it is to hold."""
    card_asked = pyqtSignal()
    """The palm is to be measured in the frame that is shown."""
    chessboard_asked = pyqtSignal()
    """The field of view is to be measured in frames that are shown."""

    def __init__(
        self,
        calibration: Calibration,
        settings: Settings,
        source: str | None,
        label: str,
        parent: QWidget | None = None,
    ) -> None:
        """source, label: under what the present source's field of view is kept, and how it is called."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Calibrate"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._calibration, self._settings, self._source = calibration, settings, source
        self.person = QComboBox()
        self.person.setEditable(True)
        self.person.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._nobody = self.tr("nobody in particular")
        self.person.addItems([self._nobody, *sorted(calibration.palms)])
        self.person.setToolTip(self.tr("Choose a person, or type a new name"))
        self.palm = _number(PALM_LIMITS_MM, self.tr(" mm"), 1)
        self.card = QPushButton(self.tr("Measure beside a bank card…"))
        self.card.setToolTip(self.tr("In the frame that is shown, with a card held flat beside the palm"))
        self.card.clicked.connect(self.card_asked)
        self.chessboard = QPushButton(self.tr("Measure with a chessboard…"))
        self.chessboard.setToolTip(self.tr("In several frames of the source that is open"))
        self.chessboard.setEnabled(source is not None)
        self.chessboard.clicked.connect(self.chessboard_asked)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.hide()
        self.known = QCheckBox()
        known = self.tr("Known for {source}").format(source=label)
        self.known.setText(known if label else self.tr("Open a camera or a file first"))
        self.known.setToolTip(self.tr("Kept for this camera, also after it was unplugged") if label else "")
        self.known.setEnabled(source is not None)
        self.view = _number(VIEW_LIMITS, "°", 1)
        self._lay_out()
        self.person.setCurrentText(calibration.person or self._nobody)
        self._show_person()
        self.person.currentTextChanged.connect(self._show_person)
        self.known.setChecked(source in calibration.views)
        self.known.toggled.connect(self._show_view)
        self._show_view()

    def calibration(self) -> Calibration:
        """What stands in the dialog."""
        name = self.person.currentText().strip()
        changed = self._calibration
        if self._is_nobody(name):
            changed = Calibration(changed.palms, "", changed.views)
        else:
            changed = changed.with_palm(name, round(self.palm.value(), 1))
        if self._source is not None:
            known = self.known.isChecked()
            changed = changed.with_view(self._source, round(self.view.value(), 1) if known else None)
        return changed

    def take_palm(self, millimetres: float) -> None:
        """Put a measured length in its place; whose it is may be said afterwards."""
        if self._is_nobody(self.person.currentText().strip()):
            self.person.setCurrentText(self.tr("me"))
        self.palm.setValue(millimetres)
        self.show_problem("")

    def take_view(self, degrees: float) -> None:
        """Put a measured field of view in its place."""
        self.known.setChecked(True)
        self.view.setValue(degrees)

    def show_problem(self, sentence: str) -> None:
        """Say why something cannot be done."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(18)
        form.setVerticalSpacing(8)
        form.addRow(self.tr("Person"), self.person)
        form.addRow(self.tr("Palm's length"), self.palm)
        form.addRow("", self.card)
        form.addRow("", _help(self.tr(_PALM_HELP)))
        form.addRow(self.tr("Field of view"), self.known)
        form.addRow("", self.view)
        form.addRow("", self.chessboard)
        form.addRow("", _help(self.tr(_VIEW_HELP)))
        buttons = QDialogButtonBox()
        self.take, self.remove = (
            QPushButton(self.tr("Use from now on")),
            QPushButton(self.tr("Forget this person")),
        )
        buttons.addButton(self.take, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.remove, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        self.remove.clicked.connect(self._forget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 18, 22, 16)
        layout.setSpacing(16)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addWidget(buttons)

    def _accept(self) -> None:
        self.chosen.emit(self.calibration())
        self.accept()

    def _forget(self) -> None:
        name = self.person.currentText().strip()
        self._calibration = self._calibration.without_palm(name)
        self.person.removeItem(self.person.findText(name))
        self.person.setCurrentText(self._nobody)

    def _show_person(self) -> None:
        name = self.person.currentText().strip()
        nobody = self._is_nobody(name)
        self.palm.setEnabled(not nobody)
        if nobody:
            self.palm.setValue(1000 * self._settings.tracker.palm_length)
        elif name in self._calibration.palms:
            self.palm.setValue(self._calibration.palms[name])
        self.remove.setEnabled(name in self._calibration.palms)

    def _show_view(self) -> None:
        known = self.known.isChecked()
        self.view.setEnabled(known)
        degrees = self._calibration.views.get(self._source or "")
        self.view.setValue(degrees if known and degrees else self._settings.camera.field_of_view)

    def _is_nobody(self, name: str) -> bool:
        return name in ("", self._nobody)


def _number(limits: tuple[float, float], unit: str, digits: int) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setRange(*limits)
    box.setDecimals(digits)
    box.setSuffix(unit)
    return box


def _help(words: str) -> QLabel:
    label = QLabel(words)
    label.setObjectName("muted")
    label.setWordWrap(True)
    label.setMinimumWidth(360)
    return label
