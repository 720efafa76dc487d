"""How the processor computes in a study, for as long as it lasts: whoever called may need it otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

_SUBNORMAL = 1e-310


@contextmanager
def one_thread() -> Iterator[None]:
    """PyTorch has one thread: networks so small take longer with more, above all on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def nothing_too_small() -> Iterator[None]:
    """Numbers next to nothing count as zero.

    A processor takes a hundred times as long for those, and a training's running means are full of them.
    """
    as_before = not torch.tensor(_SUBNORMAL, dtype=torch.float64).mul(1.0)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(as_before)
