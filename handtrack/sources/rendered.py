"""An endless rendered hand as a source: a camera that knows where the hand truly is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np

from handtrack.errors import MissingPackageError, SourceError
from handtrack.extras import require
from handtrack.hand import Frame, HandTruth, read_only
from handtrack.sources.base import SourceInfo

logger = logging.getLogger(__name__)

SIZE = (640, 480)
FPS = 30
LEAST_FPS = 15.0
"""Frames a second below which a film is better shown from the shipped clip."""
_TRIAL_FRAMES = 10
PANORAMAS = Path("../shared/data/hdri")
"""Light and background come from here where this folder is; elsewhere the hand is before plain walls."""


class Scene(Protocol):
    """A film without end: what `handtrack.study.synthesis.animated.AnimatedScene` offers."""

    def frame(self, t: float) -> tuple[np.ndarray, tuple[HandTruth, ...]]:
        """Picture (H, W, 3) uint8 BGR and the true hands at a time in seconds."""
        ...

    def close(self) -> None:
        """Give back what the renderer holds."""
        ...


def _animated_scene(seed: int, size: tuple[int, int], panoramas: Path | None) -> Scene:
    try:
        require("a rendered hand", "synthesis")
    except MissingPackageError as error:
        raise SourceError(f"{error}; or take the source `demo`, a clip that needs no renderer") from None
    from handtrack.study.synthesis.animated import AnimatedScene

    return AnimatedScene(seed, size, panoramas)


def can_render_live() -> bool:
    """Whether this machine renders a hand with nothing left to fetch or install, and fast enough to watch."""
    try:
        from handtrack.study.synthesis.body.mesh import mesh_path

        if not mesh_path().is_file():
            return False
    except ImportError:
        return False
    source = RenderedSource(realtime=False)
    try:
        source.open()
        source.read()  # the first frame makes what the others use
        began = time.perf_counter()
        for _ in range(_TRIAL_FRAMES):
            source.read()
        fps = _TRIAL_FRAMES / (time.perf_counter() - began)
        logger.info("a hand is rendered %.0f times a second here", fps)
        return fps >= LEAST_FPS
    except SourceError as error:
        logger.info("%s", error)
        return False
    finally:
        source.close()


class RenderedSource:
    """A hand that is rendered while it is watched; the same seed gives the same film.

    In real time, frames come at their own pace as from a camera: a machine that needs longer to render
    one than until the next loses frames, which the index shows. Otherwise every frame comes, as fast as
    it is rendered. panoramas: folder of `.hdr` files for light and background. begin: seconds of the film
    that are left out.

    `open` and `read` belong in one thread, that of the OpenGL context; the renderer is released by the
    `close` that is called in it too.
    """

    def __init__(
        self,
        seed: int = 0,
        *,
        size: tuple[int, int] = SIZE,
        fps: int = FPS,
        realtime: bool,
        panoramas: Path | None = None,
        begin: float = 0.0,
        make_scene: Callable[[int, tuple[int, int], Path | None], Scene] = _animated_scene,
    ) -> None:
        self._seed = seed
        self._size = size
        self._fps = fps
        self._realtime = realtime
        self._panoramas = panoramas if panoramas is not None or not PANORAMAS.is_dir() else PANORAMAS
        self._begin = begin
        self._make_scene = make_scene
        self._closed = threading.Event()
        self._scene: Scene | None = None
        self._start: float | None = None
        self._next = 0
        self._thread: int | None = None

    def open(self) -> SourceInfo:
        """Set up the renderer. Raises SourceError that says what is missing."""
        if self._closed.is_set():
            raise SourceError("the rendered hand was closed")
        self._thread = threading.get_ident()
        self._scene = self._make_scene(self._seed, self._size, self._panoramas)
        width, height = self._size
        return SourceInfo(
            name="rendered hand",
            width=width,
            height=height,
            fps=float(self._fps),
            frame_count=None,
            live=True,
            detail=f"rendered, seed {self._seed}, {width} x {height}, {self._fps} frames/s, with true hands",
        )

    def read(self) -> Frame | None:
        """Next frame, or None once closed."""
        if self._scene is None or self._closed.is_set():
            return None
        number, timestamp = self._wait_for_next() if self._realtime else (self._next, self._next / self._fps)
        if self._closed.is_set():
            return None
        image, truth = self._scene.frame(self._begin + number / self._fps)
        self._next = number + 1
        return Frame(read_only(image), timestamp, number, truth)

    def close(self) -> None:
        """End the film; a waiting `read` returns at once."""
        self._closed.set()
        if self._thread == threading.get_ident() and self._scene is not None:
            self._scene.close()
            self._scene = None

    def losses(self) -> tuple[str, ...]:
        """None: see `Source.losses`."""
        return ()

    def _wait_for_next(self) -> tuple[int, float]:
        """Number and monotonic time of the newest frame that is due, or of the next one once it is."""
        now = time.monotonic()
        if self._start is None:
            self._start = now
        number = max(self._next, int((now - self._start) * self._fps))
        due = self._start + number / self._fps
        self._closed.wait(max(0.0, due - now))
        return number, due
