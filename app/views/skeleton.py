# SPDX-License-Identifier: GPL-3.0-or-later
"""The hands in space: drag to orbit, wheel to zoom, double click to look as the camera does."""

from __future__ import annotations

from typing import Protocol

from PyQt6.QtCore import QT_TRANSLATE_NOOP, QPointF, QRectF, QSize, Qt, QTimer
from PyQt6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PyQt6.QtWidgets import QToolButton, QWidget

from app import theme
from app.true_error import references
from app.views.hand_overlay import draw_true_hand
from app.views.opengl import opengl_support
from app.views.skeleton_geometry import OrbitCamera, PlacedHand, default_camera, place_hands
from app.views.skeleton_painter import PainterSkeleton
from app.words import name_of
from handtrack.hand import FrameResult
from handtrack.skeleton import WRIST

_DEGREES_PER_PIXEL = 0.4
_ZOOM_PER_NOTCH = 0.9


_TIP = QT_TRANSLATE_NOOP(
    "SkeletonView",
    "Drag to turn, wheel to zoom, double click to look as the camera does.\n"
    "Ellipsoids: 1 σ of each joint, which is less sure in depth than in the picture: turn to see it.\n"
    "x, y, z: the wrist from the camera, right and down as the picture is shown, and away; ± 1 σ,\n"
    "for the palm's length and the camera's field of view (Tracking, Calibrate).",
)
_LINE = 17
"""Pixels from one line of positions to the next."""


class _Renderer(Protocol):
    @property
    def note(self) -> str: ...

    def draw(
        self, painter: QPainter, size: tuple[int, int], camera: OrbitCamera, hands: list[PlacedHand]
    ) -> None: ...

    def release(self) -> None: ...


def _make_renderer() -> _Renderer:
    support = opengl_support()
    if not support.available:
        return PainterSkeleton()
    from app.views.skeleton_gl import GLSkeleton

    return GLSkeleton(smooth_edges=not support.software)


