# SPDX-License-Identifier: GPL-3.0-or-later
"""The Qt application, or one clear sentence where Qt cannot draw."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from PyQt6.QtCore import QMessageLogContext, QtMsgType, qFormatLogMessage, qInstallMessageHandler
from PyQt6.QtWidgets import QApplication

_UNREACHED = "could not connect to display"
"""Of Qt's platform xcb: the X server is gone, or lets nobody else in."""


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
                _end(said)  # Qt aborts as soon as this returns
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


def _end(said: list[str]) -> NoReturn:
    if any(_UNREACHED in line for line in said):
        screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        trouble = f"the screen {screen} does not answer; `handtrack process SOURCE --out DIR` needs none"
    else:
        reason = said[0].strip(" .") if said else "Qt names no reason"
        trouble = f"the window cannot open ({reason}); `handtrack doctor` says what is missing"
    sys.stderr.write(f"error: {trouble}\n")
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(1)
