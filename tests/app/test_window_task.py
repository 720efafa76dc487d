"""A script's window ends also where what it waits for never comes."""

from __future__ import annotations

from typing import Any

import pytest

from app import window_task
from app.main import run_window
from app.running_plots import RunningPlots
from app.values import Phase
from app.window import MainWindow
from handtrack.config import load_settings
from handtrack.sources import camera_list
from tests.app.shown_windows import at_each_look

TASKS = ("screenshot", "measure")


def run_task(task: str, source: str | None, folder: Any) -> tuple[int, Any]:
    file = folder / "written"
    wanted: dict[str, Any] = {task: file}
    if task == "measure":
        wanted["quit_after"] = 0.5
    return run_window(source, load_settings(), **wanted), file


@pytest.mark.parametrize("task", TASKS)
def test_what_goes_wrong_in_the_window_ends_it(
    qtbot, monkeypatch, tmp_path, plain_clip, capsys, tracker_loads, end_of_loading, task
):
    def fail(_: RunningPlots) -> None:
        raise ImportError("cannot import name 'PlotItem' from partially initialized module 'pyqtgraph'")

    monkeypatch.setattr(RunningPlots, "_new_views", fail)
    status, file = run_task(task, plain_clip, tmp_path)
    assert status == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("Something unexpected")]
    assert len(lines) == 1
    assert "'PlotItem'" in lines[0]
    assert not file.exists()


def test_what_goes_wrong_while_the_picture_is_taken_ends_it(
    qtbot, monkeypatch, tmp_path, plain_clip, capsys, tracker_loads, end_of_loading
):
    def fail(_: MainWindow) -> None:
        raise ZeroDivisionError("a plot cannot be drawn")

    monkeypatch.setattr(MainWindow, "grab", fail)
    file = tmp_path / "window.png"
    assert run_window(plain_clip, load_settings(), screenshot=file, quit_after=1.0) == 1
    assert "a plot cannot be drawn" in capsys.readouterr().err
    assert not file.exists()


@pytest.mark.parametrize("task", TASKS)
def test_no_frame_at_all_ends_it(qtbot, monkeypatch, tmp_path, capsys, task):
    monkeypatch.setattr(window_task, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(camera_list, "list_cameras", list)
    status, file = run_task(task, None, tmp_path)
    assert status == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line == "No frame came within 0.5 seconds (no source is open); name a source that works."
    assert not file.exists()


def test_a_source_opens_where_the_plots_could_not_be_made_at_once(
    qtbot, monkeypatch, plain_clip, tracker_loads, end_of_loading
):
    """As where two threads import the same at once; the first result has the plots made again."""
    make = RunningPlots._new_views
    failures: list[RunningPlots] = []

    def fail_twice(plots: RunningPlots) -> Any:
        if len(failures) < 2:
            failures.append(plots)
            raise ImportError("half of a module")
        return make(plots)

    monkeypatch.setattr(RunningPlots, "_new_views", fail_twice)
    phases: set[Phase] = set()

    def look(window: MainWindow) -> None:
        phases.add(window.bridge.phase)
        layout = window.plots.places["iterations"].layout()
        if window.bridge.phase is Phase.RUNNING and layout is not None and layout.count():
            window.close()

    with at_each_look(look):
        assert run_window(plain_clip, load_settings(), quit_after=30) == 0
    assert Phase.RUNNING in phases
