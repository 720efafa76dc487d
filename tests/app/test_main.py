"""The whole program: `run_window` in this process, and `python -m app` in one of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QApplication

from app.bridge import Bridge
from app.main import run_window
from app.window import MainWindow
from handtrack.config import load_settings
from handtrack.skeleton import FINGER_COLOURS_RGB
from handtrack.sources.camera_list import CameraDescription
from tests.app.shown_windows import at_each_look

ROOT = Path(__file__).resolve().parents[2]


def run_python(*arguments: str, timeout: float = 100) -> subprocess.CompletedProcess[str]:
    """Python in a process of its own that has no screen."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def read_picture(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path))
    assert picture is not None, f"{path} is no picture"
    return picture


def count_near(picture_bgr: np.ndarray, colour_rgb: tuple[int, int, int], tolerance: int = 30) -> int:
    wanted = np.array(colour_rgb[::-1])
    return int((np.abs(picture_bgr.astype(int) - wanted).max(axis=-1) < tolerance).sum())


def test_the_screenshot_shows_the_tracked_hand_in_every_view(
    qtbot, tmp_path, counting_clip, tracker_loads, end_of_loading
):
    picture_file = tmp_path / "new folder" / "window.png"
    settings = load_settings(overrides=["window.history_seconds=2"])
    assert run_window(str(counting_clip), settings, screenshot=picture_file) == 0
    assert not any(isinstance(widget, MainWindow) for widget in QApplication.allWidgets())
    picture = read_picture(picture_file)
    height, width = picture.shape[:2]
    assert (width, height) == (1280, 800)
    video, space = picture[30:490, :900], picture[60:460, 930:]
    for name, colour in FINGER_COLOURS_RGB.items():
        assert count_near(video, colour) > 30, f"the {name} is drawn on the picture"
    saturated = np.ptp(space.astype(int), axis=-1) > 60
    assert saturated.sum() > 500, "the hand is drawn in space"
    plots = picture[560:740]
    assert (np.ptp(plots[:, :280].astype(int), axis=-1) > 60).sum() > 200, "loops are plotted"
    green = plots[:, 480:840, 1].astype(int)
    assert np.ptp(green) > 40, "the heatmap shows values"


def test_without_a_screen_the_program_still_takes_its_picture(tmp_path, plain_clip):
    picture_file = tmp_path / "window.png"
    done = run_python(
        "-m",
        "app",
        plain_clip,
        "--screenshot",
        str(picture_file),
        "--quit-after",
        "2",
        "--set",
        "window.mirror=false",
    )
    assert done.returncode == 0, done.stderr
    picture = read_picture(picture_file)
    assert picture.shape == (800, 1280, 3)
    assert picture[510:770, :900].std() > 5, "the plots have their axes"


def test_a_source_that_fails_ends_a_screenshot_with_one_line(tmp_path):
    missing = tmp_path / "missing.mp4"
    picture_file = tmp_path / "window.png"
    done = run_python("-m", "app", str(missing), "--screenshot", str(picture_file))
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "plugin" not in line]
    assert len(lines) == 1
    assert "missing.mp4" in lines[0]
    assert not picture_file.exists()


def test_a_wrong_setting_is_one_line():
    done = run_python("-m", "app", "--set", "window.mirrror=true")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "mirror" in done.stderr


def test_ctrl_c_in_the_terminal_closes_the_window(qtbot, plain_clip, tracker_loads, end_of_loading):
    before = signal.getsignal(signal.SIGINT)
    QTimer.singleShot(1000, lambda: os.kill(os.getpid(), signal.SIGINT))
    began = time.monotonic()
    assert run_window(plain_clip, load_settings()) == 0
    assert time.monotonic() - began < 30
    assert signal.getsignal(signal.SIGINT) is before


