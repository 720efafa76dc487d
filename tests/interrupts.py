"""Ctrl-C where a shell has started the tests in the background."""

from __future__ import annotations

import signal


def heed_interrupts() -> None:
    """Heed Ctrl-C in this process and in those that it starts.

    A shell without job control has its background jobs ignore it, and what they start inherits that; Python
    then does not raise KeyboardInterrupt, which the tests of interruptions wait for.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
