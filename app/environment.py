# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be right in the process before a Qt application is made."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

from app import words
from handtrack.opencv import prepare_opencv

_M_ARENA_MAX = -8
"""Of glibc's malloc.h."""


def prepare_for_qt() -> None:
    """Load what must come before PyQt6, take OpenCV's own Qt 5 out of its way, and share OpenGL.

    Capture, tracking and window are a thread each, so no library gets more than one for its share of them:
    on few cores more would only take turns, and a frame would wait for the last of them.
    """
    _share_arenas()
    _keep_triton_out()
    # Mesa reads it when OpenGL is first used. One thread draws beside the window's own.
    os.environ.setdefault("LP_NUM_THREADS", "1")
    prepare_opencv()
    import cv2

    cv2.setNumThreads(1)
    if sys.platform == "win32":
        # On Windows torch's libraries fail to load once Qt has loaded its own C++ runtime.
        with contextlib.suppress(ModuleNotFoundError):
            import torch  # noqa: F401
    from PyQt6.QtCore import QCoreApplication, Qt

    words.use(QCoreApplication.translate)
    if QCoreApplication.instance() is None:
        # pyqtgraph compiles its shaders once for all views, which then must share their contexts.
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)


def _keep_triton_out() -> None:
    """Let PyTorch do without Triton, which its builds with CUDA bring and nothing here compiles with.

    Triton carries an LLVM of its own. Mesa draws with another, whose names are seen in the whole process: a
    network that is made once the window has drawn would load the first, and end the program.
    """
    sys.modules.setdefault("triton", None)  # type: ignore[arg-type] # no module: its import fails from now on


def _share_arenas() -> None:
    """Let the threads of one source after the other take memory from the same two arenas (glibc).

    Each new thread may else have one of its own, which keeps what the thread before it gave back: after some
    sources hundreds of megabytes are held for nobody.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)
