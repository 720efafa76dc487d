from __future__ import annotations

import itertools

import pytest

from app.load_shedding import LEVELS, LoadShedding

FRAME = 1 / 30


def draw(shedding: LoadShedding, wait_frames: float, seconds: float, begin: float) -> float:
    """Draw pictures that each waited so many frames for the window; gives the time afterwards."""
    for number in range(round(seconds / FRAME)):
        time = begin + number * FRAME
        if shedding.wants_picture():
            shedding.drawn(wait_frames * FRAME, time)
    return begin + seconds


@pytest.fixture
def shedding() -> LoadShedding:
    made = LoadShedding()
    made.start(30.0, 60.0)
    return made


def test_a_calm_machine_draws_everything(shedding):
    draw(shedding, 0.2, 20.0, 0.0)
    assert shedding.level == 0
    assert shedding.now.words == ""
    assert all(shedding.wants_space(k * FRAME) and shedding.wants_picture() for k in range(10))


def test_one_bad_moment_is_no_busy_machine(shedding):
    time = draw(shedding, 0.2, 3.0, 0.0)
    shedding.drawn(4 * FRAME, time)
    draw(shedding, 0.2, 3.0, time)
    assert shedding.level == 0


def test_each_level_draws_less_than_the_one_before():
    for more, less in itertools.pairwise(LEVELS):
        assert less.plots_hz <= more.plots_hz
        assert less.space_hz <= more.space_hz
        assert less.picture_every >= more.picture_every
        assert less.words
        assert (less.plots_hz, less.space_hz, less.picture_every) != (
            more.plots_hz,
            more.space_hz,
            more.picture_every,
        )


def test_pictures_that_wait_too_long_cost_the_plots_first_then_space_then_the_picture(shedding):
    levels, time = [], 0.0
    for _ in range(12):
        time = draw(shedding, 2.0, 1.0, time)
        levels.append(shedding.level)
    assert levels == sorted(levels)
    assert set(levels) >= {1, 2, 3, 4}
    assert levels[-1] == len(LEVELS) - 1
    shown = [shedding.wants_picture() for _ in range(30)]
    assert sum(shown) == 15


def test_the_picture_keeps_its_rate_while_it_is_within_two_frames(shedding):
    draw(shedding, 0.9, 30.0, 0.0)
    assert shedding.now.picture_every == 1
    assert shedding.now.space_hz == 4.0
    assert sum(shedding.wants_space(100.0 + k * FRAME) for k in range(90)) == pytest.approx(12, abs=1)


def test_everything_comes_back_on_a_calm_machine(shedding):
    time = draw(shedding, 2.0, 10.0, 0.0)
    assert shedding.level == len(LEVELS) - 1
    draw(shedding, 0.2, 60.0, time)
    assert shedding.level == 0


def test_between_late_and_calm_nothing_changes(shedding):
    time = draw(shedding, 0.9, 10.0, 0.0)
    level = shedding.level
    assert level > 0
    draw(shedding, 0.5, 60.0, time)
    assert shedding.level == level


def test_what_comes_back_too_early_waits_longer_each_time(shedding):
    """A machine that is calm only while little is drawn."""
    time, changes = 0.0, []
    before = shedding.level
    while time < 200.0:
        time = draw(shedding, 0.7 if shedding.level == 0 else 0.3, FRAME, time)
        if shedding.level != before:
            changes.append((time, shedding.level))
            before = shedding.level
    eased = [moment for moment, level in changes if level == 0]
    waits = [later - earlier for earlier, later in itertools.pairwise(eased)]
    assert len(eased) < 12, "it does not flicker"
    assert waits[-1] > 3 * waits[0]


def test_lateness_is_measured_by_the_sources_own_pace():
    slow = LoadShedding()
    slow.start(5.0, 60.0)
    for number in range(100):
        slow.drawn(0.05, number / 5)
    assert slow.level == 0, "a quarter of a frame of a slow source is not late"
    fast = LoadShedding()
    fast.start(240.0, 60.0)
    for number in range(600):
        fast.drawn(0.05, number / 60)
    assert fast.level == len(LEVELS) - 1


def test_a_new_source_begins_with_everything(shedding):
    draw(shedding, 2.0, 10.0, 0.0)
    shedding.start(None, 60.0)
    assert shedding.level == 0
