# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours, fonts and the style sheet of the window: calm, dark or light, one accent."""

from __future__ import annotations

import dataclasses

from PyQt6 import sip
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QIcon, QPainter, QPalette, QPen, QPixmap, QPolygonF
from PyQt6.QtWidgets import QAbstractButton, QApplication

from app.palettes import DARK, LIGHT, SCENE, Palette
from app.style_sheet import style_sheet
from handtrack.skeleton import BONES, FINGER_COLOURS_RGB, finger_of, joint_colours_rgb

__all__ = ["DARK", "LIGHT", "SCENE", "THEMES", "Palette"]

# The colours of the palette in use, under the names of its fields; `use` gives them their values.
BACKGROUND: str
PANEL: str
RAISED: str
BORDER: str
EDGE: str
TEXT: str
MUTED: str
DISABLED: str
SHADOW: str
ACCENT: str
ON_ACCENT: str
RECORD: str
RECORD_PANEL: str
ERROR: str
ERROR_PANEL: str
UNSURE: str

THEMES = ("system", "dark", "light")
"""The names of the looks that can be chosen; "system" is as the desktop is."""

HAND_COLOURS: dict[str, str] = {}
"""Line colours of the plots that tell the hands apart (fingers keep their own colours)."""

FONT_SIZE = 13
SMALL_FONT_SIZE = 11

JOINT_COLOURS = tuple(QColor(*map(int, colour)) for colour in joint_colours_rgb())
FINGER_COLOURS = {name: QColor(*colour) for name, colour in FINGER_COLOURS_RGB.items()}
BONE_COLOURS = tuple(FINGER_COLOURS[str(finger_of(child))] for _, child in BONES)
"""These three are for hands on a picture and in space; words and bars take `joint_ink`."""

_current = DARK
_chosen = "dark"


def current() -> Palette:
    """The palette in use."""
    return _current


def use(palette: Palette) -> None:
    """Take colours from this palette from now on; what was made before is not changed by this alone."""
    global _current
    _current = palette
    colours = dataclasses.asdict(palette).items()
    globals().update({name.upper(): value for name, value in colours if isinstance(value, str)})
    HAND_COLOURS.update(right=palette.right, left=palette.left)


use(DARK)