class SkeletonView(QWidget):
    """A 3D picture of all hands of a frame, side by side, each with its wrist on the same level."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(180, 150)
        self.setToolTip(self.tr(_TIP))
        self._renderer: _Renderer | None = None
        self._result: FrameResult | None = None
        self._hands: list[PlacedHand] = []
        self._mirrored = False
        self._truth_shown = True
        self._calibration = ""
        self._camera = default_camera(1)
        self._moved_by_user = False
        self._drag_from: QPointF | None = None
        self._reset = QToolButton(self)
        self._reset.setText(self.tr("Reset view"))
        self._reset.setFont(theme.font(theme.SMALL_FONT_SIZE))
        self._reset.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._reset.clicked.connect(self.reset_view)
        self._reset.hide()

    @property
    def camera(self) -> OrbitCamera:
        """From where the hands are seen."""
        return self._camera

    @property
    def uses_opengl(self) -> bool:
        """Whether OpenGL draws the view."""
        return opengl_support().available

    def sizeHint(self) -> QSize:  # noqa: N802
        """Preferred size."""
        return QSize(380, 340)

    def show_result(self, result: FrameResult) -> None:
        """Show the hands of a frame."""
        had_hands = bool(self._hands)
        self._result = result
        self._place()
        if self._hands or had_hands:
            self.update()

    def clear(self) -> None:
        """Show no hand."""
        self._result = None
        self._place()
        self.update()

    def set_mirrored(self, mirrored: bool) -> None:
        """Flip the hands left to right, as the picture beside them is."""
        self._mirrored = mirrored
        self._place()
        self.update()

    def show_truth(self, shown: bool) -> None:
        """Whether to draw the true hands of sources that know them."""
        self._truth_shown = shown
        self._place()
        self.update()

    def show_calibration(self, words: str) -> None:
        """Say below the places what they are worth."""
        self._calibration = words
        self.update()

    def reset_view(self) -> None:
        """Look as the camera does."""
        self._moved_by_user = False
        self._reset.hide()
        self._camera = default_camera(len(self._hands))
        self.update()

    def release(self) -> None:
        """Give back the renderer's resources; the view can still be shown again."""
        if self._renderer is not None:
            self._renderer.release()
            self._renderer = None

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Draw the scene, and the words over it."""
        if self._renderer is None and self._hands:
            self._make_renderer()
        painter = QPainter(self)
        if self._renderer is None:
            # OpenGL takes a while to load: the window shows first.
            painter.fillRect(self.rect(), QColor(theme.SCENE.panel))
            QTimer.singleShot(0, self._make_renderer)
        else:
            self._renderer.draw(painter, (self.width(), self.height()), self._camera, self._hands)
        self._draw_true_hands(painter)
        self._draw_words(painter)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Begin to orbit."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._drag_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Orbit."""
        if event is None or self._drag_from is None:
            return
        moved = event.position() - self._drag_from
        self._drag_from = event.position()
        self._set_camera(
            self._camera.orbited(moved.x() * _DEGREES_PER_PIXEL, -moved.y() * _DEGREES_PER_PIXEL)
        )

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Stop orbiting."""
        self._drag_from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Look as the camera does."""
        self.reset_view()

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Zoom."""
        if event is not None:
            self._set_camera(self._camera.zoomed(_ZOOM_PER_NOTCH ** (event.angleDelta().y() / 120)))
            event.accept()

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        """Keep the button in its corner."""
        size = self._reset.sizeHint()
        self._reset.setGeometry(self.width() - size.width() - 8, 8, size.width(), size.height())

    def _set_camera(self, camera: OrbitCamera) -> None:
        self._camera = camera
        self._moved_by_user = True
        self._reset.show()
        self.update()

    def _place(self) -> None:
        hands = self._result.hands if self._result is not None else ()
        truth = references(self._result) if self._result is not None and self._truth_shown else None
        self._hands = place_hands(hands, self._mirrored, truth or ())
        if not self._moved_by_user and self._hands:
            self._camera = default_camera(len(self._hands))

    def _make_renderer(self) -> None:
        if self._renderer is None and self.isVisible():
            self._renderer = _make_renderer()
            self.update()

    def _draw_true_hands(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for hand in self._hands:
            if hand.true_joints is not None:
                pixels, _ = self._camera.project(hand.true_joints, self.width(), self.height())
                draw_true_hand(painter, pixels)

    def _draw_words(self, painter: QPainter) -> None:
        painter.setFont(theme.font(theme.SMALL_FONT_SIZE))
        painter.setPen(QColor(theme.SCENE.muted))
        margins = QRectF(self.rect()).adjusted(10, 8, -10, -7)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        painter.drawText(margins, left, self.tr("floor squares 5 cm · ellipsoids 1 σ"))
        if self._renderer is not None:
            painter.drawText(margins, right, self._renderer.note)
        if not self._hands:
            painter.drawText(margins, Qt.AlignmentFlag.AlignCenter, self.tr("No hand in view"))
            return
        painter.setPen(QColor(theme.SCENE.text))
        several = len(self._hands) > 1
        top = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        placed = [hand for hand in self._hands if hand.position]
        for line, hand in enumerate(placed):
            words = f"{name_of(hand.label if several else 'wrist')}  {hand.position}"
            painter.drawText(margins.adjusted(0, line * _LINE, 0, 0), top, words)
        if placed:
            painter.setPen(QColor(theme.SCENE.muted))
            painter.drawText(margins.adjusted(0, len(placed) * _LINE, 0, 0), top, self._calibration)
            painter.setPen(QColor(theme.SCENE.text))
        if not several:
            return
        for hand in self._hands:
            (at,), _ = self._camera.project(hand.joints[[WRIST]], self.width(), self.height())
            box = QRectF(at[0] - 40, at[1] + 8, 80, 18)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, name_of(hand.label)
            )
