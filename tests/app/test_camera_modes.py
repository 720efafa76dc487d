"""What cameras say they can do, and what of it the preferences offer; the cameras are doubles."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

from app.camera_modes import CameraModesError, CameraModesQuestion, modes_of
from app.cameras import Cameras
from app.model.camera_modes import USUAL_RATES, USUAL_SIZES, CameraMode, OfferedModes, from_text, to_text
from app.preferences_dialog import show_preferences
from handtrack.sources.camera import CameraSource
from tests.handtrack.sources.conftest import CameraDouble

SMALL = CameraMode(640, 480, 5.0, 30.0, "YUYV")
FAST = CameraMode(640, 480, 30.0, 120.0, "MJPG")
LARGE = CameraMode(1600, 1200, 15.0, 15.0, "MJPG")
OWN = {"Desk camera": (SMALL, FAST, LARGE)}


def device(name: str, *modes: CameraMode, unknown: bool = False) -> SimpleNamespace:
    """A `QCameraDevice` that has these modes."""

    def format_of(mode: CameraMode) -> SimpleNamespace:
        size = SimpleNamespace(width=lambda: mode.width, height=lambda: mode.height)
        return SimpleNamespace(
            pixelFormat=lambda: "unknown" if unknown else mode.fourcc,
            resolution=lambda: size,
            minFrameRate=lambda: mode.slowest,
            maxFrameRate=lambda: mode.fastest,
        )

    return SimpleNamespace(description=lambda: name, videoFormats=lambda: [format_of(mode) for mode in modes])


def offered(box) -> list[object]:
    return [box.itemData(index) for index in range(box.count())]


def test_modes_are_those_of_the_cameras_that_can_be_asked_for():
    devices = [device("Desk camera", LARGE, SMALL, SMALL), device("Other", LARGE, unknown=True)]
    fourccs = {"MJPG": "MJPG", "YUYV": "YUYV"}
    assert modes_of(devices, fourccs) == {"Desk camera": (SMALL, LARGE)}
    assert from_text(to_text(OWN)) == OWN


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', '{"a": [{"width": 1}]}'])
def test_what_is_no_answer_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        from_text(text)


def test_rates_and_formats_are_those_of_the_size():
    modes = OfferedModes(OWN["Desk camera"])
    assert modes.sizes() == ((640, 480), (1600, 1200))
    assert modes.rates((640, 480)) == (5.0, 15.0, 24.0, 30.0, 50.0, 60.0, 90.0, 120.0)
    assert modes.rates((1600, 1200)) == (15.0,)
    assert modes.formats((1600, 1200)) == ("MJPG",)
    assert modes.formats((640, 480)) == ("MJPG", "YUYV")
    assert (OfferedModes().sizes(), OfferedModes().rates((1, 1))) == (USUAL_SIZES, USUAL_RATES)


def test_this_machine_answers_or_says_in_half_a_sentence_why_not():
    question = [sys.executable, "-m", "app.camera_modes"]
    done = subprocess.run(question, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 0:
        assert all(mode.width > 0 for own in from_text(done.stdout).values() for mode in own)
    else:
        with pytest.raises(CameraModesError, match=re.escape(done.stderr.strip().splitlines()[-1])):
            CameraModesQuestion().ask()


def test_where_they_cannot_be_asked_the_log_says_so_in_one_line(qtbot, monkeypatch, caplog):
    real = subprocess.Popen
    lacking = [sys.executable, "-c", "raise SystemExit('libpulse.so.0: cannot open shared object file')"]
    monkeypatch.setattr(subprocess, "Popen", lambda _, **kwargs: real(lacking, **kwargs))
    cameras = Cameras()
    with caplog.at_level(logging.WARNING), qtbot.waitSignal(cameras.modes_found, timeout=20_000) as signal:
        cameras.find_modes()
    assert signal.args == [{}]
    (record,) = caplog.records
    assert "libpulse.so.0" in record.getMessage()
    assert "usual ones are offered" in record.getMessage()


def test_a_question_is_given_up_at_the_end(qtbot, monkeypatch):
    real = subprocess.Popen
    silent = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(subprocess, "Popen", lambda _, **kwargs: real(silent, **kwargs))
    cameras = Cameras()
    cameras.find_modes()
    search = cameras._searches["camera-modes"]
    cameras.shut_down()
    assert not search.thread.is_alive()


def test_the_preferences_offer_the_modes_of_the_camera_that_is_open_and_say_what_it_does(
    window, qtbot, monkeypatch
):
    camera = CameraDouble()
    edges = CameraSource.__init__.__kwdefaults__
    monkeypatch.setitem(edges, "open_device", camera.open_device)
    monkeypatch.setitem(edges, "cameras", camera.cameras)
    bridge = window.bridge
    monkeypatch.setattr(bridge.cameras, "find_modes", lambda: None)
    dialog = show_preferences(window, window.bridge, window.preferences, window.video.banner)
    assert (1920, 1080) in offered(dialog.size_box)
    assert "Now" not in dialog.got.text()

    window.open_source(0)
    qtbot.waitUntil(lambda: dialog.got.text() == "Now: V4L2: 1280 x 720, 30 frames/s, MJPG", timeout=60_000)
    other = (CameraMode(320, 240, 5.0, 5.0, "MJPG"),)
    bridge.cameras.modes_found.emit({"Double HD": (SMALL, FAST, LARGE), "Other": other})
    # With what is asked for now, though this camera has not named it.
    assert offered(dialog.size_box) == [(640, 480), (1280, 720), (1600, 1200)]
    assert dialog.size_box.currentData() == (1280, 720)

    dialog.size_box.setCurrentIndex(2)
    dialog.size_box.activated.emit(2)
    assert offered(dialog.rate) == [15.0, 30.0]
    assert offered(dialog.format) == ["MJPG", ""]
    asked = "Now: V4L2: 1280 x 720, 30 frames/s, MJPG (asked for 1600 x 1200, 30 frames/s, MJPG)"
    qtbot.waitUntil(lambda: dialog.got.text() == asked, timeout=60_000)
    dialog.close()
    camera.test_over.set()
