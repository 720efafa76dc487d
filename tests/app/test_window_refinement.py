"""The step view and the view of other thresholds in the window, with the real pipeline and tracker."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt

from app.help import shortcut_rows
from app.values import Phase
from app.window import MainWindow
from tests.app.sample_results import sample_hand, sample_result

LOAD_TIMEOUT = 120_000  # milliseconds


@pytest.fixture
def window(window: MainWindow):
    yield window
    window.close()
    for thread in threading.enumerate():
        if thread.name == "handtrack-unfolding":
            thread.join(120)


def all_loops_shown(window: MainWindow) -> bool:
    steps = window.steps.canvas.steps
    return len(steps) == 4 and all(step.joints is not None for step in steps)


def test_nothing_is_computed_for_a_result_that_comes_before_its_source_counts_as_running(
    idle_window, qtbot, monkeypatch
):
    monkeypatch.setattr(type(idle_window.bridge), "phase", property(lambda _: Phase.LOADING))
    qtbot.keyClick(idle_window, Qt.Key.Key_L)
    idle_window.bridge.state_changed.emit(idle_window.bridge.state)
    picture = np.arange(480 * 640 * 3, dtype=np.uint8).reshape(480, 640, 3)  # plain grey would be none
    idle_window.results.show(sample_result((sample_hand(),), image=picture))
    assert not idle_window.steps.from_nothing.isEnabled()
    assert not idle_window.steps.computing


def test_a_clip_is_stepped_through_once_it_stands_still(window, qtbot, counting_clip: Path):
    steps, dock = window.steps, window.layout_of_docks.docks["steps"]
    assert dock.isHidden()
    window.open_source(str(counting_clip))
    qtbot.keyClick(window, Qt.Key.Key_L)
    assert dock.isVisible()
    qtbot.waitUntil(lambda: any(step.runs for step in steps.canvas.steps), timeout=LOAD_TIMEOUT)
    assert not steps.computing, "it would take the time of the tracker"
    window.play_or_pause()
    qtbot.waitUntil(lambda: all_loops_shown(window), timeout=LOAD_TIMEOUT)
    assert sum(step.leaves for step in steps.canvas.steps) == 1
    assert steps.canvas.height() > 200, "a dock that is opened is given room"
    first = steps.canvas._result
    window.bridge.player.step(1)
    qtbot.waitUntil(
        lambda: (
            steps.canvas._result is not first and all(step.joints is not None for step in steps.canvas.steps)
        ),
        timeout=LOAD_TIMEOUT,
    )
    window.layout_of_docks.reset()
    assert dock.isHidden()


def test_what_other_thresholds_would_have_cost_is_shown(window, qtbot, counting_clip: Path):
    window.open_source(str(counting_clip))
    qtbot.keyClick(window, Qt.Key.Key_W)
    assert window.layout_of_docks.docks["what_if"].isVisible()
    qtbot.waitUntil(lambda: len(window.plots.what_if.bars.words) == 4, timeout=LOAD_TIMEOUT)
    assert window.plots.what_if.curve._present.isVisible()
    assert window.controls.gate.expected.text.startswith("a new hand: about 2.1 loops")


def test_the_keys_are_listed(window):
    keys = dict(shortcut_rows(window.actions()))
    assert keys["L"] == "Refinement, loop by loop"
    assert keys["W"] == "What if"


def test_a_window_that_is_closed_while_it_computes_leaves_nothing_behind(window, qtbot, shared_data: Path):
    qtbot.keyClick(window, Qt.Key.Key_L)
    window.open_source(str(shared_data / "images" / "hagrid" / "like_00016.jpg"))
    qtbot.waitUntil(lambda: window.steps.computing, timeout=LOAD_TIMEOUT)
    window.close()
    assert not window.steps._clock.isActive()
