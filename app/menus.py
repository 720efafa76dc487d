# SPDX-License-Identifier: GPL-3.0-or-later
"""The menus of the window, and with them its keyboard shortcuts."""

from __future__ import annotations

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QMenu, QMenuBar

from app.actions import add_action, add_button, add_switch, say_why_not
from app.arrow_keys import ArrowKeys
from app.calibration_dialog import show_calibration
from app.help import show_about, show_shortcuts
from app.keyboard import WindowKeys
from app.playback_menu import fill_playback_menu
from app.preferences_dialog import show_preferences
from app.snapshot import take_snapshot
from app.window import MainWindow
from app.words import translate
from handtrack.plain_text import printable

THRESHOLD_STEP = 0.05
_DOCK_KEYS = {"steps": "L", "what_if": "W", "measures": "Ctrl+M"}


def make_menus(window: MainWindow) -> None:
    """Give the window its menus."""
    _make_source_menu(window)
    leafing = fill_playback_menu(window, _menu(window, translate("Menus", "&Playback")))
    threshold = _make_tracking_menu(window)
    arrows = ArrowKeys(leafing, threshold, window)
    window.bridge.player.changed.connect(arrows.follow_deck)
    _make_view_menu(window)
    menu = _menu(window, translate("Menus", "&Help"))
    add_action(
        window,
        menu,
        translate("Menus", "Keyboard shortcuts"),
        "F1",
        lambda: show_shortcuts(window, _bar(window)),
    )
    add_action(window, menu, translate("Menus", "About handtrack"), None, lambda: show_about(window))


def _make_source_menu(window: MainWindow) -> None:
    menu, controls = _menu(window, translate("Menus", "&Source")), window.controls
    add_action(window, menu, translate("Menus", "Open video or picture…"), "Ctrl+O", window.choosing.file)
    add_action(
        window, menu, translate("Menus", "Open folder of images…"), "Ctrl+Shift+O", window.choosing.folder
    )
    add_action(
        window, menu, translate("Menus", "Open recorded session…"), "Ctrl+Alt+O", window.choosing.session
    )
    _make_recent_menu(window, menu)
    add_action(window, menu, translate("Menus", "Rendered hand"), None, window.choosing.rendered_hand)
    add_action(window, menu, translate("Menus", "Demo clip"), "Ctrl+D", window.choosing.demo_clip)
    add_action(window, menu, translate("Menus", "Look for cameras"), "F5", window.bridge.cameras.find)
    mirrored = QAction(translate("Menus", "The source is mirrored (selfie)"), window)
    mirrored.setCheckable(True)
    mirrored.setChecked(window.bridge.settings.source.mirrored)
    mirrored.toggled.connect(window.bridge.set_mirrored)
    menu.addAction(mirrored)
    menu.addSeparator()
    add_button(window, menu, translate("Menus", "Start or stop"), "Ctrl+Space", controls.start_stop)
    add_button(window, menu, translate("Menus", "Record"), "R", controls.record)
    add_action(
        window,
        menu,
        translate("Menus", "Save the picture and its data"),
        "S",
        lambda: take_snapshot(window.video, window.bridge, window.calibration),
    )
    menu.addSeparator()
    add_action(
        window,
        menu,
        translate("Menus", "Preferences…"),
        "Ctrl+,",
        lambda: show_preferences(window, window.bridge, window.preferences, window.video.banner),
    )
    add_action(window, menu, translate("Menus", "Quit"), QKeySequence.StandardKey.Quit, window.close)


def _make_recent_menu(window: MainWindow, above: QMenu) -> None:
    menu = above.addMenu(translate("Menus", "Open recent"))
    assert menu is not None

    def fill() -> None:
        menu.clear()
        entries = window.recent.entries()
        for entry in entries:
            action = menu.addAction(printable(entry.name).replace("&", "&&"))
            assert action is not None
            action.setToolTip(printable(str(entry.path)))
            action.triggered.connect(lambda _, path=str(entry.path): window.open_source(path))
        menu.addSeparator()
        forget = menu.addAction(translate("Menus", "Forget them and their pictures"), window.recent.forget)
        assert forget is not None
        forget.setEnabled(bool(entries))
        say_why_not(forget, translate("Menus", "Nothing was opened yet"))

    menu.setToolTipsVisible(True)
    menu.aboutToShow.connect(fill)


