# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be right in the process before a Qt application is made."""

from __future__ import annotations

import sys

from handtrack.opencv import prepare_opencv


def prepare_for_qt() -> None:
    """Load what must come before PyQt6, take OpenCV's own Qt 5 out of its way, and share OpenGL."""
    prepare_opencv()
    if sys.platform == "win32":
        # On Windows torch's libraries fail to load once Qt has loaded its own C++ runtime.
        import torch  # noqa: F401
    from PyQt6.QtCore import QCoreApplication, Qt

    if QCoreApplication.instance() is None:
        # pyqtgraph compiles its shaders once for all views, which then must share their contexts.
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
