"""A thread that reads one camera, so that a driver which blocks blocks nobody else."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from handtrack.ending import NativeThread
from handtrack.errors import SourceError
from handtrack.hand import read_only
from handtrack.sources.camera_settings import Capture

logger = logging.getLogger(__name__)

_RETRY_INTERVAL = 0.01
_AFTER_RELEASE = 0.25


@dataclass(frozen=True, slots=True)
class Picture:
    """A camera's picture (H, W, 3) uint8 BGR, its monotonic time of capture in seconds, its number."""

    image: np.ndarray
    timestamp: float
    number: int


class CameraReader:
    """Opens a camera, keeps its latest picture, and releases it at the end, all in a thread of its own.

    open_capture gives the opened camera, or raises SourceError.
    """

    def __init__(self, open_capture: Callable[[], Capture]) -> None:
        self._open_capture = open_capture
        self._changed = threading.Condition()
        self._picture: Picture | None = None
        self._taken = 0
        self._error: SourceError | None = None
        self._ended = False
        self._stopping = threading.Event()
        self._capture: Capture | None = None
        self._thread = NativeThread(self._run, "handtrack-camera-reader", self._finish)

    def start(self) -> None:
        """Begin to open and read; returns at once."""
        self._thread.start()

    @property
    def error(self) -> SourceError | None:
        """Why the camera could not be opened, or can no longer be read."""
        return self._error

    def wait_first(self, timeout: float) -> Picture | None:
        """The latest picture, waiting for the first one; it can still be taken. None: see `error`."""
        with self._changed:
            self._changed.wait_for(lambda: self._picture is not None or self._ended, timeout)
            return self._picture

    def take(self, timeout: float) -> Picture | None:
        """The latest picture, once; None after timeout seconds without a new one, or at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._unread is not None or self._ended, timeout)
            picture = self._unread
            if picture is not None:
                self._taken = picture.number
            return picture

    def stop(self, timeout: float) -> bool:
        """End the thread and release the camera; False if the driver did not return and was left behind.

        The thread is given timeout seconds to come out of the driver. Only then the camera is
        released over its head: that frees most drivers, but is not safe while they work.
        """
        self._finish()
        self._thread.join(timeout)
        if not self._thread.is_alive():
            return True
        capture = self._hand_over_capture()
        if capture is not None:
            # In a thread, because releasing a stuck camera may block as well.
            helper = NativeThread(partial(_release, capture), "handtrack-camera-release")
            helper.start()
            helper.join(_AFTER_RELEASE)
        self._thread.join(_AFTER_RELEASE)
        return not self._thread.is_alive()

    @property
    def _unread(self) -> Picture | None:
        return self._picture if self._picture is not None and self._picture.number > self._taken else None

    def _run(self) -> None:
        try:
            capture = self._open_capture()
            with self._changed:
                self._capture = capture
            self._read(capture)
        except SourceError as error:
            self._error = error
        except Exception as error:
            logger.debug("the camera driver failed", exc_info=True)
            self._error = SourceError(f"the camera driver failed: {' '.join(str(error).split())}")
        finally:
            self._finish()
            remaining = self._hand_over_capture()
            if remaining is not None:
                _release(remaining)

    def _read(self, capture: Capture) -> None:
        number = 0
        while not self._stopping.is_set():
            grabbed = capture.grab()
            timestamp = time.monotonic()
            ok, image = capture.retrieve() if grabbed else (False, None)
            if not ok or image is None:
                # One failed read is common; whether the camera is gone shows in the age of its pictures.
                self._stopping.wait(_RETRY_INTERVAL)
                continue
            number += 1
            with self._changed:
                self._picture = Picture(read_only(_as_bgr(image)), timestamp, number)
                self._changed.notify_all()

    def _finish(self) -> None:
        self._stopping.set()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _hand_over_capture(self) -> Capture | None:
        """The capture, to whoever asks first: it must be released once only."""
        with self._changed:
            capture, self._capture = self._capture, None
            return capture


def _release(capture: Capture) -> None:
    try:
        capture.release()
    except Exception:
        logger.debug("releasing the camera failed", exc_info=True)


def _as_bgr(image: np.ndarray) -> np.ndarray:
    import cv2

    # Infrared cameras deliver one channel.
    return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 or image.shape[2] == 1 else image
