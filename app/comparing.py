# SPDX-License-Identifier: GPL-3.0-or-later
"""MediaPipe beside our tracker, on demand: in a thread of its own, on the newest frame, with its time."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from app.words import translate
from handtrack.ending import NativeThread
from handtrack.errors import HandtrackError
from handtrack.hand import Frame, FrameResult, read_only

if TYPE_CHECKING:
    from pathlib import Path

    from handtrack.detectors.landmarker import Landmarker

log = logging.getLogger(__name__)

_FOLLOWS: Final = 0.5
"""Seconds from one frame to the next at most, for MediaPipe to follow its hands from the one to the other."""
_PATIENCE: Final = 2.0
"""Seconds to wait for the thread when the window ends: a picture takes a tenth of one, loading one."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What MediaPipe found in a frame.

    hands: of each the joints (21, 2) float32, pixels of the frame. milliseconds: that it took.
    ours: milliseconds that we took for the frame; None where that is not known, as in some recordings.
    followed: whether it looked where the hands were before, as it does in a video, and not everywhere.
    """

    frame: Frame
    hands: tuple[np.ndarray, ...]
    milliseconds: float
    ours: float | None
    followed: bool

    @property
    def words(self) -> str:
        """Both times, such as "handtrack 3.1 ms · MediaPipe 9.8 ms"."""
        ours = [] if self.ours is None else [f"handtrack {self.ours:.1f} ms"]
        if self.followed:
            theirs = "MediaPipe {ms:.1f} ms"
        else:
            theirs = translate("Comparing", "MediaPipe {ms:.1f} ms, the picture alone")
        return " · ".join([*ours, theirs.format(ms=self.milliseconds)])


class Comparing(QObject):
    """Off at first. While it is on, MediaPipe looks at the newest frame that was noted, and not at each one.

    All calls belong to the window's thread, where the signals arrive. MediaPipe is imported, loaded, used and
    freed by the thread that runs while it is on.
    """

    compared = pyqtSignal(object)
    """Compared; or None once it is off."""
    failed = pyqtSignal(str)
    """One sentence for people; it is off then."""
    switched = pyqtSignal(bool)
    """Whether it is on."""
    _told = pyqtSignal(object, object)
    """The worker that speaks; and Compared, or a sentence."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker: _Worker | None = None
        self._told.connect(self._hear)

    @property
    def on(self) -> bool:
        """Whether frames are compared."""
        return self._worker is not None

    def switch(self, on: bool, max_hands: int) -> None:
        """Compare from now on, with so many hands at most, or no more. Without the models: `failed`."""
        if on == self.on:
            return
        if on:
            # Late, as it is needed here alone.
            from handtrack.detectors.bundle import bundle_path

            if not bundle_path().is_file():
                self._end(
                    self.tr(
                        "MediaPipe's hand models are missing; run `handtrack models`, then compare again."
                    )
                )
                return
            self._worker = _Worker(bundle_path(), max_hands, self._told.emit)
            self.switched.emit(True)
        else:
            self._end()

    def note(self, result: FrameResult) -> None:
        """This is the newest frame."""
        if self._worker is not None:
            self._worker.give(result)

    def close(self) -> None:
        """End what runs, and wait for it a little."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()
            worker.thread.join(_PATIENCE)

    def _end(self, sentence: str = "") -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()
        self.compared.emit(None)
        self.switched.emit(False)
        if sentence:
            self.failed.emit(sentence)

    def _hear(self, worker: _Worker, told: Compared | str) -> None:
        if worker is not self._worker:
            return  # switched off meanwhile
        if isinstance(told, str):
            self._end(told)
        else:
            self.compared.emit(told)


class _Worker:
    """The thread and its newest frame; tell: called in the thread with this worker, and Compared or words."""

    def __init__(self, bundle: Path, max_hands: int, tell: Any) -> None:
        self._bundle, self._max_hands, self._tell = bundle, max_hands, tell
        self._changed = threading.Condition()
        self._newest: FrameResult | None = None
        self._ended = False
        self.thread = NativeThread(self._run, "handtrack-mediapipe", self.end)
        self.thread.start()

    def give(self, result: FrameResult) -> None:
        """Look at this frame next."""
        with self._changed:
            self._newest = result
            self._changed.notify_all()

    def end(self) -> None:
        """Look at none any more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _run(self) -> None:
        peer = _Peer(self._bundle, self._max_hands)
        try:
            while (result := self._next()) is not None:
                self._say(peer.look(result))
        except HandtrackError as error:
            self._say(str(error))
        except Exception as error:
            log.warning("MediaPipe could not be compared with", exc_info=True)
            words = translate("Comparing", "MediaPipe could not be compared with ({why}).")
            self._say(words.format(why=" ".join(str(error).split())[:200]))
        finally:
            peer.close()

    def _next(self) -> FrameResult | None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._newest is not None)
            result, self._newest = self._newest, None
            return None if self._ended else result

    def _say(self, told: Compared | str) -> None:
        if not self._ended:
            self._tell(self, told)


class _Peer:
    """MediaPipe's landmarker as it follows hands through a video, and as it looks at one picture alone."""

    def __init__(self, bundle: Path, max_hands: int) -> None:
        self._bundle, self._max_hands = bundle, max_hands
        self._landmarkers: dict[bool, Landmarker] = {}
        self._before: Frame | None = None
        self._clock = 0  # milliseconds: MediaPipe wants them to rise, whatever a source's do

    def look(self, result: FrameResult) -> Compared:
        """What it finds. Raises ModelError."""
        from handtrack.detectors.landmarker import joints_in_pixels, to_mediapipe_image

        frame, before = result.frame, self._before
        follows = frame.still is None and before is not None and _follows(before, frame)
        if not follows:
            self._free(True)  # what it follows there has gone
        image = to_mediapipe_image(frame.image)
        landmarker = self._landmarker(follows, image)
        began = time.perf_counter()
        found = self._detect(landmarker, image, follows)
        milliseconds = 1000 * (time.perf_counter() - began)
        self._before = frame
        hands = tuple(
            read_only(joints_in_pixels(hand, frame.size), np.float32) for hand in found.hand_landmarks
        )
        return Compared(frame, hands, milliseconds, result.timings.get("total"), follows)

    def close(self) -> None:
        """Free MediaPipe's graphs."""
        for follows in (True, False):
            self._free(follows)

    def _landmarker(self, follows: bool, image: Any) -> Landmarker:
        if follows not in self._landmarkers:
            from handtrack.detectors.landmarker import Landmarker

            new = Landmarker(self._bundle, "VIDEO" if follows else "IMAGE", self._max_hands)
            self._landmarkers[follows] = new
            # A first time takes longer, as with our network, which is warm too when it is timed.
            self._detect(new, image, follows)
        return self._landmarkers[follows]

    def _detect(self, landmarker: Landmarker, image: Any, follows: bool) -> Any:
        self._clock += 33
        return landmarker.find(image, self._clock if follows else None)

    def _free(self, follows: bool) -> None:
        landmarker = self._landmarkers.pop(follows, None)
        if landmarker is not None:
            landmarker.close()


def _follows(before: Frame, frame: Frame) -> bool:
    """Whether a frame comes soon after another one of the same source."""
    if frame.cut or before.size != frame.size:
        return False
    times = [one.timestamp if one.position is None else one.position for one in (before, frame)]
    return 0 < times[1] - times[0] <= _FOLLOWS
