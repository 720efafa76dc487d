"""Makes every picture of docs/window.md from the window itself, playing the shipped clip: `make pictures`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from app.environment import prepare_for_qt

prepare_for_qt()

from PyQt6.QtGui import QImage  # noqa: E402
from PyQt6.QtWidgets import QApplication, QWidget  # noqa: E402

from app import theme  # noqa: E402
from app.assembly import make_window  # noqa: E402
from app.bridge import Bridge  # noqa: E402
from app.values import RecordingProgress  # noqa: E402
from handtrack.config import load_settings  # noqa: E402
from handtrack.hand import FrameResult  # noqa: E402

FOLDER = Path(__file__).parent / "pictures"
SIZE = (1280, 800)
PATIENCE = 300.0
"""Seconds within which anything that is waited for comes, also on a busy machine."""
UNSURE_AT = 3.0
"""A moment of the clip, seconds, at which the hand turns and the loops have something to do."""


class _Photographer:
    """A window on a virtual screen, and somebody who uses it and takes pictures."""

    def __init__(self, application: QApplication, home: Path, look: str = "dark") -> None:
        self._application = application
        theme.apply_theme(application, look)
        settings = load_settings(overrides=[f"recording.folder={home}", f"window.theme={look}"])
        self.bridge = Bridge(settings)
        self.window = make_window(self.bridge, settings)
        self.shown: list[FrameResult] = []
        self.bridge.result_ready.connect(self.shown.append)
        self.window.resize(*SIZE)
        self.window.show()
        self.wait(0.5)

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._application.processEvents()
            time.sleep(0.005)

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError("what the picture is to show did not come")
            self.wait(0.01)

    def open(self, spec: str) -> None:
        self.shown.clear()
        self.window.open_source(spec)
        self.until(lambda: bool(self.shown))

    def play_to(self, moment: float) -> None:
        """Let the file play from its beginning, so that the plots are filled, and pause."""
        self.until(lambda: (self.shown[-1].frame.position or 0.0) >= moment)
        self.window.play_or_pause()
        self.wait(1.0)

    def take(self, name: str, widget: QWidget | None = None) -> None:
        self.window.plots.redraw()
        self.wait(0.3)
        picture = (widget or self.window).grab().toImage()
        path = FOLDER / f"{name}.png"
        picture.convertToFormat(QImage.Format.Format_RGB888).save(str(path), "PNG", 0)
        sys.stdout.write(f"{path.name}: {path.stat().st_size / 1000:.0f} kB\n")

    def show_dock(self, name: str, wanted: bool = True) -> None:
        dock = self.window.layout_of_docks.docks[name]
        toggle = dock.toggleViewAction()
        if toggle is not None and dock.isVisible() != wanted:
            toggle.trigger()
        self.wait(0.5)

    def close(self) -> None:
        self.window.close()
        self.wait(0.2)


def main() -> None:
    """Make the pictures."""
    FOLDER.mkdir(exist_ok=True)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("handtrack")
    with tempfile.TemporaryDirectory() as home:
        dark = _Photographer(application, Path(home) / "recordings")
        dark.wait(3)
        dark.take("start")
        dark.open("demo")
        dark.play_to(9.5)
        dark.take("file")
        refinement(dark)
        session(dark)
        dark.close()
        light = _Photographer(application, Path(home) / "recordings", "light")
        light.open("demo")
        light.play_to(9.5)
        light.take("light")
        light.close()


def refinement(at: _Photographer) -> None:
    """The loops of one frame beside each other, and what other thresholds would cost."""
    at.show_dock("what_if")
    at.take("what_if", at.window.plots.what_if)
    at.show_dock("what_if", wanted=False)
    at.show_dock("measures")
    at.wait(1.0)
    at.take("measures", at.window.plots.measures)
    at.show_dock("measures", wanted=False)
    at.bridge.player.seek(UNSURE_AT)
    at.wait(1.0)
    at.show_dock("steps")
    dock = at.window.layout_of_docks.docks["steps"]
    dock.setFloating(True)
    dock.resize(1140, 460)
    at.wait(1.0)
    at.until(lambda: not at.window.steps.computing)
    at.wait(1.0)
    at.take("steps", at.window.steps)
    at.show_dock("steps", wanted=False)
    at.window.layout_of_docks.reset()


def session(at: _Photographer) -> None:
    """A recording with a mark, opened again, and tracked again with all loops."""
    told: list[RecordingProgress] = []
    at.bridge.recording_changed.connect(told.append)
    at.bridge.player.play_or_pause()
    at.window.controls.record.click()
    at.until(lambda: bool(told) and told[-1].frames > 90)
    at.window.mark()
    at.until(lambda: told[-1].frames > 250)
    at.window.controls.record.click()
    at.until(lambda: not told[-1].active)
    at.open(str(told[-1].folder))
    at.window.transport.go_to_mark()
    at.wait(0.5)
    if at.bridge.player.state is not None and at.bridge.player.state.playing:
        at.window.play_or_pause()
    at.bridge.player.seek(5.0)
    at.wait(1.5)
    at.take("session")
    at.window.controls.gate.slider.setValue(100)
    at.window.controls.track_again.click()
    at.until(lambda: at.shown[-1].before is not None)
    at.play_to(6.0)
    at.take("again")


if __name__ == "__main__":
    main()
