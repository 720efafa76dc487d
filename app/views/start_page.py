# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in the place of the picture while nothing is open: everything that can be, one click away."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QEvent, QObject, QSize, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QHideEvent, QIcon, QPixmap, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import (
    QApplication,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.model.recent import RecentSource
from app.views.elided_label import ElidedLabel
from handtrack.plain_text import printable
from handtrack.sources.own_names import DEMO_CLIP

if TYPE_CHECKING:
    from handtrack.sources.camera_list import CameraDescription

LOOK_AGAIN_SECONDS = 3.0
"""Between two looks for cameras, which come and go."""
_PICTURE = QSize(128, 72)
_CARD = QSize(148, 108)
_GAP = 10
_MARGIN, _SCROLL_BAR = 24, 10
_LOOKING = QT_TRANSLATE_NOOP("StartPage", "Looking for cameras…")
_NO_CAMERA = QT_TRANSLATE_NOOP("StartPage", "No camera was found. Plug one in, or try the demo hand.")


class StartPage(QScrollArea):
    """Cameras, the program's own hand, files and what was open lately; only emits what is chosen."""

    source_chosen = pyqtSignal(object)
    """The spec of a source."""
    open_file_asked = pyqtSignal()
    open_folder_asked = pyqtSignal()
    open_session_asked = pyqtSignal()
    cameras_asked = pyqtSignal()
    """Every few seconds while the page is on the screen."""

    def __init__(self, over: QWidget) -> None:
        """over: the view whose place it takes; what lies above that view stays above the page."""
        super().__init__(over)
        self.setObjectName("start")
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._over = over
        self._cameras: list[tuple[str, str]] | None = None
        self._recent: list[RecentSource] = []
        self._shape: tuple[int, int] | None = None
        self._height_without_cards = 0
        self._timer = QTimer(self)
        self._timer.setInterval(round(1000 * LOOK_AGAIN_SECONDS))
        self._timer.timeout.connect(self.cameras_asked)
        self._camera_buttons, self._camera_line = QVBoxLayout(), ElidedLabel(200)
        self._camera_line.setObjectName("")
        self._camera_line.setText(self.tr(_LOOKING))
        self._openers, self._buttons = self._make_openers(), QGridLayout()
        self._recent_heading, self._cards = _heading(self.tr("RECENT")), QGridLayout()
        self._lay_out()
        self._show_recent()
        over.installEventFilter(self)
        self.lower()
        self.setGeometry(over.rect())

    @property
    def words(self) -> str:
        """What is said of cameras where there is none, or ""."""
        return "" if self._camera_line.isHidden() else self._camera_line.text()

    def show_cameras(self, cameras: Sequence[CameraDescription]) -> None:
        """Offer the cameras that were found."""
        found = [(camera.name, f"camera:{camera.stable_id}") for camera in cameras]
        if found == self._cameras:
            return  # whoever is about to click one does not lose it
        self._cameras = found
        _empty(self._camera_buttons)
        for name, spec in found:
            button = _button(printable(name), self.tr("Track hands in the pictures of this camera"))
            button.setObjectName("camera")
            button.clicked.connect(lambda _, spec=spec: self.source_chosen.emit(spec))
            self._camera_buttons.addWidget(button)
            button.show()  # at once, for its height counts
        self._order_by_tab()
        self._camera_line.setText(self.tr(_NO_CAMERA))
        self._camera_line.setVisible(not found)
        self._shape = None
        self._show_recent()

    def show_recent(self, recent: Sequence[RecentSource]) -> None:
        """Offer what was open lately."""
        self._recent = list(recent)
        self._shape = None
        self._show_recent()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Keep the size of the view below."""
        if watched is self._over and isinstance(event, QResizeEvent):
            self.setGeometry(self._over.rect())
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Look for cameras now, and then again and again."""
        super().showEvent(event)
        self._shape = None  # what is not shown yet has no height
        self._show_recent()
        self._timer.start()
        self.cameras_asked.emit()

    def setVisible(self, visible: bool) -> None:  # noqa: N802
        """Show or hide it; hidden it gives the keyboard back to the window, not to some other control."""
        focused = QApplication.focusWidget()
        if not visible and focused is not None and self.isAncestorOf(focused):
            focused.clearFocus()
        super().setVisible(visible)

    def hideEvent(self, event: QHideEvent | None) -> None:  # noqa: N802
        """Leave the cameras alone."""
        super().hideEvent(event)
        self._timer.stop()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """As many cards beside and below each other as have room."""
        super().resizeEvent(event)
        self._show_recent()

    def _lay_out(self) -> None:
        title = QLabel(self.tr("Choose what to track"))
        title.setFont(theme.font(20))
        self._buttons.setSpacing(_GAP)
        hint = ElidedLabel(200)
        hint.setText(self.tr("A file or a folder can also be dropped anywhere on the window."))
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(title)
        column.addSpacing(4)
        column.addWidget(_heading(self.tr("CAMERAS")))
        column.addLayout(self._camera_buttons)
        column.addWidget(self._camera_line)
        column.addSpacing(6)
        column.addWidget(_heading(self.tr("WITHOUT A CAMERA")))
        column.addLayout(self._buttons)
        column.addSpacing(6)
        column.addWidget(self._recent_heading)
        self._cards.setSpacing(_GAP)
        column.addLayout(self._cards)
        column.addWidget(hint)
        inside = QWidget()
        inside.setObjectName("start")
        # Above, room for the line that says what went wrong.
        around = QVBoxLayout(inside)
        around.setContentsMargins(_MARGIN, 64, _MARGIN, 16)
        around.addStretch(1)
        around.addLayout(_in_the_middle(column))
        around.addStretch(2)
        self.setWidget(inside)

    def _make_openers(self) -> list[QPushButton]:
        demo = _button(
            self.tr("Demo hand"), self.tr("A clip of a rendered hand whose joints are known (Ctrl+D)")
        )
        demo.clicked.connect(lambda: self.source_chosen.emit(DEMO_CLIP))
        openers = [demo]
        for text, tip, signal in (
            (self.tr("Open file…"), self.tr("A video or a picture (Ctrl+O)"), self.open_file_asked),
            (self.tr("Open folder…"), self.tr("A folder of images (Ctrl+Shift+O)"), self.open_folder_asked),
            (
                self.tr("Open session…"),
                self.tr("A folder that was recorded with this program"),
                self.open_session_asked,
            ),
        ):
            opener = _button(text, tip)
            opener.clicked.connect(signal)
            openers.append(opener)
        return openers

    def _show_recent(self) -> None:
        width = min(self.width() - 2 * _MARGIN - _SCROLL_BAR, _WIDTH)
        columns = max((width + _GAP) // (_CARD.width() + _GAP), 1)
        anew = self._shape is None or columns != self._shape[0]
        if anew:
            beside = len(self._openers) if columns >= len(self._openers) else 2
            for number, opener in enumerate(self._openers):
                self._buttons.addWidget(opener, number // beside, number % beside)
            _empty(self._cards)
            self._recent_heading.setVisible(bool(self._recent))
            self._height_without_cards = self._height_of_all()
        # No more rows than there is room for; the menu has all of them.
        rows = max((self.height() - self._height_without_cards) // (_CARD.height() + _GAP), 1)
        if not anew and (columns, rows) == self._shape:
            return
        self._shape = columns, rows
        _empty(self._cards)
        for number, entry in enumerate(self._recent[: rows * columns]):
            card = self._card(entry)
            self._cards.addWidget(card, number // columns, number % columns, Qt.AlignmentFlag.AlignLeft)
            card.show()  # at once, also where the page is being shown
        self._order_by_tab()

    def _height_of_all(self) -> int:
        inside = self.widget()
        layout = None if inside is None else inside.layout()
        if layout is None:
            return 0
        layout.invalidate()
        return layout.sizeHint().height()

    def _order_by_tab(self) -> None:
        """From the top to the bottom, whenever they were made."""
        layouts = (self._camera_buttons, self._buttons, self._cards)
        items = [layout.itemAt(index) for layout in layouts for index in range(layout.count())]
        controls = [self, *(item.widget() for item in items if item is not None)]
        for before, after in itertools.pairwise(controls):
            QWidget.setTabOrder(before, after)

    def _card(self, entry: RecentSource) -> QToolButton:
        card = QToolButton()
        card.setObjectName("card")
        card.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        card.setIconSize(_PICTURE)
        card.setFixedSize(_CARD)
        card.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        picture = QPixmap(str(entry.picture)) if entry.picture is not None else QPixmap()
        card.setIcon(QIcon(picture) if not picture.isNull() else theme.icon("hand"))
        card.setFont(theme.font(theme.SMALL_FONT_SIZE))
        name, room = printable(entry.name), _CARD.width() - 14
        card.setText(card.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room))
        tip = self.tr("Session {path}") if entry.is_session else self.tr("Open {path}")
        card.setToolTip(tip.format(path=printable(str(entry.path))))
        card.setAccessibleName(name)
        card.clicked.connect(lambda: self.source_chosen.emit(str(entry.path)))
        return card


_WIDTH = 4 * _CARD.width() + 3 * _GAP


def _in_the_middle(column: QVBoxLayout) -> QHBoxLayout:
    held = QWidget()
    held.setMaximumWidth(_WIDTH)
    held.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    held.setLayout(column)
    row = QHBoxLayout()
    row.addStretch(0)
    row.addWidget(held)
    row.addStretch(0)
    return row


def _button(text: str, tip: str) -> QPushButton:
    # A name of a camera is no place for shortcuts.
    button = QPushButton(text.replace("&", "&&"))
    button.setToolTip(tip)
    button.setMinimumHeight(34)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("heading")
    return label


def _empty(layout: QVBoxLayout | QGridLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
