"""The log in the window: the program's own lines, and those of native libraries."""

from __future__ import annotations

import logging
import sys
import threading

import pytest
from PyQt6.QtWidgets import QApplication

from app.assembly import make_window
from app.bridge import Bridge
from app.exceptions import ExceptionReporter
from app.log_lines import MOST_LINES, LogLines
from app.views.log import LogView

log = logging.getLogger("handtrack.tests")


@pytest.fixture
def view(qtbot) -> LogView:
    made = LogView()
    qtbot.addWidget(made)
    made.resize(600, 150)
    made.show()
    return made


def test_lines_of_every_thread_are_shown_and_can_be_copied(view, qtbot):
    lines = LogLines()
    lines.fresh.connect(view.add)
    with lines:
        log.warning("from the window's thread")
        thread = threading.Thread(target=lambda: log.error("from another \x1b[31mthread"), daemon=False)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: len(view.lines) == 2)
    assert view.lines[0].endswith("WARNING  from the window's thread")
    assert "\x1b" not in view.lines[1]
    log.warning("afterwards")
    lines.look()
    assert len(view.lines) == 2
    view.copy.click()
    clipboard = QApplication.clipboard()
    assert clipboard is not None
    assert clipboard.text() == "\n".join(view.lines)
    view.empty.click()
    assert view.lines == []


def test_a_flood_keeps_the_newest_lines(view, qtbot):
    lines = LogLines()
    lines.fresh.connect(view.add)
    with lines:
        for number in range(3 * MOST_LINES):
            log.warning("line %d", number)
        lines.look()
        log.warning("the last")
        lines.look()
    assert len(view.lines) == MOST_LINES
    assert view.lines[-1].endswith("the last")


def test_an_exception_in_a_slot_is_one_sentence_there_and_over_the_picture(qtbot, settings, view):
    window = make_window(Bridge(settings), settings)
    qtbot.addWidget(window)
    lines, reporter = LogLines(), ExceptionReporter()
    lines.fresh.connect(window.log.add)
    reporter.reported.connect(window.show_error)
    with lines, reporter:
        try:
            raise ValueError("that nobody\nexpected")
        except ValueError as error:
            sys.excepthook(ValueError, error, error.__traceback__)
        lines.look()
    sentence = "Something unexpected went wrong (ValueError: that nobody expected)."
    assert window.log.lines[0].endswith(f"ERROR  {sentence}")
    assert any("test_log_lines.py" in line for line in window.log.lines), "and where"
    assert window.video.banner._label.text().startswith(sentence)
    assert window.layout_of_docks.docks["log"].isHidden(), "closed until somebody wants to read it"
    window.close()
