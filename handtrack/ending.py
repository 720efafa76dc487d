"""Ending in order: what must be over before Python ends, and signals that always end the program.

A Python thread that is inside a native library when the interpreter ends is cut off by `pthread_exit`, which
a C++ frame turns into an abort of the whole program. Whether it is a daemon decides only who waits: one that
is none can hold the program up for ever, one that is can abort it. So threads that enter native code are
`NativeThread`s: before the interpreter ends each is asked to end, and waited for.
"""

from __future__ import annotations

import _thread
import contextlib
import logging
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    import socket

logger = logging.getLogger(__name__)

PROGRAM_PATIENCE: Final = 2.5
"""Seconds that the program's own end waits for a thread that does not come out of a native library."""

SCRIPT_PATIENCE: Final = 20.0
"""The same where handtrack is used by another program, whose exit status is not ours to set."""

SIGTERM_PATIENCE: Final = 4.5
"""Seconds after SIGTERM until the program is ended without order."""

_AGAIN_SECONDS: Final = 0.02

_IMPORTING: Final = "<frozen importlib"
"""Python's own files of `import`: interrupted in them it may keep a lock for good."""

WATCH_NAME: Final = "handtrack-end"
"""Name of the thread that waits for the main thread's end."""

_lock = threading.Lock()
_started: weakref.WeakSet[NativeThread] = weakref.WeakSet()
_watch: threading.Thread | None = None
_terminated_at: float | None = None
_interrupted = False


def _nothing() -> None:
    """What a thread that needs not be asked is asked."""


class Terminated(SystemExit):
    """SIGTERM ended the work in order; who does not catch it ends with the status that is due."""

    def __init__(self) -> None:
        super().__init__(128 + signal.SIGTERM)


def interruption(number: int) -> BaseException:
    """What to raise once the work that a signal interrupted has ended in order."""
    return Terminated() if number == signal.SIGTERM else KeyboardInterrupt()


def note_interruptions() -> None:
    """Remember Ctrl-C from now on, which raises KeyboardInterrupt as before. For a program's first line.

    A native library that calls Python may make an error of its own of it: pydantic said SchemaError. Where
    Python drops errors, as in a weak reference's call, it would be lost: it comes again a moment later.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _note_interruption)
        sys.unraisablehook = _hear_what_was_dropped


def was_interrupted() -> bool:
    """Whether Ctrl-C was pressed since then, whatever came of it."""
    return _interrupted


def _note_interruption(number: int, frame: FrameType | None) -> None:
    global _interrupted
    _interrupted = True
    if frame is not None and frame.f_code.co_filename.startswith(_IMPORTING):
        _interrupt_again()
    else:
        signal.default_int_handler(number, frame)


def _hear_what_was_dropped(dropped: sys.UnraisableHookArgs) -> None:
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        _interrupt_again()
    else:
        sys.__unraisablehook__(dropped)


def _interrupt_again() -> None:
    # By another thread: raised here, it would be dropped once more.
    again = threading.Timer(_AGAIN_SECONDS, _interrupt_main)
    again.daemon = True
    again.start()


def _interrupt_main() -> None:
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)  # which ends a wait of the main thread too


class NativeThread(threading.Thread):
    """A thread that enters native libraries; before Python ends it is asked to end, and waited for.

    ask_to_end: called in another thread; it must not wait long. worth_waiting: the end waits as long as it
    takes, rather than for its patience.
    """

    def __init__(
        self,
        target: Callable[[], object],
        name: str,
        ask_to_end: Callable[[], object] = _nothing,
        *,
        worth_waiting: bool = False,
    ) -> None:
        # Said, because the flag is otherwise inherited from the thread that makes this one.
        super().__init__(target=target, name=name, daemon=True)
        self._asking = ask_to_end
        self.worth_waiting = worth_waiting

    def start(self) -> None:
        """Begin; from now on the program's end waits for it."""
        _keep_watch(self)
        super().start()

    def run(self) -> None:
        """Do what it is for, and then hold nothing of it: who is asked is mostly its owner."""
        try:
            super().run()
        finally:
            self._asking = _nothing

    def ask_to_end(self) -> None:
        """Ask it to end soon."""
        try:
            self._asking()
        except Exception:
            logger.warning("the thread %s could not be asked to end", self.name, exc_info=True)


def end_threads(patience: float) -> bool:
    """Ask every native thread to end and wait so many seconds for all; False if one is still busy."""
    running = [thread for thread in _threads() if thread is not threading.current_thread()]
    for thread in running:
        thread.ask_to_end()
    deadline = time.monotonic() + patience
    for thread in running:
        thread.join(None if thread.worth_waiting else max(0.0, deadline - time.monotonic()))
    busy = [thread.name for thread in running if thread.is_alive()]
    if busy:
        logger.info("still busy at the end: %s", ", ".join(busy))
    return not busy


def end_program(status: int) -> NoReturn:
    """End this process with an exit status, in order if all native threads come to their end in time.

    Where one does not, the interpreter is not taken down beneath it: the process just ends. For a program's
    own last line.
    """
    if not end_threads(_left_of(PROGRAM_PATIENCE)):
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(Exception):
                stream.flush()
        os._exit(status)
    sys.exit(status)


@contextlib.contextmanager
def on_signals(ask_to_end: Callable[[int], object]) -> Iterator[None]:
    """In the block, Ctrl-C and SIGTERM call ask_to_end with the signal's number, in the main thread.

    A process that is still in the block `SIGTERM_PATIENCE` seconds after SIGTERM, whatever holds it up, ends
    as if the signal had not been caught. Outside the main thread, nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, _frame: FrameType | None) -> None:
        ask_to_end(number)

    with _sigterm_watched():
        before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextlib.contextmanager
def _sigterm_watched() -> Iterator[None]:
    import socket

    # The interpreter's own handler writes to the socket at once; Python's waits until the main thread comes
    # out of whatever native call it is in.
    near, far = socket.socketpair()
    far.setblocking(False)
    before = signal.set_wakeup_fd(far.fileno(), warn_on_full_buffer=False)
    over = threading.Event()
    watch = threading.Thread(target=_end_late, args=(near, over), name="handtrack-sigterm", daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        signal.set_wakeup_fd(before)
        far.close()
        watch.join()
        near.close()


def _end_late(signals: socket.socket, over: threading.Event) -> None:
    global _terminated_at
    while numbers := signals.recv(64):
        if signal.SIGTERM in numbers:
            _terminated_at = time.monotonic()
            if not over.wait(SIGTERM_PATIENCE):
                # Nothing is said or flushed: what holds the program up may hold its streams.
                os._exit(128 + signal.SIGTERM)
            return


def _left_of(patience: float) -> float:
    if _terminated_at is None:
        return patience
    return min(patience, max(0.0, _terminated_at + SIGTERM_PATIENCE - time.monotonic()))


def _keep_watch(thread: NativeThread) -> None:
    global _watch
    with _lock:
        _started.add(thread)
        if _watch is None or not _watch.is_alive():
            # None of the hooks at exit comes before the wait for threads that are no daemons.
            _watch = threading.Thread(target=_end_after_main, name=WATCH_NAME, daemon=False)
            _watch.start()


def _end_after_main() -> None:
    threading.main_thread().join()
    end_threads(SCRIPT_PATIENCE)


def _threads() -> list[NativeThread]:
    with _lock:
        return [thread for thread in _started if thread.is_alive()]
