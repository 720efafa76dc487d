"""A slot that holds the latest values only, for a reader that may be slower than the writer."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """One value between a writing and a reading thread; a newer value replaces an unread one.

    depth: how many unread values are held before the oldest of them is replaced; it may be set at any time.
    overwritten: how many values were replaced before anybody took them.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._values: deque[T] = deque()
        self._closed = False
        self.depth = 1
        self.overwritten = 0

    def put(self, value: T) -> bool:
        """Store the value, in place of the oldest unread one where there are enough. False if closed."""
        with self._changed:
            if self._closed:
                return False
            while len(self._values) >= self.depth:
                self._values.popleft()
                self.overwritten += 1
            self._store(value)
            return True

    def put_when_taken(self, value: T) -> bool:
        """Store the value once the one before it was taken; nothing is lost. False if closed meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._values)
            if self._closed:
                return False
            self._store(value)
            return True

    def take(self) -> T | None:
        """The oldest value that was not taken yet, else None; never waits."""
        with self._changed:
            value = self._values.popleft() if self._values else None
            self._changed.notify_all()
            return value

    def wait(self, timeout: float | None = None) -> T | None:
        """Take the next new value, waiting for it; None after timeout seconds or once closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._values, timeout)
            return self.take()

    def close(self) -> None:
        """Refuse further values and wake whoever waits; values that lie in the slot can be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def exhausted(self) -> bool:
        """Whether the slot is closed and its last value was taken: nothing will come any more."""
        with self._changed:
            return self._closed and not self._values

    def _store(self, value: T) -> None:
        self._values.append(value)
        self._changed.notify_all()
