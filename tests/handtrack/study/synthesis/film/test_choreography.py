"""Where hands are, and how fast, in sizes of a hand."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.study.synthesis.film.choreography import (
    HAND_M,
    REST,
    Choreography,
    Crossing,
    Empty,
    Leaving,
    Wandering,
    rooms,
)
from handtrack.study.synthesis.film.plan import KINDS, FilmSettings, film_plans

HALF_FRAME = (0.3175, 0.238)  # metres to the frame's border at 0.55 m


def centres(choreography: Choreography, times: np.ndarray, hand: int = 0) -> np.ndarray:
    states = [choreography.state(hand, float(t)) for t in times]
    assert None not in states
    return np.array([state.centre for state in states if state])


@pytest.mark.parametrize("speed", [0.5, 6.0])
def test_a_wandering_hand_rests_at_both_ends_and_keeps_its_speed_between(speed: float) -> None:
    hand = Wandering(("right",), 3.0, speed)
    step = 1e-3
    times = np.arange(0, 3, step)

    way = np.linalg.norm(np.diff(centres(hand, times), axis=0), axis=1) / step / HAND_M

    assert way[times[1:] < REST].max() == pytest.approx(0, abs=1e-9)
    assert way[times[:-1] > 3 - REST].max() == pytest.approx(0, abs=1e-9)
    between = (times[:-1] > REST + 0.21) & (times[1:] < 3 - REST - 0.21)
    # On a curve a chord is shorter than the way, and the path is made of short straight pieces.
    assert np.allclose(way[between], speed, rtol=0.02)
    assert way.max() <= speed * 1.01


def test_fingers_and_turns_rest_with_the_hand() -> None:
    hand = Wandering(("right",), 3.0, 2.0)

    assert hand.state(0, 0.1) == hand.state(0, REST)
    assert hand.state(0, 2.5) == hand.state(0, 3.0)
    assert hand.state(0, 1.0) != hand.state(0, 1.1)


def test_a_cut_takes_the_hand_away_and_changes_the_room() -> None:
    hand = Wandering(("right",), 3.0, 1.0, absent=(1.0, 2.0))

    assert [hand.state(0, t) is None for t in (0.99, 1.0, 1.99, 2.0)] == [False, True, True, False]
    assert [rooms(hand.scenes, t) for t in (0.0, 0.99, 1.0, 1.99, 2.0)] == [0, 0, 1, 1, 2]


def test_a_leaving_hand_is_in_as_often_as_it_has_sides_and_begins_and_ends_outside() -> None:
    hand = Leaving(("left",), 4.0, ("below", "right"))
    step = 1e-2
    places = centres(hand, np.arange(0, hand.seconds, step))[:, :2]

    inside = (np.abs(places) < HALF_FRAME).all(axis=1)

    assert not inside[0]
    assert not inside[-1]
    assert (np.diff(inside.astype(int)) == 1).sum() == 2
    # It jumps from side to side, but never in the frame.
    way = np.linalg.norm(np.diff(places, axis=0), axis=1)[inside[1:]]
    # From below first, from the right then.
    assert places[0, 1] > HALF_FRAME[1]
    assert places[-1, 0] > HALF_FRAME[0]
    assert way.max() / step / HAND_M == pytest.approx(4, rel=0.01)


@pytest.mark.parametrize("passes", [2, 3])
def test_crossing_hands_change_sides_at_every_pass(passes: int) -> None:
    pair = Crossing(("left", "right"), 2.0, passes)
    times = np.linspace(0, pair.seconds, 500)

    apart = centres(pair, times, 0)[:, 0] - centres(pair, times, 1)[:, 0]

    assert (np.diff(np.sign(apart)) != 0).sum() == passes
    assert (centres(pair, times, 0)[:, 2] < centres(pair, times, 1)[:, 2]).all()


def test_touching_hands_stay_on_their_sides() -> None:
    pair = Crossing(("left", "right"), 1.0, 2, touch=True)
    times = np.linspace(0, pair.seconds, 500)

    apart = centres(pair, times, 0)[:, 0] - centres(pair, times, 1)[:, 0]

    assert 0 < apart.min() < 0.5 * HAND_M


def test_an_empty_room_has_no_hand() -> None:
    assert Empty(1.0, (0.0,)).state(0, 0.5) is None


def test_the_plan_has_every_kind_rate_and_speed_and_a_kind_alone_is_the_same() -> None:
    plans = film_plans(FilmSettings())

    assert {plan.kind for plan in plans} == set(KINDS)
    assert {plan.fps for plan in plans} == {15, 30, 60}
    assert len({plan.name for plan in plans}) == len({plan.seed for plan in plans}) == len(plans)
    speeds = {plan.choreography.speed for plan in plans if isinstance(plan.choreography, Wandering)}
    assert {0.5, 1, 2, 4, 6} <= speeds
    for plan in plans:
        assert len(plan.rooms) == len(plan.choreography.scenes)
    assert film_plans(FilmSettings(kinds=("cut",))) == [plan for plan in plans if plan.kind == "cut"]
    assert not {plan.seed for plan in film_plans(FilmSettings(seed=1))} & {plan.seed for plan in plans}
