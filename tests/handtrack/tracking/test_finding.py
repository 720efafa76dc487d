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
from handtrack.tracking.finding import HandSearch
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


def test_what_the_whole_frame_named_is_not_tried_again():
    asked: list[list[tuple[float, float]]] = []

    def settle(found: Sequence[FoundHand]) -> list[SettledHand]:
        asked.append([each.crop.centre for each in found])
        return []

    search, image = HandSearch(Marks(40.0)), frame_with((100, 100))
    search.in_whole(image, settle)
    search.in_parts(image, range(len(PARTS)), settle)
    search.in_parts(frame_with((100, 100), (400, 200)), range(len(PARTS)), settle)  # a later frame
    assert asked == [[(100, 100)], [], [(400, 200)]]


def looks_of(schedule: SearchSchedule, frames: int, start: int = 1, followed: int = 0, near: bool = False):
    """What is looked at, and in which frame of 30 a second, always in vain."""
    looks = []
    for frame in range(start, start + frames):
        if schedule.due(frame / 30, followed, 2):
            looks.append((frame, schedule.look(frame / 30, near)))
            schedule.searched(frame / 30, found_new=False)
    return looks


def test_the_first_look_is_at_everything_and_later_ones_at_the_whole_or_one_part():
    schedule = SearchSchedule(0.5)
    assert looks_of(schedule, 1, start=0) == [(0, (True, tuple(range(len(PARTS)))))]
    later = [look for _, look in looks_of(schedule, 45)]
    assert all(len(look.parts) == (0 if look.whole else 1) for look in later)
    assert [part for look in later for part in look.parts][: len(PARTS)] == list(range(len(PARTS)))
    assert sum(look.whole for look in later) >= 10, "not rarer for the parts"


@pytest.mark.parametrize(("near", "parts"), [(False, 3), (True, 1)])
def test_rare_looks_at_the_whole_are_followed_by_more_parts_where_hands_are_far(near, parts):
    schedule = SearchSchedule(0.5)
    looks_of(schedule, 90, start=0, followed=1, near=near)
    (first, whole), *rest = looks_of(schedule, 29, start=90, followed=1, near=near)
    assert whole.whole
    assert [frame - first for frame, _ in rest] == list(range(1, parts + 1))
    assert all(not look.whole for _, look in rest)


def test_after_a_loss_every_frame_is_looked_at_whole_and_in_one_part_in_turn():
    schedule = SearchSchedule(0.5)
    looks_of(schedule, 31, start=0, followed=1)
    schedule.hand_lost(31 / 30)
    looks = looks_of(schedule, 9, start=31)
    assert [frame for frame, _ in looks] == list(range(31, 40))
    assert all(look.whole for _, look in looks)
    assert sorted(part for _, look in looks for part in look.parts) == list(range(len(PARTS)))


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
        for number in range(1, 40):
            result = tracker.process(hand.image, number / 30)
        found.append(is_found(hand, result))
    # The whole frame alone shows less than half of them.
    assert in_stills >= 0.75
    assert np.mean(found) >= 0.7