def joint_ink(joint: int) -> QColor:
    """The colour of a joint's finger for words and bars on a panel."""
    return QColor(_current.inks[(joint + 3) // 4])


def veil() -> QColor:
    """The panel's colour, a little transparent: behind words in a plot."""
    colour = QColor(_current.panel)
    colour.setAlpha(190)
    return colour


def font(size: int = FONT_SIZE, bold: bool = False) -> QFont:
    """The window's font at a size in pixels."""
    chosen = QFont(QApplication.font())
    chosen.setPixelSize(size)
    chosen.setBold(bold)
    return chosen


def apply_theme(application: QApplication, name: str | None = None) -> None:
    """Give the application a look of THEMES; None keeps the one chosen last.

    Qt tells every widget of it (`QEvent.Type.StyleChange`): those that keep colours take the new ones then.
    """
    global _chosen
    if name is not None:
        _chosen = name
    use(_palette_of(application, _chosen))
    if not application.styleSheet():
        # Once: a style that is replaced lets go of every widget, dying ones too, and Qt crashed in that.
        application.setStyle("Fusion")
        application.setFont(font())
    application.setPalette(_palette())
    application.setStyleSheet(style_sheet(_current, SMALL_FONT_SIZE))
    for widget in application.allWidgets():
        # Some may have gone while the others took the new look.
        if sip.isdeleted(widget) or not isinstance(widget, QAbstractButton):
            continue
        if widget.property("shape"):
            set_icon(widget, widget.property("shape"), widget.property("colour"))


def follow_desktop(application: QApplication) -> None:
    """From now on the look changes with the desktop's, as long as "system" is chosen."""
    hints = application.styleHints()
    if hints is not None:
        hints.colorSchemeChanged.connect(lambda: apply_theme(application))


def _palette_of(application: QApplication, name: str) -> Palette:
    if name == "system":
        hints = application.styleHints()
        light = hints is not None and hints.colorScheme() is Qt.ColorScheme.Light
        return LIGHT if light else DARK
    return {"dark": DARK, "light": LIGHT}[name]


def set_icon(button: QAbstractButton, shape: str, colour: str = "text") -> None:
    """Give a button an icon in a colour of the palette, from now on and in every theme."""
    button.setProperty("shape", shape)
    button.setProperty("colour", colour)
    button.setIcon(icon(shape, getattr(_current, colour)))


def icon(shape: str, colour: str | None = None) -> QIcon:
    """A small icon: "play", "pause", "stop", "record", "hand", or one of the transport bar's."""
    pixmap = QPixmap(64, 64)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour or _current.text))
    if shape == "play":
        painter.drawPolygon(QPolygonF([QPointF(18, 10), QPointF(54, 32), QPointF(18, 54)]))
    elif shape == "stop":
        painter.drawRoundedRect(QRectF(14, 14, 36, 36), 4, 4)
    elif shape == "record":
        painter.drawEllipse(QPointF(32, 32), 18, 18)
    elif shape == "pause":
        painter.drawRect(QRectF(16, 12, 11, 40))
        painter.drawRect(QRectF(37, 12, 11, 40))
    elif shape in ("step-on", "step-back"):
        if shape == "step-back":
            painter.translate(64, 0)
            painter.scale(-1, 1)
        painter.drawPolygon(QPolygonF([QPointF(14, 12), QPointF(42, 32), QPointF(14, 52)]))
        painter.drawRect(QRectF(44, 12, 8, 40))
    elif shape == "loop":
        painter.setPen(QPen(QColor(colour or _current.text), 6, cap=Qt.PenCapStyle.FlatCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawArc(QRectF(13, 13, 38, 38), 40 * 16, 290 * 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour or _current.text))
        painter.drawPolygon(QPolygonF([QPointF(38, 22), QPointF(58, 24), QPointF(50, 6)]))
    elif shape == "part":
        pen = QPen(QColor(colour or _current.text), 6)
        painter.setPen(pen)
        for x, towards in ((16, 8), (48, -8)):
            corners = ((x + towards, 14), (x, 14), (x, 50), (x + towards, 50))
            painter.drawPolyline(QPolygonF([QPointF(*corner) for corner in corners]))
    elif shape == "unsure":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colour or _current.text), 6))
        painter.drawPolyline(
            QPolygonF([QPointF(6, 48), QPointF(20, 48), QPointF(32, 12), QPointF(44, 48), QPointF(58, 48)])
        )
    elif shape == "hand":
        _draw_hand(painter)
    else:
        raise ValueError(f"no icon is called {shape!r}")
    painter.end()
    return QIcon(pixmap)


def _draw_hand(painter: QPainter) -> None:
    wrist = QPointF(30, 60)
    tips = {
        "thumb": QPointF(6, 34),
        "index": QPointF(17, 9),
        "middle": QPointF(31, 4),
        "ring": QPointF(45, 9),
        "little": QPointF(57, 22),
    }
    for finger, tip in tips.items():
        pen = QPen(FINGER_COLOURS[finger], 6, cap=Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(wrist, tip)


def _palette() -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, _current.background),
        (role.Base, _current.panel),
        (role.AlternateBase, _current.raised),
        (role.Button, _current.raised),
        (role.ToolTipBase, _current.raised),
        (role.WindowText, _current.text),
        (role.Text, _current.text),
        (role.ButtonText, _current.text),
        (role.ToolTipText, _current.text),
        (role.BrightText, _current.error),
        (role.PlaceholderText, _current.muted),
        (role.Highlight, _current.accent),
        (role.HighlightedText, _current.on_accent),
        (role.Link, _current.accent),
        (role.LinkVisited, _current.accent),
        # Edges that no style sheet names: of themselves they would be white in the dark.
        (role.Light, _current.border),
        (role.Midlight, _current.border),
        (role.Mid, _current.border),
        (role.Dark, _current.edge),
        (role.Shadow, _current.shadow),
    ):
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(_current.disabled))
    return palette
