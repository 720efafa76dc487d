# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole window: views wired to the bridge, and the menus on top, which know the window."""

from __future__ import annotations

from app.bridge import Bridge
from app.menus import make_menus
from app.model.recent import RecentSources
from app.preferences import Preferences
from app.window import MainWindow
from handtrack.config import Settings


def make_window(
    bridge: Bridge,
    settings: Settings,
    recent: RecentSources | None = None,
    preferences: Preferences | None = None,
) -> MainWindow:
    """A window as a person uses it. recent, preferences: as in `MainWindow`."""
    window = MainWindow(bridge, settings, recent, preferences)
    make_menus(window)
    return window
