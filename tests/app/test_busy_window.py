"""What a window on a busy machine leaves out, and says that it does."""

from __future__ import annotations

import time
from unittest.mock import PropertyMock

import pytest

from app.bridge import Bridge
from app.load_shedding import LEVELS
from app.running_plots import NAMES
from app.window import MainWindow
from handtrack.sources.base import SourceInfo
from tests.app.sample_results import moving_results


@pytest.fixture
def window(idle_window: MainWindow) -> MainWindow:
    return idle_window


def test_results_that_wait_long_cost_plots_space_and_pictures_and_all_comes_back(window, monkeypatch):
    now, wait = 100.0, 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(Bridge, "handed_over", PropertyMock(side_effect=lambda: now - wait))
    drawn = {"picture": 0, "space": 0}
    for name, view in (("picture", window.video), ("space", window.skeleton)):
        monkeypatch.setattr(view, "show_result", lambda _, name=name: drawn.update({name: drawn[name] + 1}))
    for view in (window.plots.iterations, window.plots.uncertainty):
        monkeypatch.setattr(view, "show_result", lambda _: None)
    rates: list[float] = []
    for name in NAMES:
        view = getattr(window.plots, name)
        monkeypatch.setattr(view, "set_redraw_rate", rates.append)
    window.bridge.source_opened.emit(SourceInfo("camera", 640, 480, 30.0, None, True, "a camera"))
    results = moving_results(30)

    def show(seconds: float) -> dict[str, int]:
        nonlocal now
        drawn.update(picture=0, space=0)
        for number in range(round(30 * seconds)):
            now += 1 / 30
            window.bridge.result_ready.emit(results[number % len(results)])
        return dict(drawn)

    assert show(2) == {"picture": 60, "space": 60}
    assert window.status.busy == ""
    wait = 0.2
    show(10)
    assert window.status.busy == LEVELS[-1].words
    busy = show(2)
    assert busy["picture"] == 30
    assert busy["space"] < 15
    wait = 0.0
    assert rates[-1] == LEVELS[-1].plots_hz
    show(40)
    assert window.status.busy == ""
    assert show(2) == {"picture": 60, "space": 60}
    assert rates[-1] == LEVELS[0].plots_hz
