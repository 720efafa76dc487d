"""OpenCV beside Qt, in a process of its own, because an import cannot be undone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def run(code: str, **environment: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert finished.stderr == ""
    return finished.stdout.strip()


@pytest.mark.parametrize("first", ["", "import cv2\n"])
def test_qt_finds_its_own_plugins_whenever_opencv_was_imported(first):
    code = f"""{first}
from handtrack.opencv import prepare_opencv
prepare_opencv()
prepare_opencv()
import os, cv2
print([name for name in os.environ if name in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")])
"""
    assert run(code) == "[]"


def test_a_missing_camera_leaves_the_terminal_clean():
    code = """
from handtrack.opencv import prepare_opencv
prepare_opencv()
import cv2
print(cv2.VideoCapture(77).isOpened())
"""
    assert run(code) == "False"


def test_on_windows_the_slow_transforms_are_off_before_the_import():
    code = """
import os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "cv2":
            print(os.environ.get("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS"))

sys.meta_path.insert(0, Watch())
sys.platform = "win32"
from handtrack.opencv import prepare_opencv
try:
    prepare_opencv()
except Exception:
    pass  # the wheel of this system cannot be loaded as that of Windows
"""
    assert run(code).splitlines()[0] == "0"
