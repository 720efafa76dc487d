"""Finders on pictures: told what to say, and real ones on real pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from handtrack.config import TrackerSettings
from handtrack.detectors import create_detector
from handtrack.study.datasets.labelling.manifest import read_manifest
from handtrack.study.datasets.labelling.pictures import read_picture
from handtrack.study.evaluation.finding.finders import (
    CandidateFinder,
    Finder,
    FirstFrameFinder,
    FirstSecondFinder,
    LandmarkerFinder,
    StillFinder,
)
from handtrack.study.evaluation.finding.pictures import FindingPicture, Shown
from handtrack.study.evaluation.finding.race import measure_looks, race_finders
from handtrack.study.evaluation.finding.truth import Place, Wanted, wanted_hand
from handtrack.tracking import HandTracker

HAND = wanted_hand(np.array([10.0, 10.0, 60.0, 60.0]))
OTHER = wanted_hand(np.array([110.0, 10.0, 160.0, 60.0]))
PLAIN = "images/lu_gestures/IMG_20230312_164501_jpg_2539.jpg"
AT_HAND, AT_OTHER = Place(35, 35, 50), Place(135, 35, 50)


class Scripted:
    """Says the same of every picture, and notes what it was shown."""

    def __init__(self, name: str, *places: Place) -> None:
        self.name = name
        self.seen: list[int] = []
        self._places = list(places)

    def prepare(self, image_bgr: np.ndarray) -> int:
        return int(image_bgr[0, 0, 0])

    def run(self, prepared: int) -> int:
        self.seen.append(prepared)
        return prepared

    def places(self, outcome: int) -> list[Place]:
        return self._places


def picture(number: int, source: str, *wanted: Wanted, hand_free: bool = False) -> FindingPicture:
    shown = Shown(np.full((80, 200, 3), number, np.uint8), wanted)
    of = "empty" if hand_free else "hands"
    return FindingPicture(of, "colour", source, str(number), bool(wanted), hand_free, lambda: shown)


def test_hands_are_counted_by_set_and_source_and_false_ones_where_there_is_none() -> None:
    pictures = [
        picture(1, "a", HAND, OTHER),
        picture(2, "b", HAND),
        picture(3, "b", OTHER),
        picture(4, "a", hand_free=True),
        picture(5, "c", hand_free=True),
    ]
    one, both, blind = Scripted("one", AT_HAND), Scripted("both", AT_HAND, AT_OTHER), Scripted("blind")
    finders = [one, both, blind]

    looks = race_finders(pictures, finders)
    results = measure_looks(looks, finders)

    for finder in finders:
        assert finder.seen == [1, 1, 2, 3, 4, 5], "all pictures, after a first run that does not count"
    assert results.finders == ["one", "both", "blind"]
    rows = {(row.of, row.source, row.finder): row for row in results.rows}
    assert (rows["hands", None, "one"].pictures, rows["hands", None, "one"].wanted) == (3, 4)
    assert [rows["hands", None, name].found for name in results.finders] == [2, 4, 0]
    assert [rows["hands", "b", name].found for name in results.finders] == [1, 2, 0]
    assert [rows["hands", None, name].false for name in results.finders] == [0, 0, 0]
    assert [rows["empty", None, name].false for name in results.finders] == [2, 4, 0]
    assert rows["empty", None, "both"].wanted == 0
    for cost in results.costs:
        assert cost.time is not None
        assert cost.time.count == 5
    assert results.of("hands", "colour", "both") == rows["hands", None, "both"]
    assert results.of("hands", "grey", "both") is None


@pytest.fixture(scope="module")
def real_finders(hand_bundle: Path) -> Iterator[list[Finder]]:
    with (
        HandTracker.load(settings=TrackerSettings(engine="openvino")) as tracker,
        closing(create_detector("palm", 2)) as palm,
    ):
        landmarker = LandmarkerFinder(hand_bundle)
        yield [
            landmarker,
            CandidateFinder("palm", palm),
            StillFinder("palm", tracker),
            FirstFrameFinder("palm", tracker),
            FirstSecondFinder("palm", tracker),
        ]
        landmarker.close()


def real_picture(shared_data: Path, name: str) -> FindingPicture:
    boxes = read_manifest(shared_data)[name].boxes
    wanted = tuple(wanted_hand(box) for box in boxes)
    shown = Shown(read_picture(shared_data, name), wanted)
    return FindingPicture("real", "colour", name, name, bool(wanted), not wanted, lambda: shown)


def test_every_real_finder_finds_plain_hands(shared_data: Path, real_finders: Sequence[Finder]) -> None:
    names = [PLAIN, "images/shikha_words/00045.jpg"]
    looks = race_finders([real_picture(shared_data, name) for name in names], real_finders)

    for look in looks:
        assert all(look.found), (look.finder, look.picture.name, look.places)


@pytest.mark.parametrize("which", [-2, -1])
def test_a_videos_beginning_knows_nothing_of_the_picture_before(
    which: int, shared_data: Path, real_finders: Sequence[Finder]
) -> None:
    hand = real_picture(shared_data, PLAIN)
    empty = FindingPicture(
        "empty", "colour", "", "", False, True, lambda: Shown(np.full((480, 640, 3), 90, np.uint8), ())
    )
    looks = race_finders([hand, empty, hand], [real_finders[which]])

    assert [len(look.places) for look in looks] == [1, 0, 1]
    assert looks[0].places == looks[2].places
