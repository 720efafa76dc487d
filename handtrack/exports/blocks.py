"""The long form a few thousand hands at a time, so that a long session needs no table as long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from handtrack.sessions.arrays import HandArrays
from handtrack.sessions.long_form import long_table

_HANDS: Final = 4096


def long_blocks(hands: HandArrays) -> Iterator[pa.Table]:
    """Tables in long form that make up all hands."""
    return (long_table(hands[first : first + _HANDS]) for first in range(0, len(hands), _HANDS))
