"""What goes on in other threads while a test looks."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def repeated_meanwhile(call: Callable[[], object], threads: int = 1) -> Iterator[None]:
    """In the block, call again and again, in so many threads."""
    over = threading.Event()

    def repeat() -> None:
        while not over.is_set():
            call()

    busy = [threading.Thread(target=repeat) for _ in range(threads)]
    for thread in busy:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in busy:
            thread.join()
