"""How little is imported before the window is shown, and before a session's first picture."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from handtrack.config import load_settings
from handtrack.sessions import SessionRecorder
from tests.app.sample_results import sample_hand, sample_result

ROOT = Path(__file__).resolve().parents[2]
TRACKING_IMPORTS = {"torch", "mediapipe", "openvino", "onnxruntime", "handtrack.tracking.tracker"}
SLOW_IMPORTS = TRACKING_IMPORTS | {
    *("av", "OpenGL", "pyqtgraph", "open3d", "pyarrow", "rich", "scipy", "safetensors", "flatbuffers"),
    *("handtrack.sources.factory", "handtrack.sessions.reader", "PyQt6.QtMultimedia"),
}


def printed(code: str) -> str:
    """What a program prints that has no screen."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def recorded_session(folder: Path) -> Path:
    with SessionRecorder(folder, settings=load_settings()) as recorder:
        for index in range(5):
            recorder.write(sample_result((sample_hand(),), index=index))
    return folder


def test_the_window_is_visible_before_slow_libraries_are_loaded(plain_clip):
    script = (
        "import sys\n"
        "from app.environment import prepare_for_qt; prepare_for_qt()\n"
        "from PyQt6.QtCore import QTimer\n"
        "from app.window import MainWindow\n"
        "shown = MainWindow.showEvent\n"
        "def look(window, event):\n"
        "    shown(window, event)\n"
        f"    slow = {SLOW_IMPORTS!r} & set(sys.modules)\n"
        "    print('loaded:', sorted(slow))\n"
        "    QTimer.singleShot(0, window.close)\n"
        "MainWindow.showEvent = look\n"
        "from app.main import run_window\n"
        "from handtrack.config import load_settings\n"
        f"sys.exit(run_window({plain_clip!r}, load_settings()))\n"
    )
    assert printed(script) == "loaded: []"


def test_the_hands_of_a_session_are_shown_without_what_tracks_them(tmp_path):
    session = recorded_session(tmp_path / "session")
    code = f"""
import sys
from app.environment import prepare_for_qt
prepare_for_qt()
from PyQt6.QtWidgets import QApplication
application = QApplication([])
from app.bridge import Bridge
from handtrack.config import load_settings
bridge = Bridge(load_settings())
shown = []
bridge.result_ready.connect(shown.append)
bridge.open({str(session)!r})
while not shown:
    application.processEvents()
print(sorted({TRACKING_IMPORTS!r} & set(sys.modules)))
bridge.shut_down()
"""
    assert printed(code) == "[]"


def test_what_the_first_source_needs_is_imported_while_the_window_waits():
    code = f"""
import sys
from app.environment import prepare_for_qt
prepare_for_qt()
import app.window
from app.warm_up import NEEDED, WarmUp
before = set(NEEDED) & set(sys.modules)
warm_up = WarmUp()
warm_up.start()
warm_up.wait()
print(sorted(before), set(NEEDED) <= set(sys.modules), sorted({TRACKING_IMPORTS!r} & set(sys.modules)))
warm_up.close()
"""
    assert printed(code) == "[] True []"
