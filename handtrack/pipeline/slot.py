"""A slot that holds the latest value only, for a reader that may be slower than the writer."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """One value between a writing and a reading thread; a newer value replaces an unread one.

    overwritten: how many values were replaced before anybody took them.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._value: T | None = None
        self._full = False
        self._closed = False
        self.overwritten = 0

    def put(self, value: T) -> bool:
        """Store the value, in place of an unread one. False if the slot is closed."""
        with self._changed:
            if self._closed:
                return False
            self.overwritten += self._full
            self._store(value)
            return True

    def put_when_taken(self, value: T) -> bool:
        """Store the value once the one before it was taken; nothing is lost. False if closed meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._full)
            if self._closed:
                return False
            self._store(value)
            return True

    def take(self) -> T | None:
        """The value if it is new since the last take, else None; never waits."""
        with self._changed:
            value, self._value, self._full = self._value, None, False
            self._changed.notify_all()
            return value

    def wait(self, timeout: float | None = None) -> T | None:
        """Take the next new value, waiting for it; None after timeout seconds or once closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._full, timeout)
            return self.take()

    def close(self) -> None:
        """Refuse further values and wake whoever waits; a value that lies in the slot can be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def exhausted(self) -> bool:
        """Whether the slot is closed and its last value was taken: nothing will come any more."""
        with self._changed:
            return self._closed and not self._full

    def _store(self, value: T) -> None:
        self._value, self._full = value, True
        self._changed.notify_all()
