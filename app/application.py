# SPDX-License-Identifier: GPL-3.0-or-later
"""The Qt application, or one clear sentence where Qt cannot draw."""

from __future__ import annotations

import sys

from PyQt6.QtCore import QMessageLogContext, QtMsgType, qFormatLogMessage, qInstallMessageHandler
from PyQt6.QtWidgets import QApplication

from handtrack.screen import end_without_window


def make_application() -> QApplication:
    """The application of this process, made if there is none yet.

    Qt aborts the process where no window can be drawn: the screen does not answer (a login that has ended, a
    root shell on another's desktop), or a system library is missing. Here the process ends with exit status 1
    instead, and one sentence on the error stream. No thread runs yet that would have to end before.
    """
    made = QApplication.instance()
    if made is None:
        said: list[str] = []
        lines: list[str] = []

        def heed(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
            if kind is QtMsgType.QtFatalMsg:
                end_without_window(said)  # Qt aborts as soon as this returns
            said.append(text or "")
            lines.append(qFormatLogMessage(kind, context, text))

        previous = qInstallMessageHandler(heed)
        try:
            made = QApplication(sys.argv[:1])
        finally:
            qInstallMessageHandler(previous)
        sys.stderr.writelines(f"{line}\n" for line in lines)
    assert isinstance(made, QApplication)
    return made
