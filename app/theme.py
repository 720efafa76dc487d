# SPDX-License-Identifier: GPL-3.0-or-later
"""Colours, fonts and the style sheet of the window: dark, calm, one accent."""

from __future__ import annotations

from pathlib import Path

import pyqtgraph as pg
from PyQt6.QtCore import QPointF, QRectF, Qt
from PyQt6.QtGui import QColor, QFont, QIcon, QPainter, QPalette, QPen, QPixmap, QPolygonF
from PyQt6.QtWidgets import QApplication

from handtrack.skeleton import BONES, FINGER_COLOURS_RGB, finger_of, joint_colours_rgb

BACKGROUND = "#12151a"
PANEL = "#191d24"
RAISED = "#242a34"
BORDER = "#2f3743"
TEXT = "#dbe1e8"
MUTED = "#8e99a8"
SHADOW = "#0b0d11"
ACCENT = "#5aa9f0"
RECORD = "#e5534b"
ERROR_PANEL = "#4a2324"
UNSURE = "#ffc857"

HAND_COLOURS = {"right": "#7fc4ff", "left": "#ffb07c"}
"""Line colours of the plots that tell the hands apart (fingers keep their own colours)."""

FONT_SIZE = 13
SMALL_FONT_SIZE = 11

JOINT_COLOURS = tuple(QColor(*map(int, colour)) for colour in joint_colours_rgb())
FINGER_COLOURS = {name: QColor(*colour) for name, colour in FINGER_COLOURS_RGB.items()}
BONE_COLOURS = tuple(FINGER_COLOURS[str(finger_of(child))] for _, child in BONES)


def font(size: int = FONT_SIZE, bold: bool = False) -> QFont:
    """The window's font at a size in pixels."""
    chosen = QFont(QApplication.font())
    chosen.setPixelSize(size)
    chosen.setBold(bold)
    return chosen


def apply_theme(application: QApplication) -> None:
    """Give the application, and every plot made after this, the window's look."""
    application.setStyle("Fusion")
    application.setFont(font())
    application.setPalette(_palette())
    application.setStyleSheet(_STYLE_SHEET)
    pg.setConfigOptions(background=PANEL, foreground=MUTED, antialias=False)


def icon(shape: str, colour: str = TEXT) -> QIcon:
    """A small icon: "play", "pause", "stop", "record", "hand", or one of the transport bar's."""
    pixmap = QPixmap(64, 64)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
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
        painter.setPen(QPen(QColor(colour), 6, cap=Qt.PenCapStyle.FlatCap))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawArc(QRectF(13, 13, 38, 38), 40 * 16, 290 * 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawPolygon(QPolygonF([QPointF(38, 22), QPointF(58, 24), QPointF(50, 6)]))
    elif shape == "part":
        pen = QPen(QColor(colour), 6)
        painter.setPen(pen)
        for x, towards in ((16, 8), (48, -8)):
            corners = ((x + towards, 14), (x, 14), (x, 50), (x + towards, 50))
            painter.drawPolyline(QPolygonF([QPointF(*corner) for corner in corners]))
    elif shape == "unsure":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colour), 6))
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
        (role.Window, BACKGROUND),
        (role.Base, PANEL),
        (role.AlternateBase, RAISED),
        (role.Button, RAISED),
        (role.ToolTipBase, RAISED),
        (role.WindowText, TEXT),
        (role.Text, TEXT),
        (role.ButtonText, TEXT),
        (role.ToolTipText, TEXT),
        (role.BrightText, "#ffffff"),
        (role.PlaceholderText, MUTED),
        (role.Highlight, ACCENT),
        (role.HighlightedText, BACKGROUND),
        (role.Link, ACCENT),
        (role.LinkVisited, ACCENT),
    ):
        palette.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor("#5b6573"))
    return palette


_ICONS = (Path(__file__).parent / "icons").as_posix()
_STYLE_SHEET = f"""
QMainWindow::separator {{ background: {BACKGROUND}; width: 6px; height: 6px; }}
QMainWindow::separator:hover {{ background: {BORDER}; }}
QDockWidget {{ color: {MUTED}; font-size: {SMALL_FONT_SIZE}px; font-weight: bold;
    titlebar-close-icon: none; titlebar-normal-icon: none; }}
QDockWidget::title {{ background: {PANEL}; padding: 7px 12px 3px 12px; text-align: left; }}
QDockWidget > QWidget {{ background: {PANEL}; }}
QMenuBar {{ background: {BACKGROUND}; padding: 2px; }}
QMenuBar::item {{ padding: 3px 9px; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {RAISED}; }}
QMenu {{ background: {PANEL}; border: 1px solid {BORDER}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 20px; border-radius: 4px; }}
QMenu::item:selected {{ background: {RAISED}; }}
QMenu::separator {{ height: 1px; background: {BORDER}; margin: 4px 6px; }}
QStatusBar {{ background: {BACKGROUND}; color: {MUTED}; }}
QStatusBar::item {{ border: none; }}
QToolTip {{ background: {RAISED}; color: {TEXT}; border: 1px solid {BORDER}; padding: 4px; }}
QPushButton, QToolButton {{ background: {RAISED}; border: 1px solid {BORDER}; border-radius: 5px;
    padding: 5px 10px; }}
QPushButton:hover, QToolButton:hover {{ border-color: {ACCENT}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {BORDER}; }}
QPushButton:disabled {{ color: #5b6573; }}
QPushButton#record:checked {{ background: #5b2425; border-color: {RECORD}; }}
QToolButton#segment {{ padding: 3px 4px; }}
QToolButton#segment:checked {{ background: {ACCENT}; color: {BACKGROUND}; border-color: {ACCENT}; }}
QToolButton::menu-indicator {{ image: none; }}
QComboBox {{ background: {RAISED}; border: 1px solid {BORDER}; border-radius: 5px; padding: 4px 8px; }}
QComboBox:hover {{ border-color: {ACCENT}; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{_ICONS}/chevron-down.svg"); width: 10px; height: 10px; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid #566273; border-radius: 4px;
    background: {RAISED}; }}
QCheckBox::indicator:hover {{ border-color: {ACCENT}; }}
QCheckBox::indicator:checked {{ background: {ACCENT}; border-color: {ACCENT};
    image: url("{_ICONS}/check.svg"); }}
QSlider::groove:horizontal {{ height: 4px; background: {BORDER}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {ACCENT}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
    background: {TEXT}; }}
QSlider::handle:horizontal:hover {{ background: #ffffff; }}
QDialogButtonBox, QMessageBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QLabel#muted {{ color: {MUTED}; font-size: {SMALL_FONT_SIZE}px; }}
QLabel#heading {{ color: {MUTED}; font-size: {SMALL_FONT_SIZE}px; font-weight: bold; }}
QLabel#value {{ font-weight: bold; }}
"""
