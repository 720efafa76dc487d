"""Each view looks as it was approved, in two sizes and both themes; and a view that does not is found out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PyQt6 import sip
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor, QFont, QFontDatabase
from PyQt6.QtWidgets import QApplication, QWidget

from app import theme
from app.views import hand_overlay
from app.views.iterations import IterationsView
from app.views.opengl import opengl_support
from app.views.transport_bar import TransportBar
from tests.app.approval import FOLDER, check, faults
from tests.app.approved_views import VIEWS

THEMES = ("dark", "light")
CASES = [(name, number, look) for name in VIEWS for number in (0, 1) for look in THEMES]
DIALOGS = ("preferences", "calibration", "card", "chessboard", "shortcuts")
Draw = Callable[..., np.ndarray]


@pytest.fixture
def draw(qapp: QApplication, pixels) -> Iterator[Draw]:
    """The picture of a view in one of its sizes and a theme, with something done to it before it is taken."""
    made: list[QWidget] = []

    def take(
        name: str, number: int, look: str, change: Callable[[QWidget], object] = lambda _: None
    ) -> np.ndarray:
        if name == "skeleton" and not opengl_support().available:
            pytest.skip(f"needs OpenGL: {opengl_support().detail}")
        if name in DIALOGS and qapp.platformName() != "xcb":
            pytest.skip("the buttons of dialogs are of another width on every platform")
        theme.apply_theme(qapp, look)
        make, sizes = VIEWS[name]
        widget = make()
        made.append(widget)
        # Laid out as on a screen, but never the active window, in which something has the keyboard.
        widget.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        widget.resize(*sizes[number])
        widget.show()
        qapp.processEvents()
        for view in (widget, *widget.findChildren(QWidget)):
            redraw = getattr(view, "redraw", None)
            if redraw is not None:
                redraw()
        for bar in widget.findChildren(TransportBar):
            bar.show_sureness()
        change(widget)
        qapp.processEvents()
        assert (widget.width(), widget.height()) == sizes[number], "it is no smaller than it can be"
        return pixels(widget)

    yield take
    theme.apply_theme(qapp, "dark")  # while the widgets are whole
    for widget in made:
        release = getattr(widget, "release", None)
        if release is not None:
            release()
        sip.delete(widget)


@pytest.mark.parametrize(("name", "number", "look"), CASES)
def test_the_view_looks_as_it_was_approved(draw, tmp_path, name, number, look):
    width, height = VIEWS[name][1][number]
    check(draw(name, number, look), f"{name}-{width}x{height}-{look}", tmp_path)


def test_no_other_font_of_the_machine_is_seen(qapp):
    aliases = {"Sans", "Serif", "Monospace"}  # fontconfig's own names
    assert {family.split()[0] for family in QFontDatabase.families()} - aliases == {"DejaVu"}


def test_there_is_no_approved_picture_of_nothing():
    names = {
        f"{name}-{w}x{h}-{look}" for name, (_, sizes) in VIEWS.items() for w, h in sizes for look in THEMES
    }
    assert {path.stem for path in FOLDER.glob("*.png")} == names
    assert sum(path.stat().st_size for path in FOLDER.glob("*.png")) < 1_100_000


def fault(
    draw: Draw, name: str, change: Callable[[QWidget], object] = lambda _: None, look: str = "dark"
) -> str:
    """What is found of the smaller picture, altered, beside the approved dark one."""
    width, height = VIEWS[name][1][0]
    return faults(draw(name, 0, look, change), f"{name}-{width}x{height}-dark")


def test_a_shifted_label_is_found(draw, monkeypatch):
    assert fault(draw, "iterations") == "" == fault(draw, "video") == fault(draw, "transport")

    def push(view: QWidget) -> None:
        assert isinstance(view, IterationsView)
        view._gate_label.setPos(view._gate_label.pos().x() + 2.0, view._gate_label.pos().y())

    assert fault(draw, "iterations", push)

    def indent(below: QWidget) -> None:
        (bar,) = below.findChildren(TransportBar)
        bar.time.move(bar.time.x() + 16, bar.time.y())

    assert fault(draw, "transport", indent)
    monkeypatch.setattr(hand_overlay, "_LABEL_HEIGHT", 2 * hand_overlay._LABEL_HEIGHT)
    assert fault(draw, "video")


def test_a_missing_colour_is_found(draw, monkeypatch):
    grey = QColor(120, 120, 120)
    monkeypatch.setitem(theme.FINGER_COLOURS, "index", grey)
    assert fault(draw, "video")
    monkeypatch.setitem(theme.HAND_COLOURS, "left", theme.PANEL)
    monkeypatch.setattr(theme, "use", lambda palette: None)  # which would give it back
    assert fault(draw, "iterations")


@pytest.mark.parametrize("name", [name for name in VIEWS if name not in ("video", "compared", "skeleton")])
def test_a_wrong_theme_is_found(draw, name):
    """The picture and the hands in space are dark in every theme."""
    assert fault(draw, name, look="light")


def test_words_that_are_drawn_by_another_rasteriser_are_the_same(draw, qapp, monkeypatch):
    usual = theme.font

    def unhinted(*arguments, **named) -> QFont:
        font = usual(*arguments, **named)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font

    monkeypatch.setattr(theme, "font", unhinted)
    found = {name: fault(draw, name) for name in ("video", "iterations", "steps", "uncertainty")}
    assert set(found.values()) == {""}