def test_an_unexpected_error_is_shown_and_the_window_goes_on(qtbot, tmp_path, tracker_loads):
    seen: list[str] = []

    def fail() -> None:
        raise ZeroDivisionError("a slot went wrong")

    def look(window: MainWindow) -> None:
        text = window.video.banner.text
        if "a slot went wrong" in text:
            seen.append(text)
            window.close()
        elif text and not seen:
            # The empty folder was refused, and the window went on: now for an error of our own.
            seen.append(text)
            QTimer.singleShot(0, fail)

    hook = sys.excepthook
    with at_each_look(look):
        assert run_window(str(tmp_path), load_settings()) == 0
    assert "a slot went wrong" in seen[1]
    assert sys.excepthook is hook


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
def test_a_window_that_is_terminated_closes_in_order(qtbot, plain_clip, tracker_loads, end_of_loading):
    QTimer.singleShot(500, lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert run_window(plain_clip, load_settings()) == 0


def test_what_a_window_was_going_to_do_ends_with_it(qtbot, plain_clip, tracker_loads, end_of_loading):
    """Closed before it opens its source, as on a busy machine; what Qt catches later fails the test."""
    with at_each_look(MainWindow.close, milliseconds=1):
        assert run_window(plain_clip, load_settings(), quit_after=0.2) == 0
    qtbot.wait(400)


def test_while_frames_come_python_looks_for_garbage_in_little(tmp_path, plain_clip):
    """A look at all that is imported took 60 ms, in which no thread runs, and a camera's frame was lost."""
    code = (
        "import gc, sys\n"
        "from app.environment import prepare_for_qt; prepare_for_qt()\n"
        "from app.bridge import Bridge\n"
        "from PyQt6.QtCore import QTimer\n"
        "from PyQt6.QtWidgets import QApplication\n"
        "def note(bridge, spec, opened=Bridge.open):\n"
        "    print(gc.isenabled(), gc.get_freeze_count() > 5 * len(gc.get_objects()))\n"
        "    opened(bridge, spec)\n"
        "    QTimer.singleShot(0, QApplication.instance().closeAllWindows)\n"
        "Bridge.open = note\n"
        "from app.main import run_window\n"
        "from handtrack.config import load_settings\n"
        f"run_window({str(plain_clip)!r}, load_settings())\n"
        "print(gc.isenabled(), gc.get_freeze_count())\n"
    )
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["False True", "True 0"]


def test_a_first_recording_imports_nothing_while_frames_come(tmp_path, plain_clip):
    """Imports hold Python for a third of a second: nine frames of a camera."""
    code = f"""
import sys, time
from pathlib import Path
from app.environment import prepare_for_qt
prepare_for_qt()
from PyQt6.QtWidgets import QApplication
application = QApplication([])
from app.bridge import Bridge
from app.values import Phase
from handtrack.config import load_settings
settings = load_settings(overrides=["recording.flush_interval=0.1"])
bridge = Bridge(settings)
results = []
bridge.result_ready.connect(results.append)
bridge.open({plain_clip!r})
while bridge.phase is not Phase.RUNNING or not results:
    application.processEvents()
before = set(sys.modules)
from handtrack.sessions.recorder import SessionRecorder
with SessionRecorder(Path({str(tmp_path)!r}) / "session", settings=settings) as recorder:
    time.sleep(0.1)
    recorder.write(results[-1])  # and to the disk
    print(sorted(set(sys.modules) - before))
bridge.shut_down()
"""
    done = run_python("-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_without_a_camera_the_window_shows_what_can_be_opened(qtbot, monkeypatch):
    monkeypatch.setattr("handtrack.sources.camera_list.list_cameras", list)
    seen: list[tuple[bool, str, str]] = []

    def look() -> None:
        window = next(widget for widget in QApplication.allWidgets() if isinstance(widget, MainWindow))
        page = window.start_page
        if page.words.startswith("No camera"):
            seen.append((page.isVisible(), window.video.banner.text, window.bridge.phase.value))
            window.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(100)
    assert run_window(None, load_settings()) == 0
    assert seen == [(True, "", "idle")]


def test_without_a_source_the_camera_of_the_settings_is_opened(qtbot, monkeypatch):
    camera = CameraDescription(0, "Webcam", "webcam", "V4L2")
    monkeypatch.setattr("handtrack.sources.camera_list.list_cameras", lambda: [camera])
    opened: list[object] = []
    monkeypatch.setattr(Bridge, "open", lambda bridge, spec: opened.append(spec))

    def look() -> None:
        window = next(widget for widget in QApplication.allWidgets() if isinstance(widget, MainWindow))
        if opened:
            window.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(100)
    assert run_window(None, load_settings()) == 0
    assert opened == [0]
