# SPDX-License-Identifier: GPL-3.0-or-later
"""The style sheet of the window for a palette."""

from __future__ import annotations

from pathlib import Path

from app.palettes import LIGHT, Palette

_ICONS = (Path(__file__).parent / "icons").as_posix()


def style_sheet(of: Palette, small: int) -> str:
    """Qt's style sheet in the colours of a palette; small: pixels of quiet words."""
    shade = "light" if of is LIGHT else "dark"  # of the icons that are drawn on the accent
    return f"""
QMainWindow::separator {{ background: {of.background}; width: 6px; height: 6px; }}
QMainWindow::separator:hover {{ background: {of.border}; }}
QDockWidget {{ color: {of.muted}; font-size: {small}px; font-weight: bold;
    titlebar-close-icon: none; titlebar-normal-icon: none; }}
QDockWidget::title {{ background: {of.panel}; padding: 7px 12px 3px 12px; text-align: left; }}
QDockWidget > QWidget {{ background: {of.panel}; }}
QMenuBar {{ background: {of.background}; padding: 2px; }}
QMenuBar::item {{ padding: 3px 9px; border-radius: 4px; }}
QMenuBar::item:selected {{ background: {of.raised}; }}
QMenu {{ background: {of.panel}; border: 1px solid {of.border}; padding: 4px; }}
QMenu::item {{ padding: 5px 24px 5px 20px; border-radius: 4px; }}
QMenu::item:selected {{ background: {of.raised}; }}
QMenu::separator {{ height: 1px; background: {of.border}; margin: 4px 6px; }}
QStatusBar {{ background: {of.background}; color: {of.muted}; }}
QStatusBar::item {{ border: none; }}
QToolTip {{ background: {of.raised}; color: {of.text}; border: 1px solid {of.border}; padding: 4px; }}
QPushButton, QToolButton {{ background: {of.raised}; border: 1px solid {of.border}; border-radius: 5px;
    padding: 5px 10px; }}
QPushButton:hover, QToolButton:hover {{ border-color: {of.accent}; }}
QPushButton:focus, QToolButton:focus {{ border: 2px solid {of.accent}; padding: 4px 9px; }}
QPushButton:pressed, QToolButton:pressed {{ background: {of.border}; }}
QPushButton:disabled, QToolButton:disabled, QMenu::item:disabled {{ color: {of.disabled}; }}
QPushButton#record:checked {{ background: {of.record_panel}; border-color: {of.record}; }}
QPushButton:checked, QToolButton:checked {{ background: {of.border}; border-color: {of.accent}; }}
QToolButton#segment {{ padding: 3px 4px; }}
QToolButton#segment:checked {{ background: {of.accent}; color: {of.on_accent}; border-color: {of.accent}; }}
QToolButton#segment:focus {{ border: 2px solid {of.text}; padding: 2px 3px; }}
QToolButton::menu-indicator {{ image: none; }}
QComboBox {{ background: {of.raised}; border: 1px solid {of.border}; border-radius: 5px; padding: 4px 8px;
    combobox-popup: 0; }}
QComboBox:hover {{ border-color: {of.accent}; }}
QComboBox:focus {{ border: 2px solid {of.accent}; padding: 3px 7px; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{_ICONS}/chevron-down.svg"); width: 10px; height: 10px; }}
QComboBox QAbstractItemView {{ background: {of.panel}; color: {of.text}; border: 1px solid {of.border};
    outline: 0; selection-background-color: {of.accent}; selection-color: {of.on_accent}; }}
QComboBox QAbstractItemView::item {{ padding: 4px 6px; min-height: 18px; }}
QComboBox QAbstractItemView::item:selected {{ background: {of.accent}; color: {of.on_accent}; }}
QAbstractSpinBox {{ background: {of.raised}; border: 1px solid {of.border}; border-radius: 5px;
    padding: 4px 8px; }}
QAbstractSpinBox:focus {{ border: 2px solid {of.accent}; padding: 3px 7px; }}
QAbstractSpinBox:disabled {{ color: {of.disabled}; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {of.edge}; border-radius: 4px;
    background: {of.raised}; }}
QCheckBox:focus {{ color: {of.accent}; }}
QCheckBox::indicator:focus {{ border: 2px solid {of.text}; width: 12px; height: 12px; }}
QCheckBox::indicator:hover {{ border-color: {of.accent}; }}
QCheckBox::indicator:checked {{ background: {of.accent}; border-color: {of.accent};
    image: url("{_ICONS}/check-{shade}.svg"); }}
QSlider::groove:horizontal {{ height: 4px; background: {of.border}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {of.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
    background: {of.text}; }}
QSlider::handle:horizontal:focus {{ background: {of.accent}; border: 2px solid {of.text};
    width: 12px; height: 12px; margin: -6px 0; border-radius: 8px; }}
QSlider::handle:horizontal:hover {{ background: {of.accent}; }}
QDialogButtonBox, QMessageBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QFrame#rule {{ background: {of.border}; }}
QFrame#banner {{ background: {of.error_panel}; border: 1px solid {of.error}; border-radius: 6px; }}
QFrame#banner[notice="true"] {{ background: {of.panel}; border-color: {of.accent}; }}
QFrame#banner QToolButton {{ background: transparent; border: none; font-size: 16px; padding: 0 4px; }}
QFrame#banner QToolButton:focus {{ border: 2px solid {of.text}; padding: 0 2px; }}
QWidget#start {{ background: {of.background}; }}
QPushButton#camera {{ text-align: left; font-weight: bold; border-color: {of.accent}; }}
QToolButton#card {{ padding: 6px; }}
QToolButton#card:focus {{ padding: 5px; }}
QPlainTextEdit {{ background: {of.background}; border: 1px solid {of.border}; border-radius: 4px; }}
QPlainTextEdit:focus {{ border: 2px solid {of.accent}; }}
QTableWidget {{ background: {of.panel}; border: none; outline: 0; }}
QTableWidget:focus {{ border: 2px solid {of.accent}; }}
QTableWidget::indicator {{ width: 11px; height: 11px; border: 1px solid {of.edge}; border-radius: 3px;
    background: {of.raised}; }}
QTableWidget::indicator:checked {{ background: {of.accent}; border-color: {of.accent};
    image: url("{_ICONS}/check-{shade}.svg"); }}
QTableWidget::item:focus {{ background: {of.raised}; }}
QHeaderView::section {{ background: {of.panel}; color: {of.muted}; border: none; padding: 2px 4px; }}
QTabBar {{ qproperty-drawBase: 0; font-size: {small}px; font-weight: bold; }}
QTabBar::tab {{ background: {of.background}; color: {of.muted}; border: none;
    border-top: 2px solid transparent; padding: 5px 12px 6px 12px; }}
QTabBar::tab:hover {{ color: {of.text}; }}
QTabBar::tab:selected {{ background: {of.panel}; color: {of.text}; border-top-color: {of.accent}; }}
QTabBar::tab:focus {{ border-top-color: {of.text}; }}
QSplitter::handle {{ background: {of.background}; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {of.edge}; border-radius: 4px; min-height: 30px; margin: 1px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QLabel#readout {{ background: {of.raised}; color: {of.text}; border: 1px solid {of.border};
    border-radius: 4px; padding: 3px 6px; }}
QLabel#muted {{ color: {of.muted}; font-size: {small}px; }}
QLabel#heading {{ color: {of.muted}; font-size: {small}px; font-weight: bold; }}
QLabel#value {{ font-weight: bold; }}
"""
