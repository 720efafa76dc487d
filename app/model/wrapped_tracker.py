# SPDX-License-Identifier: GPL-3.0-or-later
"""What every tracker shares that stands around another one: all that is set of it is set of the other."""

from __future__ import annotations

from typing import Generic, TypeVar

from handtrack.hand import Frame, FrameResult
from handtrack.pipeline.tracking import Tracker

T = TypeVar("T")


class _PassedOn(Generic[T]):
    """A setting of the tracker inside."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, wrapper: WrappedTracker, owner: type | None = None) -> T:
        value: T = getattr(wrapper.tracker, self._name)
        return value

    def __set__(self, wrapper: WrappedTracker, value: T) -> None:
        setattr(wrapper.tracker, self._name, value)
        wrapper.setting_changed()


class WrappedTracker:
    """Tracks as the tracker inside does; a subclass does more with its results."""

    gate_threshold = _PassedOn[float]()
    max_hands = _PassedOn[int]()
    smoothing = _PassedOn[bool]()

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.weights_sha256: str | None = getattr(tracker, "weights_sha256", None)

    @property
    def max_iterations(self) -> int:
        """Loops that the network may use."""
        return self.tracker.max_iterations

    def setting_changed(self) -> None:
        """What is set was set anew."""

    def process_frame(self, frame: Frame) -> FrameResult:
        """Find the hands in a frame."""
        return self.tracker.process_frame(frame)

    def close(self) -> None:
        """Give back what the tracker holds."""
        self.tracker.close()
