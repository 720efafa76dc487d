"""The goals of a finder, from results made by hand."""

from __future__ import annotations

from handtrack.study.evaluation.finding.conditions import GREY, SHARES, small_name
from handtrack.study.evaluation.finding.finders import LANDMARKER
from handtrack.study.evaluation.finding.goals import check_finding_goals
from handtrack.study.evaluation.finding.pictures import COLOUR, FACES, MEASURED, VIEWS
from handtrack.study.evaluation.finding.race import FinderCost, FindingResults, FindingRow
from handtrack.study.evaluation.speed.timing import Percentiles

SMALL = small_name(SHARES[0])


def results(ours: dict[str, int], peer: dict[str, int], ms: float = 1.9) -> FindingResults:
    """Hands found of 100 by condition; false ones by set, of 50 pictures each."""
    rows = []
    for name, counts in (("own, first second", ours), (LANDMARKER, peer)):
        for key, count in counts.items():
            if key in (FACES, VIEWS):
                rows.append(FindingRow(key, COLOUR, None, name, 50, 0, 0, count))
            else:
                rows.append(FindingRow(MEASURED, key, None, name, 80, 100, count, 0))
    costs = [
        FinderCost(name, Percentiles(1, 99, 99, 99), Percentiles(1, p50, p50, p50))
        for name, p50 in (("own, candidates", ms), ("palm, candidates", 8.0))
    ]
    return FindingResults(tuple(rows), tuple(costs))


def met(found: FindingResults, words: str) -> bool | None:
    [goal] = [goal for goal in check_finding_goals(found, "own") if words in goal.what]
    return goal.met


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert {goal.met for goal in check_finding_goals(FindingResults((), ()), "own")} == {None}


def test_a_finder_is_held_against_mediapipe() -> None:
    peer = {COLOUR: 80, SMALL: 4, FACES: 2, VIEWS: 1}
    good = {COLOUR: 85, GREY: 85, SMALL: 4, FACES: 0, VIEWS: 3}
    for words, key, worse in (
        ("hands found, %", COLOUR, 84),
        ("5 % of the height found", SMALL, 3),
        ("false hands", VIEWS, 4),
        ("in grey", GREY, 84),
    ):
        assert met(results(good, peer), words) is True
        assert met(results({**good, key: worse}, peer), words) is False


def test_a_finder_takes_a_quarter_of_the_palm_network() -> None:
    assert met(results({}, {}, 2.0), "processor ms") is True
    assert met(results({}, {}, 2.1), "processor ms") is False
    assert not [goal for goal in check_finding_goals(results({}, {}), "palm") if "ms" in goal.what]
