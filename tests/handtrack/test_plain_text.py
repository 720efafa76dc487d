"""Text for people."""

from __future__ import annotations

import pytest

from handtrack.plain_text import counted


@pytest.mark.parametrize(("count", "said"), [(0, "0 frames"), (1, "1 frame"), (2, "2 frames")])
def test_one_of_a_thing_is_not_many(count: int, said: str) -> None:
    assert counted(count, "frame") == said
