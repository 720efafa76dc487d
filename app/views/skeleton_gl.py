# SPDX-License-Identifier: GPL-3.0-or-later
"""The 3D hands drawn with OpenGL into a picture of their own, which the view then shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from OpenGL import GL
from PyQt6.QtCore import QSize
from PyQt6.QtGui import QColor, QPainter, QResizeEvent
from pyqtgraph.opengl import GLLinePlotItem, GLMeshItem, GLViewWidget

from app import theme
from app.views.skeleton_geometry import (
    OrbitCamera,
    PlacedHand,
    floor_lines,
    floor_shadow,
    horizontal_field_of_view,
)
from app.views.skeleton_mesh import Mesh, hand_mesh, joined, shadow_mesh, uncertainty_discs
from handtrack.skeleton import joint_colours_rgb

_COLOURS = joint_colours_rgb() / 255.0
_BALL_OPACITY = 0.28
_FLOOR_COLOUR = QColor(theme.SCENE.border).getRgbF()
_SHADOW_COLOUR = QColor(theme.SCENE.shadow).getRgbF()


class _TranslucentMesh(GLMeshItem):
    """A mesh that does not hide what is drawn behind it."""

    def paint(self) -> None:
        GL.glDepthMask(False)
        try:
            super().paint()
        finally:
            # The next frame's clear needs the mask, or old depths would stay.
            GL.glDepthMask(True)


class GLSkeleton:
    """Draws hands with OpenGL off screen.

    A visible OpenGL widget would make Qt compose the whole window with OpenGL, which costs several
    times the drawing itself where a processor does it; and it is missing from some grabs.
    """

    note = ""

    def __init__(self, smooth_edges: bool) -> None:
        self._view = GLViewWidget()
        surface = self._view.format()
        surface.setSamples(4 if smooth_edges else 0)
        self._view.setFormat(surface)
        self._view.setBackgroundColor(theme.SCENE.panel)
        self._floor = GLLinePlotItem(mode="lines", color=_FLOOR_COLOUR, width=1, glOptions="opaque")
        self._solid = GLMeshItem(computeNormals=False, smooth=True, glOptions="opaque")
        self._balls = _TranslucentMesh(computeNormals=False, smooth=True, glOptions="translucent")
        self._floor_for = 0
        for depth, item in enumerate((self._floor, self._solid, self._balls)):
            item.setDepthValue(depth)
            # Qt draws once when the frame buffer is made, before any hand is known.
            item.setVisible(False)
            self._view.addItem(item)

    def draw(
        self, painter: QPainter, size: tuple[int, int], camera: OrbitCamera, hands: Sequence[PlacedHand]
    ) -> None:
        """Fill a view of that size (width, height) with the scene."""
        if self._view.size() != QSize(*size):
            self._resize(QSize(*size))
        self._view.opts.update(
            azimuth=camera.azimuth,
            elevation=camera.elevation,
            distance=camera.distance,
            center=pg.Vector(*camera.centre),
            fov=horizontal_field_of_view(*size),
        )
        self._set_hands(camera, hands)
        painter.drawImage(0, 0, self._view.grabFramebuffer())

    def release(self) -> None:
        """Give back the OpenGL context and its memory."""
        self._view.deleteLater()

    def _resize(self, size: QSize) -> None:
        before = self._view.size()
        self._view.resize(size)
        # Qt keeps back the resize event of a hidden widget, and with it the new frame buffer.
        self._view.resizeEvent(QResizeEvent(size, before))

    def _set_hands(self, camera: OrbitCamera, hands: Sequence[PlacedHand]) -> None:
        if self._floor_for != max(len(hands), 1):
            self._floor_for = max(len(hands), 1)
            self._floor.setData(pos=floor_lines(self._floor_for).reshape(-1, 3))
            self._floor.setVisible(True)
        for item in (self._solid, self._balls):
            item.setVisible(bool(hands))
        if not hands:
            return
        right, up, forward = camera.axes()
        light = -0.4 * right + 0.6 * up - 0.7 * forward
        light /= np.linalg.norm(light)
        solid = [hand_mesh(hand.joints, _COLOURS, light) for hand in hands]
        shadows = [shadow_mesh(floor_shadow(hand.joints), _SHADOW_COLOUR) for hand in hands]
        _set_mesh(self._solid, joined(solid + shadows))
        _set_mesh(
            self._balls,
            joined(
                [
                    uncertainty_discs(hand.joints, hand.sigma, _COLOURS, _BALL_OPACITY, camera.axes())
                    for hand in hands
                ]
            ),
        )


def _set_mesh(item: GLMeshItem, mesh: Mesh) -> None:
    item.setMeshData(vertexes=mesh.vertices, faces=mesh.faces, vertexColors=mesh.colours)
