"""What OpenCV needs around its import to live beside Qt, and to stay quiet."""

from __future__ import annotations

import os
import sys

_QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def prepare_opencv() -> None:
    """Import OpenCV so that it neither disturbs Qt nor writes to the terminal.

    Call it first thing in a program, before any other import of cv2; calling it again is harmless.
    """
    if sys.platform == "win32":
        # With hardware transforms, opening a camera takes up to half a minute.
        os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
    elif sys.platform == "linux":
        # Seconds that a read of a silent camera blocks; 10 by default, too long for a stop.
        os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "1")
    import cv2

    package = os.path.dirname(os.path.abspath(cv2.__file__))
    for name in _QT_VARIABLES:
        # The import points Qt to the plugins that OpenCV brings, which are of another Qt.
        if os.environ.get(name, "").startswith(package):
            del os.environ[name]
    # Every failure is reported as an error of ours; OpenCV's own lines would only repeat it.
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
