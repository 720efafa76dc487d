"""What OpenCV needs around its import to live beside Qt, and to stay quiet."""

from __future__ import annotations

import os
import re
import sys
from contextlib import AbstractContextManager
from typing import Final

_QT_VARIABLES = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")
_DECODERS: Final = re.compile(
    rb"libpng (error|warning): |Corrupt JPEG data|Premature end of JPEG file|Invalid SOS parameters"
    rb"|Inconsistent progression sequence|Unknown Adobe color transform|Warning: unknown JFIF"
    rb"|Application transferred too"
)
"""How the decoders that OpenCV calls tell of damage: libpng, and libjpeg's warnings, from its `jerror.h`."""


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


def decoders_to_the_log() -> AbstractContextManager[None]:
    """While entered, what decoders of pictures say of damage goes to the log: they do not name the file."""
    from handtrack.native_lines import remarks_to_the_log  # not before OpenCV is prepared

    return remarks_to_the_log(_DECODERS)
