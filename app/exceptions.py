# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors that nobody expected: told in the window and the log, and the program goes on."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

from PyQt6.QtCore import QObject, pyqtSignal

log = logging.getLogger(__name__)


class ExceptionReporter(QObject):
    """While entered, an exception that nothing caught is reported instead of ending the program.

    Without it, Qt ends the whole process at the first exception in a slot.
    """

    reported = pyqtSignal(str)
    """One sentence for people; may be emitted from any thread."""

    def __enter__(self) -> ExceptionReporter:
        """Take over from the usual hooks."""
        self._main_hook, self._thread_hook = sys.excepthook, threading.excepthook
        sys.excepthook = self._report
        threading.excepthook = self._report_thread
        return self

    def __exit__(self, *_: object) -> None:
        """Give back to the usual hooks."""
        sys.excepthook, threading.excepthook = self._main_hook, self._thread_hook

    def _report(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._main_hook(kind, error, traceback)
            return
        what = " ".join(str(error).split()) or self.tr("no details")
        sentence = self.tr("Something unexpected went wrong ({kind}: {what}).").format(
            kind=kind.__name__, what=what
        )
        log.error(sentence, exc_info=(kind, error, traceback))
        self.reported.emit(f"{sentence} {self.tr('The log says where (menu View).')}")

    def _report_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._report(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
