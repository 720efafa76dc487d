"""The verbs that open the window: run, demo."""

from __future__ import annotations

import os

import pytest

from handtrack.config import Settings
from tests.handtrack.cli.calling import failed_with_one_line, handtrack


def test_run_without_a_screen_says_what_to_do_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)

    line = failed_with_one_line(handtrack("run"), 1)

    assert "no screen" in line
    assert "handtrack process" in line


def test_run_takes_a_mirrored_source(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bool] = []

    def open_window(source: str, settings: Settings, *_: object) -> int:
        opened.append(settings.source.mirrored)
        return 0

    monkeypatch.setattr("handtrack.cli.window._open_window", open_window)
    assert handtrack("run", "clip.mp4", "--mirrored").exit_code == 0
    assert handtrack("run", "clip.mp4").exit_code == 0
    assert opened == [True, False]


@pytest.mark.parametrize(("renders", "expected"), [(True, "rendered"), (False, "demo")])
def test_demo_without_camera_shows_a_rendered_hand(
    monkeypatch: pytest.MonkeyPatch, renders: bool, expected: str
) -> None:
    opened: list[str | None] = []

    def run_window(source: str | None, *_: object, **__: object) -> int:
        opened.append(source)
        return 0

    monkeypatch.setenv("DISPLAY", os.environ.get("DISPLAY", ":99"))
    monkeypatch.setattr("handtrack.demo.list_cameras", list)
    monkeypatch.setattr("handtrack.demo.can_render_live", lambda: renders)
    monkeypatch.setattr("app.main.run_window", run_window)

    result = handtrack("demo")

    assert result.exit_code == 0
    assert opened == [expected]
    assert "there is no camera" in result.stderr
