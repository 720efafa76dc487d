"""Bounded queues that carry every result to a recorder or a stream."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator

from handtrack.hand import FrameResult


class Subscription:
    """A bounded queue of results for one consumer; iterate over it, or call `get`.

    A full queue makes the writer wait where nothing may be lost (blocking), and otherwise loses the
    newest result. dropped: how many results were lost in this way.
    """

    def __init__(self, maxsize: int, *, blocking: bool) -> None:
        if maxsize < 1:
            raise ValueError(f"a subscription holds at least one result, not {maxsize}")
        self._maxsize = maxsize
        self._blocking = blocking
        self._changed = threading.Condition()
        self._results: deque[FrameResult] = deque()
        self._hurrying = False
        self._ended = False
        self._closed = False
        self.dropped = 0

    def get(self, timeout: float | None = None) -> FrameResult | None:
        """The next result, or None at the end. Raises TimeoutError after timeout seconds without one."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._results or self._finished, timeout):
                raise TimeoutError(f"no result within {timeout} s")
            if not self._results:
                return None
            self._changed.notify_all()
            return self._results.popleft()

    def __iter__(self) -> Iterator[FrameResult]:
        """Every result up to the end."""
        return iter(self.get, None)

    def __len__(self) -> int:
        """How many results wait in the queue."""
        with self._changed:
            return len(self._results)

    def close(self) -> None:
        """End the subscription from the consumer's side; what waits in the queue is given up."""
        with self._changed:
            self._closed = True
            self._results.clear()
            self._changed.notify_all()

    def publish(self, result: FrameResult) -> None:
        """Add a result; called by the tracking thread."""
        with self._changed:
            if self._finished:
                return  # after the end nothing is wanted, so nothing is lost
            if self._blocking:
                self._changed.wait_for(
                    lambda: len(self._results) < self._maxsize or self._hurrying or self._finished
                )
            elif len(self._results) >= self._maxsize:
                self.dropped += 1
                return
            if not self._finished:
                # A writer that was woken at a full queue still hands over the one result it holds.
                self._results.append(result)
                self._changed.notify_all()

    def hurry(self) -> None:
        """Let the writer wait no more, because the pipeline is being stopped."""
        with self._changed:
            self._hurrying = True
            self._changed.notify_all()

    def end(self) -> None:
        """Let the consumer see the end after what waits in the queue; nothing is added any more."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def closed(self) -> bool:
        """Whether the consumer has closed it."""
        return self._closed

    @property
    def _finished(self) -> bool:
        return self._ended or self._closed


class Mailbox(Subscription):
    """A queue that many pipelines, one after the other, deliver to; it never makes any of them wait.

    A full one loses its oldest result, for who is late wants the present. The end of a pipeline is not its
    end: its consumer calls `finish`.
    """

    def __init__(self, maxsize: int) -> None:
        super().__init__(maxsize, blocking=False)

    def publish(self, result: FrameResult) -> None:
        """Add a result; called by the tracking thread."""
        with self._changed:
            if self._finished:
                return
            if len(self._results) >= self._maxsize:
                self._results.popleft()
                self.dropped += 1
            self._results.append(result)
            self._changed.notify_all()

    def end(self) -> None:
        """A pipeline came to its end; another one may follow."""

    def finish(self) -> None:
        """Let the consumer see the end after what waits; nothing is added any more."""
        super().end()


class Subscribers:
    """All subscriptions of one pipeline."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[Subscription] = []
        self._hurrying = False
        self._ended = False

    def add(self, subscription: Subscription) -> None:
        """Let a subscription receive what is published from now on."""
        with self._lock:
            self._open.append(subscription)
            if self._hurrying:
                subscription.hurry()
            if self._ended:
                subscription.end()

    def publish(self, result: FrameResult) -> None:
        """Give the result to every subscription, one after the other; may wait for a blocking one."""
        with self._lock:
            self._open = [subscription for subscription in self._open if not subscription.closed]
            receivers = list(self._open)
        for subscription in receivers:
            subscription.publish(result)

    def hurry(self) -> None:
        """Let no full queue hold up the writer any more, because the pipeline is being stopped."""
        with self._lock:
            self._hurrying = True
            for subscription in self._open:
                subscription.hurry()

    def end(self) -> None:
        """Tell every subscription, present and future, that no more results come."""
        with self._lock:
            self._ended = True
            for subscription in self._open:
                subscription.end()
