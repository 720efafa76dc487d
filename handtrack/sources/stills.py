"""Pictures that stand alone, as photos do: one after the other, or leafed through by a person."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from handtrack.hand import Frame, Still, read_only
from handtrack.sources.base import SourceInfo
from handtrack.sources.images import ImageSource


class StillSource(ImageSource):
    """The images of a folder in natural order, or one image file, each frame with its `Still`.

    Every picture comes once, its timestamp its place over fps, or, where they are leafed through, whenever
    `step` asks for it: `read` waits for that, the source never ends, and timestamps are monotonic seconds.
    """

    def __init__(self, path: Path, *, fps: float, leafed: bool, mirrored: bool = False) -> None:
        super().__init__(path, fps=fps, mirrored=mirrored)
        self._leafed = leafed
        self._asked = threading.Condition()
        self._step: int | None = 0

    def open(self) -> SourceInfo:
        """List the images and read the first. Raises SourceError if there is none to show."""
        info = super().open()
        if self._leafed:
            info = replace(info, fps=0.0)
        detail = info.detail.replace("image", "still image", 1)
        return replace(info, detail=detail, stills=True, duration=None)

    def read(self) -> Frame | None:
        """Next image, or, leafed through, the one that is asked for next; None at the end or once closed."""
        if not self._leafed:
            frame = super().read()
            return None if frame is None else replace(frame, still=self._still(), position=None)
        image = self._asked_image()
        if image is None:
            return None
        self._count += 1
        return Frame(read_only(image), time.monotonic(), self._count - 1, still=self._still())

    def step(self, pictures: int) -> None:
        """Go on by so many pictures, or back; 0 gives the present one again. It stops at both ends.

        For any thread. Steps that come faster than pictures are read are taken together.
        """
        with self._asked:
            self._step = pictures + (self._step or 0)
            self._asked.notify_all()

    def close(self) -> None:
        """End; a waiting `read` returns at once."""
        super().close()
        with self._asked:
            self._asked.notify_all()

    def _still(self) -> Still:
        return Still(self._files[self._position - 1].name, self._position, len(self._files))

    def _asked_image(self) -> np.ndarray | None:
        place = self._asked_place()
        # What `open` has read is shown the first time.
        first, self._first = self._first, None
        if first is not None and place == self._position - 1:
            return first
        self._position = place
        image = self._next_image()
        if image is None and not self._closed.is_set():
            # The images from here on turned out to be unreadable: stay at the last that is not.
            self._position = len(self._files) - 1
            image = self._next_image()
        return image

    def _asked_place(self) -> int:
        """Waits until an image is asked for; its place in the list."""
        with self._asked:
            while True:
                self._asked.wait_for(lambda: self._step is not None or self._closed.is_set())
                step, self._step = self._step or 0, None
                # The position is that of the image after the present one.
                present = self._position - 1
                place = min(max(present + step, 0), len(self._files) - 1)
                if place != present or step == 0:
                    return place
