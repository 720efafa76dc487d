"""A new hand is sought in the whole frame, and closer in parts of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from handtrack import HandTracker
from handtrack.detectors.base import FoundHand, FoundPlace
from handtrack.hand import Crop
from handtrack.model.constants import CROP_MARGIN
from handtrack.study.datasets.labelling.label_store import LabelledImages
from handtrack.study.datasets.sample import HandSample
from handtrack.tracking.finding import find_hands
from handtrack.tracking.parts import PARTS, is_same_place, places_in_parts
from handtrack.tracking.search import SearchSchedule
from handtrack.tracking.settling import SettledHand

WIDTH, HEIGHT = 640, 360


class Marks:
    """A finder of bright pixels, which it takes for hands of a given size; it notes what it was shown."""

    def __init__(self, size: float) -> None:
        self.max_hands = 2
        self._size = size
        self.seen: list[tuple[int, int]] = []

    def detect(self, image_bgr: np.ndarray) -> Sequence[FoundPlace]:
        self.seen.append(image_bgr.shape[:2])
        rows, columns = np.nonzero(image_bgr[..., 0])
        return [place(x, y, self._size) for y, x in zip(rows.tolist(), columns.tolist(), strict=True)]

    def close(self) -> None: ...


def place(x: float, y: float, size: float, score: float = 0.5) -> FoundPlace:
    return FoundPlace(score, Crop((x, y), size * CROP_MARGIN, 0.0))


def frame_with(*marks: tuple[int, int]) -> np.ndarray:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for x, y in marks:
        image[y, x] = 255
    return image


def test_a_small_hand_anywhere_is_seen_whole_in_some_part_and_named_once():
    for x, y in product(range(0, WIDTH, 31), range(0, HEIGHT, 29)):
        (found,) = places_in_parts(Marks(40.0), frame_with((x, y)), range(len(PARTS)))
        assert found.crop.centre == (x, y)


def test_a_hand_that_a_parts_edge_cuts_is_left_to_another_part():
    at_the_edge = frame_with((WIDTH // 2 - 2, HEIGHT // 4))
    whole = [number for number in range(len(PARTS)) if places_in_parts(Marks(40.0), at_the_edge, [number])]
    lefts = {PARTS[number][0] for number in whole}
    assert lefts == {0.25}, "those whose middle it is in, not those that end or begin there"


def test_what_would_fill_a_part_is_left_to_the_whole_frame():
    assert not places_in_parts(Marks(0.95 * HEIGHT / 2), frame_with((320, 180)), range(len(PARTS)))


def test_parts_of_a_frame_of_a_few_pixels_are_no_error():
    for shape in ((1, 1, 3), (1, 7, 3), (3, 2, 3)):
        assert places_in_parts(Marks(9.0), np.full(shape, 255, np.uint8), range(len(PARTS))) == []


def test_places_are_one_where_middle_and_size_agree():
    assert is_same_place(place(100, 100, 40), place(110, 100, 50))
    assert not is_same_place(place(100, 100, 40), place(130, 100, 40)), "beside it"
    assert not is_same_place(place(100, 100, 40), place(100, 100, 90)), "a hand, and its arm"


def test_parts_are_not_looked_at_where_the_whole_frame_shows_enough():
    finder, image = Marks(40.0), frame_with((100, 100))
    assert find_hands(finder, image, range(len(PARTS)), 0, lambda found: []) == []
    assert finder.seen == [(HEIGHT, WIDTH)]


def test_what_the_whole_frame_named_is_not_tried_again():
    asked: list[list[tuple[float, float]]] = []

    def settle(found: Sequence[FoundHand]) -> list[SettledHand]:
        asked.append([each.crop.centre for each in found])
        return []

    find_hands(Marks(40.0), frame_with((100, 100)), range(len(PARTS)), 1, settle)
    assert asked == [[(100, 100)], []]


def looked_at(schedule: SearchSchedule, frames: range, per_second: int) -> list[list[int]]:
    """Parts that each search of so many frames without a hand looks at."""
    looked = []
    for number in frames:
        now = number / per_second
        if schedule.due(now, 0, 2):
            looked.append(schedule.parts(now))
            schedule.searched(now, found_new=False)
    return looked


def test_a_beginning_looks_at_one_part_in_each_search_so_that_no_frame_waits_for_all():
    schedule = SearchSchedule(0.5)
    every_part = [[number] for number in range(len(PARTS))]
    assert looked_at(schedule, range(30), 30) == every_part, "in its first second"
    schedule.reset()
    assert looked_at(schedule, range(30), 30) == every_part, "again after a cut"


def test_rare_searches_look_at_several_parts_and_those_after_a_loss_at_one():
    schedule = SearchSchedule(0.5)
    schedule.searched(0.0, found_new=True)
    assert len(schedule.parts(1.0)) == 3
    assert len(schedule.parts(1.0, one_is_near=True)) == 1
    schedule.searched(1.0, found_new=False)
    schedule.hand_lost(1.1)
    assert len(schedule.parts(1.1)) == 1


@pytest.fixture(scope="module")
def far_hands(shared_data: Path) -> list[HandSample]:
    """Hands of a person who stands back from a camera of 480 x 269 pixels: a tenth of the frame's height."""
    hands = LabelledImages(shared_data, Path("configs/training/labels.parquet"), kind="careful")
    ours = [row for row, file in enumerate(hands.files) if "rf100_handgestures" in file]
    if len(ours) < 200:
        pytest.skip("needs rf100_handgestures in ../shared/data/images")
    return [hands[row] for row in ours[::12]]


def is_found(hand: HandSample, result) -> bool:
    size = np.ptp(hand.joints_2d, axis=0).max()
    off = [np.linalg.norm(seen.joints_2d - hand.joints_2d, axis=1).mean() for seen in result.hands]
    return min(off, default=math.inf) < 0.3 * size


def test_hands_of_a_person_who_stands_back_are_found(tracker: HandTracker, far_hands):
    in_stills = np.mean([is_found(hand, tracker.detect(hand.image)) for hand in far_hands])
    found = []
    for hand in far_hands:
        tracker.reset()
        tracker.process(np.zeros_like(hand.image), 0.0)
        for number in range(1, 14):
            result = tracker.process(hand.image, number / 10)
        found.append(is_found(hand, result))
    # The whole frame alone shows less than half of them.
    assert in_stills >= 0.75
    assert np.mean(found) >= 0.7
