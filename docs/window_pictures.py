"""Makes every picture of docs/window.md from the window itself, playing the shipped clip: `make pictures`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from photographer import Photographer
from PyQt6.QtWidgets import QApplication
from saving import FOLDER

from app.values import RecordingProgress

UNSURE_AT = 3.0
"""A moment of the clip, seconds, at which the hand turns and the loops have something to do."""


def main() -> None:
    """Make the pictures."""
    FOLDER.mkdir(exist_ok=True)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("handtrack")
    with tempfile.TemporaryDirectory() as home:
        dark = Photographer(application, Path(home) / "recordings")
        dark.window.plots.make()  # the program makes them once the window stands
        dark.wait(3)
        dark.take("start")
        dark.open("demo")
        dark.play_to(9.5)
        dark.take("file")
        refinement(dark)
        session(dark)
        dark.close()
        light = Photographer(application, Path(home) / "recordings", "light")
        light.open("demo")
        light.play_to(9.5)
        light.take("light")
        light.close()


def refinement(at: Photographer) -> None:
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


def session(at: Photographer) -> None:
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
