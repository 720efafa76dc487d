# SPDX-License-Identifier: GPL-3.0-or-later
"""The last seconds of a camera, frames and hands, to be looked at again while it is paused."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np

from handtrack.ending import NativeThread
from handtrack.hand import FrameResult, read_only

_LARGEST: Final = 960
"""Pixels of a kept picture's longer side: enough to look at, and a third of the work of a full one."""
_QUALITY: Final = 85
_WAITING: Final = 3
"""Frames that wait to be compressed at most; a machine without time for it keeps fewer."""


@dataclass(frozen=True, slots=True)
class _Kept:
    result: FrameResult  # its picture is an empty one
    size: tuple[int, int]
    picture: np.ndarray  # as a JPEG file


class RecentFrames:
    """Keeps results with their pictures, compressed in a thread of its own; for the window's thread.

    seconds: how far back; most_bytes: of compressed pictures at most.
    """

    def __init__(self, seconds: float, most_bytes: int = 250_000_000) -> None:
        self.seconds = seconds
        self._most_bytes = most_bytes
        self._changed = threading.Condition()
        self._waiting: deque[FrameResult] = deque()
        self._kept: deque[_Kept] = deque()
        self._bytes = 0
        self._closed = False
        self._thread = NativeThread(self._run, "handtrack-recent", self.close)

    def add(self, result: FrameResult) -> None:
        """Keep a result, unless too many wait already."""
        with self._changed:
            if self._closed or len(self._waiting) >= _WAITING:
                return
            self._waiting.append(result)
            self._changed.notify_all()
        if not self._thread.is_alive():
            self._thread.start()

    def moments(self) -> np.ndarray:
        """Timestamps (N,) in seconds, rising, of the frames that are kept."""
        with self._changed:
            return np.array([kept.result.frame.timestamp for kept in self._kept])

    def span(self) -> tuple[float, ...]:
        """Timestamps of the oldest and the newest frame that is kept; empty without one."""
        with self._changed:
            ends = (self._kept[0], self._kept[-1]) if self._kept else ()
            return tuple(kept.result.frame.timestamp for kept in ends)

    def at(self, number: int) -> FrameResult | None:
        """The kept frame of a number from 0, the oldest; its picture may be coarser than it was."""
        with self._changed:
            if not 0 <= number < len(self._kept):
                return None
            kept = self._kept[number]
        picture = np.asarray(cv2.imdecode(kept.picture, cv2.IMREAD_COLOR))
        if (picture.shape[1], picture.shape[0]) != kept.size:
            picture = np.asarray(cv2.resize(picture, kept.size, interpolation=cv2.INTER_LINEAR))
        return replace(kept.result, frame=replace(kept.result.frame, image=read_only(picture)))

    def clear(self) -> None:
        """Forget all frames."""
        with self._changed:
            self._waiting.clear()
            self._kept.clear()
            self._bytes = 0

    def close(self) -> None:
        """End the thread; nothing is kept any more."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def wait(self, timeout: float) -> None:
        """Wait for the end of the thread after `close`, at most timeout seconds."""
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or self._waiting)
                if self._closed:
                    return
                result = self._waiting[0]
            picture = _compressed(result.frame.image)
            with self._changed:
                if self._waiting and self._waiting[0] is result:
                    self._waiting.popleft()
                    self._keep(result, picture)

    def _keep(self, result: FrameResult, picture: np.ndarray) -> None:
        now = result.frame.timestamp
        if self._kept and now <= self._kept[-1].result.frame.timestamp:
            self._kept.clear()  # another beginning
            self._bytes = 0
        bare = replace(result, frame=replace(result.frame, image=np.zeros((0, 0, 3), np.uint8)))
        self._kept.append(_Kept(bare, result.frame.size, picture))
        self._bytes += picture.nbytes
        while self._bytes > self._most_bytes or now - self._kept[0].result.frame.timestamp > self.seconds:
            self._bytes -= self._kept.popleft().picture.nbytes


def _compressed(image: np.ndarray) -> np.ndarray:
    scale = _LARGEST / max(image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1]
