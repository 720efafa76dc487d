# SPDX-License-Identifier: GPL-3.0-or-later
"""Opening the window and running it until it is closed."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.environment import prepare_for_qt
from handtrack.config import CameraSettings, Settings
from handtrack.ending import on_signals

if TYPE_CHECKING:
    from app.garbage import GarbageBetweenEvents
    from app.warm_up import WarmUp
    from app.window import MainWindow
    from app.window_task import WindowTask
    from handtrack.streaming import Streams


Remembering = Callable[[Sequence[str]], Settings]


def run_window(
    source_spec: str | int | Path | None,
    settings: Settings,
    *,
    screenshot: Path | None = None,
    quit_after: float | None = None,
    measure: Path | None = None,
    remembering: Remembering | None = None,
) -> int:
    """Show the window until it is closed; gives the exit code.

    source_spec: what to open; None takes the camera of the settings, or without a camera the start page.
    screenshot: save a picture of the window here, then quit: after quit_after seconds, or else as soon
    as tracked frames have filled the plots. The exit code is then 1, with a sentence on the error
    stream, if the source fails. quit_after: quit after so many seconds. measure: write here, as JSON, what
    the window measured of itself while it ran; quit_after then counts from when the measurement begins, a
    few seconds after the first frame. The exit code is 1, with a sentence, if nothing was measured.
    remembering: gives the settings again, over those that the window remembers; None, a screenshot and a
    measurement leave what is remembered alone.
    """
    request = _CloseRequest()
    collects = gc.isenabled()
    # Nothing of what is imported and made at the start is garbage; later see GarbageBetweenEvents.
    gc.disable()
    try:
        # From before Qt on, so that no signal finds a half-made window and Python's own handler.
        with on_signals(request.note):
            return _run(source_spec, settings, request, screenshot, quit_after, measure, remembering)
    finally:
        if collects:
            gc.enable()


class _CloseRequest:
    """What Ctrl-C and SIGTERM ask for: that the window closes, whether it is there yet or not."""

    def __init__(self) -> None:
        self._close: Callable[[], object] | None = None
        self._made = False

    def note(self, _number: int) -> None:
        self._made = True
        self._pass_on()

    def reaches(self, close: Callable[[], object] | None) -> None:
        """From now on requests, and one made before, close with this function; with None nothing does."""
        self._close = close
        self._pass_on()

    def _pass_on(self) -> None:
        if self._made and self._close is not None:
            from PyQt6.QtCore import QTimer

            # In the event loop, also one that has not begun yet: it could not be left before.
            QTimer.singleShot(0, self._close)


def _run(
    source_spec: str | int | Path | None,
    settings: Settings,
    request: _CloseRequest,
    screenshot: Path | None,
    quit_after: float | None,
    measure: Path | None,
    remembering: Remembering | None,
) -> int:
    prepare_for_qt()
    from PyQt6 import sip
    from PyQt6.QtCore import QTimer

    from app import theme
    from app.application import make_application
    from app.assembly import make_window
    from app.bridge import Bridge
    from app.exceptions import ExceptionReporter
    from app.first_paint import FirstPaint
    from app.garbage import GarbageBetweenEvents
    from app.log_lines import LogLines
    from app.model.memory import preferences_file, recent_folder
    from app.model.recent import RecentSources
    from app.preferences import Preferences
    from app.screenshot import ScreenshotTask
    from app.warm_up import WarmUp

    application = make_application()
    application.setApplicationName("handtrack")
    remembers = remembering is not None and screenshot is None and measure is None
    preferences = Preferences(preferences_file() if remembers else None)
    remembered = preferences.overrides()
    if remembering is not None and remembered:
        settings = remembering(remembered)
    theme.apply_theme(application, settings.window.theme)
    theme.follow_desktop(application)
    bridge = Bridge(settings, streams=_opened_streams(settings))
    window = make_window(bridge, settings, RecentSources(recent_folder() if remembers else None), preferences)
    window.resize(1280, 800)
    reporter = ExceptionReporter()
    reporter.reported.connect(window.show_error)
    # The window itself says when it is done, once everything behind it has ended.
    application.setQuitOnLastWindowClosed(False)
    window.closed.connect(application.exit)
    wake = QTimer()
    wake.start(200)
    # Python handles signals between its own instructions only, so it needs to be woken now and then.
    wake.timeout.connect(lambda: None)
    garbage = GarbageBetweenEvents()
    tasks: list[WindowTask] = []
    if measure is not None:
        from app.measurement import WindowMeasurement

        tasks.append(WindowMeasurement(window, measure, quit_after))
    if screenshot is not None:
        tasks.append(ScreenshotTask(window, screenshot, quit_after))
    elif quit_after is not None and measure is None:
        _later(window, quit_after, window.close)
    for task in tasks:
        reporter.reported.connect(task.fail)
    lines = LogLines()
    lines.fresh.connect(window.log.add)
    with reporter, lines:
        warm_up = WarmUp()
        painted = FirstPaint(window)
        # Only once the window is on the screen: opening a source imports slow libraries.
        painted.over.connect(warm_up.start)
        # After all who wait for the painting have heard of it, and what a person did meanwhile.
        painted.over.connect(lambda: _later(window, 0, window.plots.make))
        painted.over.connect(bridge.cameras.find)
        painted.over.connect(lambda: _open_when_warm(window, warm_up, garbage, source_spec))
        if source_spec is None:
            _open_first_camera(window, settings)
        window.show()
        request.reaches(window.close)
        application.exec()
        request.reaches(None)
        if window.isVisible():
            window.close()
        warm_up.close()
    wake.stop()
    garbage.stop()
    # Now, not when Python comes to it: the application would be gone before its windows, and what they then
    # touch is freed memory.
    sip.delete(window)
    errors = [task.error for task in tasks if task.error]
    sys.stderr.writelines(f"{error}\n" for error in errors)
    return 1 if errors else 0


def _opened_streams(settings: Settings) -> Streams | None:
    """The streams and processors that the settings name, or None. Raises ConfigError and StreamError."""
    if not settings.streaming.wanted:
        return None
    from handtrack.streaming import Streams

    return Streams.open(settings.streaming)


def _open_when_warm(
    window: MainWindow, warm_up: WarmUp, garbage: GarbageBetweenEvents, spec: str | int | Path | None
) -> None:
    """Open a source, if one is named, once what it needs is imported; the window answers meanwhile."""
    if not warm_up.done:
        _later(window, 0.01, lambda: _open_when_warm(window, warm_up, garbage, spec))
        return
    garbage.start()
    if spec is not None:
        window.open_source(spec)
    # Before its first result, which would have them made; and after the source, which is not lost with them.
    window.plots.make()


def _open_first_camera(window: MainWindow, settings: Settings) -> None:
    """Open the camera of the settings once the first search for cameras is over, if there is any.

    Without one the start page stays; a camera that the settings name is tried all the same, for not every
    system lists all that it has.
    """

    def found(cameras: object) -> None:
        window.bridge.cameras.found.disconnect(found)
        named = settings.camera.device != CameraSettings().device
        if (cameras or named) and window.bridge.source_spec is None:
            window.open_source(_camera_of(settings))

    window.bridge.cameras.found.connect(found)


def _later(window: MainWindow, seconds: float, call: Callable[[], object]) -> None:
    """Call after so many seconds, but no more once the window is gone: a busy machine may close it sooner."""
    from PyQt6.QtCore import QTimer

    timer = QTimer(window)
    timer.setSingleShot(True)
    timer.timeout.connect(call)
    timer.start(round(seconds * 1000))


def _camera_of(settings: Settings) -> str | int:
    """The camera of the settings as a source: a plain name would be taken for a path."""
    device = settings.camera.device
    return device if isinstance(device, int) else f"camera:{device}"
