"""The look of the window: what is chosen can be read, and a change of theme reaches what is on the screen."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyqtgraph as pg
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QLabel,
    QMainWindow,
    QPushButton,
    QSlider,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.palettes import contrast
from app.views.controls import ControlsView
from app.views.true_error import TrueErrorView
from handtrack.config import load_settings

BOTH = pytest.mark.parametrize("name", ["dark", "light"])


def name_of(pixel: tuple[int, ...]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*pixel)


@BOTH
def test_the_selected_entry_of_a_list_can_be_read(qapp, qtbot, pixels, name):
    theme.apply_theme(qapp, name)
    box = QComboBox()
    qtbot.addWidget(box)
    box.addItems(["first entry", "second entry"])
    box.setCurrentIndex(1)
    box.show()
    box.showPopup()
    view = box.view()
    assert view is not None
    qtbot.waitUntil(view.isVisible)
    row = view.visualRect(view.currentIndex())
    picture = pixels(view.viewport())[row.top() : row.bottom(), row.left() : row.right()]
    counted = Counter(map(tuple, picture.reshape(-1, 3).tolist()))
    behind = name_of(counted.most_common(1)[0][0])
    assert max(contrast(name_of(pixel), behind) for pixel in counted) >= 4.5
    box.hidePopup()


@BOTH
def test_what_has_the_keyboard_looks_different(qapp, qtbot, pixels, name):
    theme.apply_theme(qapp, name)
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    segment = QToolButton()
    segment.setObjectName("segment")
    segment.setCheckable(True)
    segment.setChecked(True)
    ticked = QCheckBox("ticked")
    ticked.setChecked(True)
    controls = [
        QPushButton("button"),
        QToolButton(),
        segment,
        QComboBox(),
        QCheckBox("tick"),
        ticked,
        QSlider(Qt.Orientation.Horizontal),
    ]
    for control in controls:
        layout.addWidget(control)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    for control, other in zip(controls, controls[1:] + controls[:1], strict=True):
        other.setFocus()
        without = pixels(control)
        control.setFocus()
        assert (np.abs(pixels(control).astype(int) - without).max(axis=-1) > 60).sum() > 20, control


def test_a_change_of_theme_reaches_plots_and_icons(qapp, qtbot, pixels):
    controls, plots = ControlsView(load_settings()), TrueErrorView(10)
    for view in (controls, plots):
        qtbot.addWidget(view)
        view.show()
    icon = controls.start_stop.icon().cacheKey()
    curve = next(item for item in plots.plots.scene().items() if isinstance(item, pg.PlotCurveItem))
    assert curve.opts["pen"].color().name() in (theme.DARK.accent, theme.DARK.text)
    theme.apply_theme(qapp, "light")
    assert controls.start_stop.icon().cacheKey() != icon
    pens = {
        item.opts["pen"].color().name()
        for item in plots.plots.scene().items()
        if isinstance(item, pg.PlotCurveItem)
    }
    assert pens == {theme.LIGHT.accent, theme.LIGHT.text}
    assert theme.LIGHT.accent in plots.plots._legend.toHtml()
    assert tuple(pixels(plots.plots)[3, 3]) == QColor(theme.LIGHT.panel).getRgb()[:3]


def test_system_follows_the_desktop(qapp, monkeypatch):
    hints = qapp.styleHints()
    theme.apply_theme(qapp, "system")
    light = hints.colorScheme() is Qt.ColorScheme.Light
    assert theme.current() is (theme.LIGHT if light else theme.DARK)


def test_another_look_keeps_the_style_that_the_widgets_have(qapp, monkeypatch):
    """A style that is replaced lets go of every widget, dying ones too, and Qt crashed in that."""
    replaced: list[object] = []
    monkeypatch.setattr(QApplication, "setStyle", replaced.append)
    for look in ("light", "dark"):
        theme.apply_theme(qapp, look)
    assert replaced == []


@pytest.mark.parametrize("look", ["dark", "light"])
def test_the_tabs_of_docks_have_no_edge_that_is_no_colour_of_the_theme(qapp, qtbot, pixels, look):
    theme.apply_theme(qapp, look)
    window = QMainWindow()
    qtbot.addWidget(window)
    docks = [QDockWidget(name, window) for name in ("ONE", "TWO")]
    for dock in docks:
        dock.setWidget(QLabel("in it"))
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
    window.tabifyDockWidget(*docks)
    window.resize(400, 300)
    window.show()
    qtbot.waitExposed(window)
    (bar,) = window.findChildren(QTabBar)
    palette = theme.current()
    known = [QColor(name) for name in (palette.background, palette.panel, palette.accent, palette.border)]
    colours = np.array([[colour.red(), colour.green(), colour.blue()] for colour in known])
    drawn = pixels(bar).astype(int)
    edges = np.concatenate([drawn[0], drawn[-1], drawn[:, 0], drawn[:, bar.tabRect(0).right()]])
    off = np.abs(edges[:, None] - colours).max(axis=-1).min(axis=-1)
    assert off.max() <= 8


def test_a_button_that_is_on_looks_so(qapp, qtbot, pixels):
    button = QPushButton("Track again")
    qtbot.addWidget(button)
    button.setCheckable(True)
    button.show()
    before = pixels(button).astype(int)
    button.setChecked(True)
    assert np.abs(pixels(button).astype(int) - before).max() > 40
