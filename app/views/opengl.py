# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether OpenGL works here, and whether a processor or a graphics card does the work."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cache

from PyQt6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

log = logging.getLogger(__name__)

# These platforms hand out widgets without a drawable surface: their grabs are null, with no error.
_PLATFORMS_WITHOUT_OPENGL = ("offscreen", "minimal", "vnc", "linuxfb")
_SOFTWARE_RENDERERS = ("llvmpipe", "softpipe", "swrast", "swiftshader", "gdi generic", "basic render")
_GL_RENDERER = 0x1F01


@dataclass(frozen=True, slots=True)
class OpenGLSupport:
    """available: a context can be made current. software: a processor draws it. detail: for people."""

    available: bool
    software: bool
    detail: str


@cache
def opengl_support() -> OpenGLSupport:
    """What OpenGL can do here, found by making a context; needs a running QGuiApplication."""
    platform = QGuiApplication.platformName()
    if platform in _PLATFORMS_WITHOUT_OPENGL:
        return OpenGLSupport(False, True, f"the {platform} platform has no OpenGL")
    surface = QOffscreenSurface()
    surface.create()
    context = QOpenGLContext()
    if not (surface.isValid() and context.create() and context.makeCurrent(surface)):
        return OpenGLSupport(False, True, "no OpenGL context can be made; install a graphics driver or Mesa")
    try:
        if context.format().version() < (2, 1):
            return OpenGLSupport(False, True, f"OpenGL is too old: {context.format().version()}")
        import OpenGL

        # PyOpenGL asks for errors after each of its calls, which doubles their price.
        OpenGL.ERROR_CHECKING = False
        from OpenGL import GL
        from OpenGL import platform as pyopengl

        if not pyopengl.GetCurrentContext():
            # Of a screen without GLX Qt makes it by EGL, and PyOpenGL looks for it with GLX.
            return OpenGLSupport(False, True, "PyOpenGL does not see the context that Qt makes here")
        renderer = GL.glGetString(_GL_RENDERER)
        name = renderer.decode(errors="replace") if renderer else "unknown renderer"
    except Exception as error:  # PyOpenGL raises many types where a driver is broken
        log.warning("OpenGL cannot be used: %s", error)
        return OpenGLSupport(False, True, f"OpenGL cannot be used: {error}")
    finally:
        context.doneCurrent()
    software = any(word in name.lower() for word in _SOFTWARE_RENDERERS)
    return OpenGLSupport(True, software, name)
