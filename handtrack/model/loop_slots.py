"""Which of the loop-selected parameters a loop uses; free of torch."""

from __future__ import annotations


def slot_count(loops: int) -> int:
    """Number of slots of a network of so many loops."""
    return loops + 1


def slot_of(loop: int, warm: bool, loops: int) -> int:
    """The slot of a loop, counted from 0 like the loops.

    loops: of the network. Each loop has its own slot; a loop beyond those in training uses the last one's.
    A first loop that begins from an estimate, and not from nothing, sees other features and has the slot
    after the last.
    """
    return loops if warm and loop == 0 else min(loop, loops - 1)
