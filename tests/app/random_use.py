"""Somebody who does anything that the window allows, in any order: from a seed, through its real widgets."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QAction, QWheelEvent
from PyQt6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDockWidget, QWidget
from pytestqt.qtbot import QtBot

from app.theme import THEMES
from app.window import MainWindow
from handtrack.sources.own_names import DEMO_CLIP

_AREAS = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
    Qt.DockWidgetArea.TopDockWidgetArea,
)
_SWITCHES = ("True hand, where it is known", "Raw joints beside the smoothed ones", "Compare with MediaPipe")


class RandomUse:
    """Actions at random; `done` are the last ones in words, `counts` how often each kind was done."""

    def __init__(
        self, window: MainWindow, qtbot: QtBot, sources: list[str], sessions: Path, seed: int
    ) -> None:
        self.done: deque[str] = deque(maxlen=25)
        self.counts: dict[str, int] = {}
        self._qtbot = qtbot
        self._window, self._sources, self._sessions = window, sources, sessions
        self._random = random.Random(seed)
        self._acts: list[tuple[int, Callable[[], object]]] = [
            (3, self.open_source),
            (1, self.open_session),
            (1, self.track_again),
            (4, self.toggle_dock),
            (2, self.float_dock),
            (2, self.move_dock),
            (1, self.reset_layout),
            (8, self.scrub),
            (4, self.play_or_pause),
            (4, self.step),
            (3, self.loop_part),
            (2, self.change_speed),
            (5, self.move_threshold),
            (2, self.press_control),
            (1, self.change_theme),
            (4, self.record),
            (2, self.mark),
            (3, self.switch_lines),
            (3, self.choose_in_view),
            (3, self.click_in_plot),
            (3, self.turn_hands),
            (1, self.resize),
            (1, self.start_or_stop),
        ]

    def act(self) -> None:
        """Do one thing."""
        weights = [weight for weight, _ in self._acts]
        (act,) = self._random.choices([act for _, act in self._acts], weights)
        name = getattr(act, "__name__", "?")
        self.counts[name] = self.counts.get(name, 0) + 1
        self.done.append(f"{name} {act() or ''}".strip())

    def open_source(self) -> str:
        spec = self._random.choice([*self._sources, DEMO_CLIP])
        self._window.open_source(spec)
        return spec

    def open_session(self) -> str:
        folders = sorted(
            folder for folder in self._sessions.iterdir() if (folder / "hands.parquet").is_file()
        )
        if not folders:
            return "none"
        chosen = self._random.choice(folders)
        self._window.open_source(str(chosen))
        return chosen.name

    def track_again(self) -> None:
        self._press(self._window.controls.track_again)

    def toggle_dock(self) -> str:
        name, dock = self._dock()
        toggle = dock.toggleViewAction()
        if toggle is not None and toggle.isEnabled():
            toggle.trigger()
        return name

    def float_dock(self) -> str:
        name, dock = self._dock()
        dock.setFloating(not dock.isFloating())
        if dock.isFloating():
            dock.move(self._random.randint(0, 600), self._random.randint(0, 400))
        return name

    def move_dock(self) -> str:
        name, dock = self._dock()
        area = self._random.choice(_AREAS)
        self._window.addDockWidget(area, dock)
        return f"{name} {area.name}"

    def reset_layout(self) -> None:
        self._window.layout_of_docks.reset()

    def scrub(self) -> None:
        slider = self._window.transport.slider
        if not slider.isVisible():
            return
        left = Qt.MouseButton.LeftButton
        self._qtbot.mousePress(slider, left, pos=self._point(slider))
        for _ in range(self._random.randint(0, 6)):
            self._qtbot.mouseMove(slider, self._point(slider))
        self._qtbot.mouseRelease(slider, left, pos=self._point(slider))

    def play_or_pause(self) -> None:
        self._qtbot.keyClick(self._window, Qt.Key.Key_Space)

    def step(self) -> None:
        for _ in range(self._random.randint(1, 5)):
            self._press(self._random.choice([self._window.transport.forward, self._window.transport.back]))

    def loop_part(self) -> None:
        transport = self._window.transport
        self._press(self._random.choice([transport.part, transport.part, transport.loop, transport.unsure]))

    def change_speed(self) -> None:
        self._window.transport.change_speed(self._random.choice((-2, -1, 1, 2)))

    def move_threshold(self) -> None:
        self._window.controls.gate.slider.setValue(self._random.randint(0, 100))

    def press_control(self) -> None:
        controls = self._window.controls
        hands = controls.hands_button(self._random.choice((1, 2, 2, 3)))
        self._press(self._random.choice([controls.smoothing, controls.mirror, hands]))

    def change_theme(self) -> str:
        name = self._random.choice(THEMES)
        self._window.preferences.change({"window.theme": name})
        return name

    def record(self) -> None:
        controls = self._window.controls
        self._press(self._random.choice([controls.record, controls.record, controls.pause_recording]))

    def mark(self) -> None:
        self._window.mark()

    def switch_lines(self) -> str:
        text = self._random.choice(_SWITCHES)
        action = self.entry(text)
        if action.isEnabled():
            action.trigger()
        return text

    def choose_in_view(self) -> str:
        boxes = [box for box in self._window.findChildren(QComboBox) if box.isVisible() and box.count() > 1]
        boxes = [box for box in boxes if not self._window.controls.isAncestorOf(box)]  # sources, cameras
        if not boxes:
            return ""
        box = self._random.choice(boxes)
        index = self._random.randrange(box.count())
        box.setCurrentIndex(index)
        box.activated.emit(index)
        return box.currentText()

    def click_in_plot(self) -> None:
        plots = self._window.plots
        plot = self._random.choice([plots.iterations, plots.uncertainty.map, plots.true_error.plots])
        if plot.isVisible():
            self._qtbot.mouseMove(plot.viewport(), self._point(plot.viewport()))
            self._qtbot.mouseClick(
                plot.viewport(), Qt.MouseButton.LeftButton, pos=self._point(plot.viewport())
            )

    def turn_hands(self) -> None:
        view = self._window.skeleton
        self._qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=self._point(view))
        self._qtbot.mouseMove(view, self._point(view))
        self._qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=self._point(view))
        at = QPointF(self._point(view))
        turned = QPoint(0, self._random.choice((-120, 120)))
        none, begin = Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
        wheel = QWheelEvent(at, at, QPoint(), turned, Qt.MouseButton.NoButton, none, begin, False)
        QApplication.sendEvent(view, wheel)

    def resize(self) -> str:
        width, height = self._random.choice([(1024, 700), (1270, 800), (1270, 1000)])
        self._window.resize(width, height)
        return f"{width} x {height}"

    def start_or_stop(self) -> None:
        self._press(self._window.controls.start_stop)

    def entry(self, text: str) -> QAction:
        """The menus' entry of that text."""
        (found,) = [action for action in self._window.actions() if action.text() == text]
        return found

    def _dock(self) -> tuple[str, QDockWidget]:
        docks = self._window.layout_of_docks.docks
        name = self._random.choice(sorted(docks))
        return name, docks[name]

    def _point(self, widget: QWidget) -> QPoint:
        width, height = max(widget.width(), 1), max(widget.height(), 1)
        return QPoint(self._random.randrange(width), self._random.randrange(height))

    @staticmethod
    def _press(button: QAbstractButton) -> None:
        if button.isVisible() and button.isEnabled():
            button.click()
