"""The tracker as users get it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from handtrack import HandTracker


@pytest.fixture
def tracker(hand_bundle: Path) -> Iterator[HandTracker]:
    with HandTracker.load() as tracker:
        yield tracker
