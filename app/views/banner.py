# SPDX-License-Identifier: GPL-3.0-or-later
"""A sentence along the upper edge of the picture, until it is closed: what went wrong, or is to be known."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

_MARGIN = 10
_BORDER = 1


class Banner(QFrame):
    """Lies over the upper edge of its parent, which holds no controls; errors are red, notices are not."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._close = close = QToolButton()
        close.setText("×")
        close.setToolTip(self.tr("Close this message"))
        close.clicked.connect(self.hide)
        self._layout = layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 9, 8, 9)
        layout.addWidget(self._label, 1)
        layout.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence that is shown, or "" while the banner is closed."""
        return self._label.text() if self.isVisibleTo(self.parentWidget()) else ""

    def show_error(self, sentence: str) -> None:
        """Show what went wrong in place of the last sentence."""
        self._show(sentence, notice=False)

    def show_notice(self, sentence: str) -> None:
        """Show what is to be known in place of the last sentence."""
        self._show(sentence, notice=True)

    def _show(self, sentence: str, notice: bool) -> None:
        self.setProperty("notice", notice)
        style = self.style()
        if style is not None:
            style.polish(self)  # the style sheet colours by that property
        self._label.setText(sentence)
        self.show()
        self.raise_()
        self.place()

    def place(self) -> None:
        """Take the parent's width and the height that the sentence needs."""
        parent = self.parentWidget()
        if parent is None:
            return
        width = parent.width() - 2 * _MARGIN
        margins = self._layout.contentsMargins()
        text_width = width - margins.left() - margins.right() - 40
        height = self._label.heightForWidth(text_width) + margins.top() + margins.bottom() + 2 * _BORDER
        self.setGeometry(_MARGIN, _MARGIN, width, max(height, 40))
