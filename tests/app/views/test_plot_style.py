from __future__ import annotations

import pytest

from app.views.plot_style import time_ticks


@pytest.mark.parametrize(
    ("seconds", "width", "names"),
    [
        (10.0, 400, ["now", "-2 s", "-4 s", "-6 s", "-8 s", "-10 s"]),
        (10.0, 90, ["now", "-5 s", "-10 s"]),
        (10.0, 40, ["now", "-10 s"]),
        (2.0, 400, ["now", "-0.5 s", "-1 s", "-1.5 s", "-2 s"]),
        (120.0, 160, ["now", "-30 s", "-60 s", "-90 s", "-120 s"]),
    ],
)
def test_there_are_as_many_moments_as_have_room(seconds, width, names):
    assert [name for _, name in time_ticks(seconds, width)] == names
