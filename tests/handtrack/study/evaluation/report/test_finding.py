"""Tables and sheets of the race of finders."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import HandtrackError
from handtrack.study.evaluation.finding.pictures import COLOUR, FindingPicture, Shown
from handtrack.study.evaluation.finding.race import (
    FinderCost,
    FindingLook,
    FindingResults,
    FindingRow,
    measure_looks,
)
from handtrack.study.evaluation.finding.truth import Place, wanted_hand
from handtrack.study.evaluation.report.finding_grids import finding_grids
from handtrack.study.evaluation.report.finding_sheets import write_finding_sheets
from handtrack.study.evaluation.speed.timing import Percentiles

WANTED = wanted_hand(np.array([20.0, 20.0, 60.0, 60.0]))


def look(number: int, *, found: bool, hand_free: bool = False, places: int = 0) -> FindingLook:
    shown = Shown(np.full((100, 200, 3), 40, np.uint8), () if hand_free else (WANTED,))
    of = "no hand" if hand_free else "hands"
    picture = FindingPicture(of, COLOUR, "made", f"{number}.jpg", True, hand_free, lambda: shown)
    result = () if hand_free else (found,)
    return FindingLook(picture, "one", tuple([Place(150, 50, 30)] * places), result, 2.0, 3.0)


def test_tables_give_shares_with_their_counts() -> None:
    rows = [
        FindingRow("hands", COLOUR, None, "one", 8, 10, 7, 0),
        FindingRow("hands", COLOUR, "made", "one", 8, 10, 7, 0),
        FindingRow("hands", "grey", None, "one", 8, 10, 5, 0),
        FindingRow("hands", "grey", "made", "one", 8, 10, 5, 0),
        FindingRow("no hand", COLOUR, None, "one", 40, 0, 0, 6),
        FindingRow("no hand", COLOUR, "made", "one", 40, 0, 0, 6),
    ]
    cost = FinderCost("one", Percentiles(48, 2.25, 4.0, 5.0), Percentiles(48, 3.0, 4.0, 5.0))

    found, false, by_source, costs = finding_grids(FindingResults(tuple(rows), (cost,)))

    assert found.heads == ["hands found, % (count)", "pictures", "to be found", "one"]
    assert found.rows == [["hands, colour", "8", "10", "70.0 (7)"], ["hands, grey", "8", "10", "50.0 (5)"]]
    assert false.rows == [["no hand, colour", "40", "", "15.0 (6)"]]
    assert by_source.rows == [["hands, colour, made", "8", "10", "70.0 (7)"]]
    assert costs.rows == [["one", "48", "2.2 / 4.0", "3.0"]]


def test_a_sheet_shows_what_was_missed_and_what_is_false_and_nothing_else(tmp_path: Path) -> None:
    looks = [look(0, found=True), look(1, found=False), look(2, found=False, places=1)]
    empty = [look(3, found=False, hand_free=True), look(4, found=False, hand_free=True, places=2)]

    written = write_finding_sheets(tmp_path / "sheets", [*looks, *empty])

    assert [path.name for path in written] == [
        "finding_one_hands_colour.jpg",
        "finding_one_no_hand_colour.jpg",
    ]
    missed, false = (cv2.imread(str(path)) for path in written)
    assert missed is not None
    assert false is not None
    assert missed.shape == false.shape == (220, 8 * 220, 3)
    tiles = [missed[:, start : start + 220].max() > 100 for start in range(0, 8 * 220, 220)]
    assert tiles == [True, True, *[False] * 6], "the two hands that were missed"
    box = missed[22:66, 22:66].astype(int)
    assert (box[..., 2] - box[..., 0]).max() > 50, "in red"
    place = false[38:72, 148:182].astype(int)
    assert (place[..., 0] - place[..., 2]).max() > 50, "in blue"
    assert false[:, 220:].max() < 40, "one picture alone"


def test_a_sheet_holds_forty(tmp_path: Path) -> None:
    [path] = write_finding_sheets(tmp_path, [look(number, found=False) for number in range(50)])

    sheet = cv2.imread(str(path))
    assert sheet is not None
    assert sheet.shape[0] == 5 * 220


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "sheets").write_text("a file")

    with pytest.raises(HandtrackError, match="cannot be written"):
        write_finding_sheets(tmp_path / "sheets", [look(1, found=False)])


def test_what_was_measured_of_looks_fits_the_tables() -> None:
    class One:
        name = "one"

    looks = [look(0, found=True), look(1, found=False), look(2, found=False, hand_free=True, places=2)]
    found, false, _, _ = finding_grids(measure_looks(looks, [One()]))  # type: ignore[list-item]

    assert found.rows[0][-1] == "50.0 (1)"
    assert false.rows[0][-1] == "200.0 (2)"
