from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from handtrack.hand import Crop
from handtrack.skeleton import INDEX_MCP, LITTLE_MCP, WRIST
from handtrack.tracking.sighting import Sighting, likeness, look_likeness, palm_colour, side_likeness

SKIN, WALL = (120, 150, 210), (40, 200, 40)  # BGR
SEEN = Sighting(Crop((200.0, 200.0), 100.0, 0.0), 5.0, right=4.0, colour=np.array((150.0, 140.0, 140.0)))


def joints_with_palm(*corners: tuple[float, float]) -> np.ndarray:
    joints = np.zeros((21, 2), np.float32)
    joints[[WRIST, INDEX_MCP, LITTLE_MCP]] = corners
    return joints


def test_the_colour_is_that_of_the_palm_whatever_is_around_it_or_drawn_on_it():
    image = np.full((200, 300, 3), WALL, np.uint8)
    palm = [(100, 150), (80, 60), (140, 60)]
    cv2.fillPoly(image, [np.array(palm)], SKIN)
    cv2.circle(image, (105, 90), 5, (0, 0, 0), -1)
    expected = cv2.cvtColor(np.array([[SKIN]], np.uint8), cv2.COLOR_BGR2LAB)[0, 0]
    assert palm_colour(image, joints_with_palm(*palm)).tolist() == expected.tolist()


def test_a_palm_beyond_the_picture_has_the_colour_of_its_edge():
    image = np.full((50, 50, 3), SKIN, np.uint8)
    colour = palm_colour(image, joints_with_palm((500, -300), (-80, 900), (20, 20)))
    assert colour.tolist() == palm_colour(image, joints_with_palm((20, 40), (10, 10), (30, 10))).tolist()


def test_a_hand_is_likeliest_where_it_was_moving_to():
    known = replace(SEEN, velocity=(300.0, 0.0))
    later = [replace(SEEN, crop=replace(SEEN.crop, centre=(x, 200.0)), seen_at=5.2) for x in (200, 260, 140)]
    there, moved, away = (likeness(each, known) for each in later)
    assert moved > there > away


@pytest.mark.parametrize(
    "other",
    [
        replace(SEEN, crop=replace(SEEN.crop, size=150.0)),
        replace(SEEN, right=-4.0),
        replace(SEEN, right=1.0),
        replace(SEEN, colour=SEEN.colour + np.array((30, 0, 0))),
    ],
    ids=["other size", "other side", "side not known well", "other colour"],
)
def test_all_that_differs_counts(other):
    assert likeness(other, SEEN) < likeness(SEEN, SEEN) - 0.2


def test_what_is_not_known_says_nothing():
    assert side_likeness(replace(SEEN, right=0.0), SEEN) == pytest.approx(0)
    assert look_likeness(replace(SEEN, colour=None), SEEN) == 0


def test_no_colour_however_far_off_says_all():
    assert look_likeness(replace(SEEN, colour=np.array((0.0, 0.0, 255.0))), SEEN) == -3
