"""The page that stands in the place of the picture while nothing is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from PyQt6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import QApplication, QPushButton, QToolButton, QWidget

from app.assembly import make_window
from app.bridge import Bridge
from app.model.recent import RecentSource, RecentSources
from app.values import Phase
from app.views import start_page
from app.views.start_page import StartPage
from handtrack.sources.camera_list import CameraDescription

LOAD_TIMEOUT = 60_000  # milliseconds
WEBCAM = CameraDescription(0, "Webcam & more", "/dev/v4l/by-id/webcam", "V4L2")
SECOND = CameraDescription(2, "Second", "/dev/v4l/by-id/second", "V4L2")


@pytest.fixture
def page(qtbot) -> StartPage:
    below = QWidget()
    qtbot.addWidget(below)
    made = StartPage(below)
    below.resize(860, 480)
    below.show()
    qtbot.waitExposed(below)
    return made


def camera_buttons(page: StartPage) -> list[QPushButton]:
    QApplication.processEvents()
    return [button for button in page.findChildren(QPushButton, "camera") if not button.isHidden()]


def cards(page: StartPage) -> list[QToolButton]:
    return [card for card in page.findChildren(QToolButton, "card") if not card.isHidden()]


def test_of_what_was_open_lately_as_much_is_shown_as_has_room(page, qtbot):
    page.show_cameras([])
    page.show_recent([RecentSource(Path(f"/films/{number}.mp4"), None) for number in range(8)])
    page.parentWidget().resize(916, 472)  # of a window of 1280 x 800
    qtbot.wait(50)
    bar = page.verticalScrollBar()
    assert bar.maximum() == 0, "nothing has to be scrolled"
    assert len(cards(page)) == 4
    page.show_cameras([WEBCAM])
    qtbot.wait(50)
    assert (bar.maximum(), len(cards(page))) == (0, 4)
    page.parentWidget().resize(916, 700)
    qtbot.wait(50)
    assert (bar.maximum(), len(cards(page))) == (0, 8)
    page.parentWidget().resize(916, 300)
    qtbot.wait(50)
    assert len(cards(page)) == 4, "one row is always there"


def test_cameras_come_and_go(page, qtbot):
    assert page.words == "Looking for cameras…"
    page.show_cameras([])
    assert page.words == "No camera was found. Plug one in, or try the demo hand."
    page.show_cameras([WEBCAM, SECOND])
    assert page.words == ""
    assert [button.text() for button in camera_buttons(page)] == ["Webcam && more", "Second"]
    with qtbot.waitSignal(page.source_chosen) as chosen:
        camera_buttons(page)[1].click()
    assert chosen.args == ["camera:/dev/v4l/by-id/second"]
    kept = camera_buttons(page)
    page.show_cameras([WEBCAM, SECOND])
    assert camera_buttons(page) == kept, "a button that is about to be clicked stays"
    page.show_cameras([SECOND])
    assert [button.text() for button in camera_buttons(page)] == ["Second"]


def test_everything_is_one_click_away(page, qtbot):
    buttons = {button.text(): button for button in page.findChildren(QPushButton)}
    for text, signal in (
        ("Open file…", page.open_file_asked),
        ("Open folder…", page.open_folder_asked),
        ("Open session…", page.open_session_asked),
    ):
        with qtbot.waitSignal(signal):
            buttons[text].click()
    with qtbot.waitSignal(page.source_chosen) as chosen:
        buttons["Demo hand"].click()
    assert chosen.args == ["demo"]


def test_cameras_are_looked_for_only_while_the_page_is_seen(qtbot, monkeypatch):
    monkeypatch.setattr(start_page, "LOOK_AGAIN_SECONDS", 0.05)
    below = QWidget()
    qtbot.addWidget(below)
    page = StartPage(below)
    asked: list[bool] = []
    page.cameras_asked.connect(lambda: asked.append(True))
    qtbot.wait(150)
    assert not asked
    below.show()
    qtbot.waitUntil(lambda: len(asked) >= 3)
    page.hide()
    count = len(asked)
    qtbot.wait(200)
    assert len(asked) == count


def test_recent_sources_fill_the_width_there_is(page, qtbot, tmp_path):
    recent = RecentSources()
    for number in range(5):
        (tmp_path / f"a rather long name of a clip, number {number}.mp4").write_bytes(b"")
        recent.add(tmp_path / f"a rather long name of a clip, number {number}.mp4")
    page.parentWidget().resize(860, 900)
    page.show_recent(recent.entries())
    QApplication.processEvents()
    assert len({card.y() for card in cards(page)}) == 2
    assert all(card.width() >= card.fontMetrics().horizontalAdvance(card.text()) for card in cards(page))
    page.parentWidget().resize(500, 900)
    QApplication.processEvents()
    assert len({card.y() for card in cards(page)}) == 3
    with qtbot.waitSignal(page.source_chosen) as chosen:
        cards(page)[0].click()
    assert chosen.args == [str(tmp_path / "a rather long name of a clip, number 4.mp4")]


@pytest.fixture
def window(qtbot, settings, tmp_path, tracker_loads, end_of_loading):
    made = make_window(Bridge(settings), settings, RecentSources(tmp_path / "recent"))
    qtbot.addWidget(made)
    made.resize(1024, 700)
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()


def test_the_page_makes_way_for_the_picture_and_comes_back_with_it(window, qtbot, counting_clip):
    page = window.start_page
    assert page.isVisible()
    assert page.size() == window.video.size()
    page.source_chosen.emit(str(counting_clip))
    assert not page.isVisible()
    qtbot.waitUntil(lambda: bool(cards(page)), timeout=LOAD_TIMEOUT)
    folder = window.recent._recent.picture_file(counting_clip.resolve()).parent
    qtbot.waitUntil(lambda: list(folder.glob("*.jpg")) != [], timeout=LOAD_TIMEOUT)
    window.open_source("missing.mp4")
    qtbot.waitUntil(lambda: window.bridge.phase is Phase.FAILED, timeout=LOAD_TIMEOUT)
    assert page.isVisible()
    (card,) = cards(page)
    assert card.text() == counting_clip.name
    assert card.icon().availableSizes()[0].width() == 256, "a small picture of it"
    banner = window.video.banner
    assert "missing.mp4" in banner.text
    at = banner.mapTo(window, banner.rect().center())
    assert window.childAt(at) in (banner, *banner.findChildren(QWidget)), (
        "what went wrong lies above the page"
    )


def test_a_file_may_be_dropped_anywhere(window, qtbot, plain_clip, monkeypatch):
    opened: list[object] = []
    monkeypatch.setattr(window.bridge, "open", opened.append)
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/clip.mp4"), QUrl.fromLocalFile(plain_clip)])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(5, 5), copy, data, left, none)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert opened == [str(Path(plain_clip))]
    for view in (window.video, window.skeleton, window.controls, window.start_page, window.plots.uncertainty):
        assert not any(part.acceptDrops() for part in view.findChildren(QWidget)), "what takes drops itself"
