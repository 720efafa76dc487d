# SPDX-License-Identifier: GPL-3.0-or-later
"""A tracker that remembers what it said of each frame of a file, for whoever goes back to it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Final

import numpy as np

from app.model.wrapped_tracker import WrappedTracker
from handtrack.hand import Frame, FrameResult
from handtrack.pipeline.tracking import Tracker
from handtrack.sources.transport import Transport

_MOST: Final = 6_000
"""Frames that are remembered: three minutes and more, some 60 MB with two hands in each."""
_NO_PICTURE: Final = np.zeros((0, 0, 3), np.uint8)


class RememberingTracker(WrappedTracker):
    """Tracks a file while it plays; while it is paused, a frame that was tracked before is as it was then.

    Otherwise a step back would show another hand than the one that was seen there: the tracker follows hands
    forwards in time. Once it is set otherwise, all is forgotten, for it would say something else.
    """

    def __init__(self, tracker: Tracker, transport: Transport) -> None:
        super().__init__(tracker)
        self._transport = transport
        self._known: OrderedDict[float, FrameResult] = OrderedDict()

    def setting_changed(self) -> None:
        """Forget all frames."""
        self._known.clear()

    def process_frame(self, frame: Frame) -> FrameResult:
        """The hands of a frame: as they were tracked, where that is known and the file is paused there."""
        place = frame.position
        known = None if place is None or self._transport.playing else self._known.get(place)
        if known is not None:
            return replace(known, frame=frame)
        result = super().process_frame(frame)
        if place is not None:
            self._remember(place, result)
        return result

    def _remember(self, place: float, result: FrameResult) -> None:
        # Without the picture, which the file has.
        self._known[place] = replace(result, frame=replace(result.frame, image=_NO_PICTURE))
        self._known.move_to_end(place)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
