"""Films with exact truth, rendered small."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from handtrack.study.synthesis.body.mesh import mesh_path
from handtrack.study.synthesis.film.choreography import Crossing, Wandering
from handtrack.study.synthesis.film.film import Film
from handtrack.study.synthesis.film.plan import FilmPlan
from handtrack.study.synthesis.rendering.renderer import HandRenderer
from tests.handtrack.study.synthesis.placed_hands import renderer_or_skip

pytestmark = pytest.mark.skipif(
    not mesh_path().is_file(), reason="needs the hand mesh, which `handtrack synth` fetches on first use"
)

SIZE = (160, 120)
FAST = FilmPlan("fast", "speed", 3, 30, Wandering(("right",), 3.0, 6.0), ("room",), SIZE)


@pytest.fixture(scope="module")
def renderer() -> Iterator[HandRenderer]:
    with renderer_or_skip() as renderer:
        yield renderer


def test_a_frame_is_the_same_whenever_it_is_asked_for_and_another_with_another_seed(
    renderer: HandRenderer,
) -> None:
    film = Film(FAST, renderer)
    frame = film.frame(40)
    film.frame(2)

    again, other = Film(FAST, renderer).frame(40), Film(replace(FAST, seed=4), renderer).frame(40)

    np.testing.assert_array_equal(frame.image, film.frame(40).image)
    np.testing.assert_array_equal(frame.image, again.image)
    np.testing.assert_array_equal(frame.joints_2d, again.joints_2d)
    assert not np.array_equal(frame.image, other.image)


def test_the_hand_is_drawn_where_its_truth_is(renderer: HandRenderer) -> None:
    film = Film(FAST, renderer)
    frames = [film.frame(number) for number in range(5, 80, 5)]
    room = np.median([frame.image for frame in frames], axis=0)

    for frame in frames:
        hand = np.abs(frame.image - room).max(axis=2) > 20
        on, beside = frame.joints_2d[0, [0, 5, 9, 13, 17]], frame.joints_2d[0].mean(axis=0) - (0, 45)
        # Amid the palm, where neither blur nor a gap between fingers is.
        (x, y), (u, v) = on.mean(axis=0).round().astype(int), beside.round().astype(int)
        assert hand[y - 1 : y + 2, x - 1 : x + 2].mean() > 0.6
        assert not hand[max(v, 0), u]
        assert not frame.joints_3d[0, 0].any()
        assert frame.visible.sum() >= 5


def test_a_fast_hand_is_blurred_and_a_resting_one_is_sharp(renderer: HandRenderer) -> None:
    film = Film(FAST, renderer)

    def sharpness(frame: int) -> float:
        image = film.frame(frame).image.astype(float).mean(axis=2)
        x, y = film.frame(frame).joints_2d[0].mean(axis=0).round().astype(int)
        part = image[max(0, y - 25) : y + 25, max(0, x - 25) : x + 25]
        return float(np.quantile(np.abs(np.diff(part, axis=1)), 0.98))

    slow = Film(replace(FAST, choreography=Wandering(("right",), 3.0, 0.01)), renderer)
    assert np.abs(slow.frame(0).joints_2d - slow.frame(10).joints_2d).max() < 1e-4
    assert sharpness(45) < 0.7 * sharpness(5)


def test_a_cut_shows_another_room_without_the_hand(renderer: HandRenderer) -> None:
    plan = replace(FAST, choreography=Wandering(("right",), 3.0, 1.0, absent=(1.0, 2.0)), rooms=("room",) * 3)
    film = Film(plan, renderer)
    before, gone = film.frame(29), film.frame(30)

    assert np.isnan(gone.joints_2d).all()
    assert not gone.visible.any()
    assert np.isfinite(before.joints_2d).all()
    assert np.abs(before.image.astype(int) - gone.image).mean() > 3


def test_a_near_hand_covers_the_far_one_where_they_cross_and_only_there(renderer: HandRenderer) -> None:
    pair = Crossing(("left", "right"), 2.0, 1)
    film = Film(replace(FAST, choreography=pair), renderer)
    middle = round(pair.seconds / 2 * 30)

    apart = film.frame(0)
    crossing = [film.frame(middle + offset) for offset in range(-4, 5)]

    assert not apart.covered.any()
    assert not any(frame.covered[0].any() for frame in crossing)  # the nearer one
    assert max(frame.covered[1].sum() for frame in crossing) >= 4
    for frame in crossing:
        assert not (frame.visible & frame.covered).any()