def _make_tracking_menu(window: MainWindow) -> list[QAction]:
    menu, controls = _menu(window, translate("Menus", "&Tracking")), window.controls
    raised = add_action(
        window,
        menu,
        translate("Menus", "Raise gate threshold"),
        "Right",
        lambda: controls.gate.step_threshold(THRESHOLD_STEP),
    )
    lowered = add_action(
        window,
        menu,
        translate("Menus", "Lower gate threshold"),
        "Left",
        lambda: controls.gate.step_threshold(-THRESHOLD_STEP),
    )
    # Among stills the arrows go from one to the next.
    raised.setShortcuts([QKeySequence("Right"), QKeySequence("]")])
    lowered.setShortcuts([QKeySequence("Left"), QKeySequence("[")])
    menu.addSeparator()
    for count in controls.hand_counts():
        words = (
            translate("Menus", "At most {count} hand")
            if count == 1
            else translate("Menus", "At most {count} hands")
        )
        add_button(window, menu, words.format(count=count), str(count), controls.hands_button(count))
    menu.addSeparator()
    add_button(window, menu, translate("Menus", "Smoothing"), "Shift+S", controls.smoothing)
    menu.addSeparator()
    add_button(window, menu, translate("Menus", "Track the session again"), "Ctrl+T", controls.track_again)
    again = add_action(
        window,
        menu,
        translate("Menus", "Track again with other weights…"),
        None,
        window.choosing.track_again_with_weights,
    )
    say_why_not(again, translate("Menus", "Only while a recorded session is open"))
    again.setEnabled(False)
    window.bridge.state_changed.connect(lambda state: again.setEnabled(state.is_session))
    menu.addSeparator()
    add_action(
        window,
        menu,
        translate("Menus", "Calibrate…"),
        "Ctrl+K",
        lambda: show_calibration(window, window.bridge, window.calibration, window.video),
    )
    return [raised, lowered]


def _make_view_menu(window: MainWindow) -> None:
    menu, docks = _menu(window, translate("Menus", "&View")), window.layout_of_docks
    add_button(window, menu, translate("Menus", "Mirror"), "F", window.controls.mirror)
    truth = add_switch(
        window, menu, translate("Menus", "True hand, where it is known"), "T", window.toggle_truth, on=True
    )
    _add_comparisons(window, menu)
    add_action(window, menu, translate("Menus", "Reset 3D view"), "0", window.skeleton.reset_view)
    full = add_switch(
        window, menu, translate("Menus", "Full screen"), "F11", window.toggle_full_screen, on=False
    )
    WindowKeys(window, full)
    menu.addSeparator()
    for name, dock in docks.docks.items():
        toggle = dock.toggleViewAction()
        if toggle is not None:
            toggle.setText(dock.windowTitle().capitalize())
            menu.addAction(toggle)
            if name in _DOCK_KEYS:
                toggle.setShortcut(QKeySequence(_DOCK_KEYS[name]))
                window.addAction(toggle)
            if name == "true_error":
                # The source knows the truth or does not, for both alike.
                toggle.enabledChanged.connect(truth.setEnabled)
                truth.setEnabled(toggle.isEnabled())
                for action in (truth, toggle):
                    say_why_not(
                        action, translate("Menus", "Only where the true hand is known, as in the demo clip")
                    )
    add_action(window, menu, translate("Menus", "Reset layout"), None, docks.reset)


def _add_comparisons(window: MainWindow, menu: QMenu) -> None:
    for text, show in (
        (translate("Menus", "Raw joints beside the smoothed ones"), window.video.show_raw),
        (translate("Menus", "Compare with MediaPipe"), window.compare),
    ):
        # Not remembered: it costs time, and is for a look.
        action = add_switch(window, menu, text, None, lambda: None, on=False)
        action.triggered.connect(show)
    window.comparing.switched.connect(action.setChecked)


def _menu(window: MainWindow, title: str) -> QMenu:
    menu = _bar(window).addMenu(title)
    assert menu is not None
    return menu


def _bar(window: MainWindow) -> QMenuBar:
    bar = window.menuBar()
    assert bar is not None
    return bar
