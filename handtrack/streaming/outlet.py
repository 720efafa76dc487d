"""What stands at the end of a stream, and the thread that gives it the results."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import Protocol

from handtrack.ending import NativeThread
from handtrack.hand import FrameResult
from handtrack.pipeline import Mailbox
from handtrack.pipeline.stats import RateMeter
from handtrack.plain_text import counted, printable

logger = logging.getLogger(__name__)


class Outlet(Protocol):
    """Takes results one after the other, all in one thread of its own; it may raise whatever it likes.

    name: what people are told of it. clients: how many it sends to; None where that cannot be known.
    dropped: results that it could not pass on to a client.
    """

    name: str

    @property
    def clients(self) -> int | None:
        """How many read it, if it knows."""
        ...

    @property
    def dropped(self) -> int:
        """How many results it could not pass on."""
        ...

    def send(self, result: FrameResult) -> None:
        """Pass a result on."""
        ...

    def close(self) -> None:
        """Let go of what it holds; called once, in the thread that sends, after the last result."""
        ...


@dataclass(frozen=True, slots=True)
class OutletReport:
    """How an outlet does. rate: results a second over the last second. sent: results passed on.

    clients: None where it cannot know them. dropped: results lost because it, or a client, was slow.
    errors: results that it failed on. problem: the last failure in one sentence, "" without one.
    """

    name: str
    rate: float
    sent: int
    clients: int | None
    dropped: int
    errors: int
    problem: str

    def __str__(self) -> str:
        """One line for people."""
        parts = [counted(self.sent, "frame")]
        parts += [] if self.clients is None else [f"{self.clients} clients"]
        parts += [f"{self.dropped} lost, it was too slow"] if self.dropped else []
        parts += [f"{self.errors} errors, the last: {self.problem}"] if self.errors else []
        return f"{self.name}: {', '.join(parts)}"


class OutletFeed:
    """Gives an outlet its results, in a thread of its own; its errors are counted and end nothing.

    mailbox: what pipelines deliver to. A slow outlet loses the oldest results in it.
    """

    def __init__(self, outlet: Outlet, queue_frames: int) -> None:
        self.mailbox = Mailbox(queue_frames)
        self._outlet = outlet
        self._lock = threading.Lock()
        self._rate = RateMeter()
        self._sent = self._errors = 0
        self._failing = False
        self._problem = ""
        self._thread = NativeThread(self._run, "handtrack-stream", self.mailbox.close)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def finish(self) -> None:
        """Let it send what waits, close the outlet, and end; returns at once."""
        self.mailbox.finish()

    def join(self, timeout: float) -> bool:
        """Wait until it has ended, for so many seconds at most; False if it has not."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def report(self) -> OutletReport:
        """How it does now."""
        outlet = self._outlet
        with self._lock:
            return OutletReport(
                outlet.name,
                self._rate.rate(time.monotonic()),
                self._sent,
                outlet.clients,
                self.mailbox.dropped + outlet.dropped,
                self._errors,
                self._problem,
            )

    def _run(self) -> None:
        for result in self.mailbox:
            try:
                self._outlet.send(result)
            except (Exception, SystemExit) as error:  # nobody's code ends the program from here
                self._count_error(error, result.frame.index)
            else:
                with self._lock:
                    self._failing = False
                    self._sent += 1
                    self._rate.add(time.monotonic())
        try:
            self._outlet.close()
        except (Exception, SystemExit) as error:
            logger.warning("%s could not be closed in order: %s", self._outlet.name, _said(error))
            logger.info("the trace of it:", exc_info=True)

    def _count_error(self, error: BaseException, index: int) -> None:
        sentence = f"{self._outlet.name} failed on frame {index}: {_said(error)}"
        # One line for a row of failures, not one for each of thirty frames a second.
        if not self._failing:
            logger.warning("%s; tracking goes on", sentence)
            logger.info("the trace of it:", exc_info=True)
        with self._lock:
            self._failing = True
            self._errors += 1
            self._problem = sentence


def _said(error: BaseException) -> str:
    try:
        text = printable(str(error))
    except Exception:
        text = ""
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__
