from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.table import Table

from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.goals import Goal
from handtrack.study.evaluation.measures.summary import measure_set
from handtrack.study.evaluation.report.table import comparison_table, goal_table, number
from tests.handtrack.study.evaluation.made import made_comparison

OURS = [[12.0, 10.0], [16.0, 14.0]]
EXITS = [[0.9, 0.9], [0.1, 0.9]]


def comparisons() -> list[Comparison]:
    first = made_comparison(OURS, EXITS, {"MediaPipe full": [8.0, 9.0]}, "stereo pair")
    second = made_comparison(OURS, EXITS, {"MediaPipe full": [6.0, 7.0]}, "labelled validation")
    measured = []
    for scores in second.scores:
        tips = scores.measured_percent.copy()
        tips[0, :, 4] = scores.image_percent[0, :, 4]
        measured.append(replace(scores, measured_percent=tips))
    return [first, Comparison(second.evaluated, second.facts, tuple(measured))]


def rows(table: Table) -> list[list[str]]:
    text = io.StringIO()
    Console(file=text, width=200).print(table)
    lines = [line.strip() for line in text.getvalue().splitlines() if line.strip()]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def compared() -> list[list[str]]:
    return rows(comparison_table([measure_set(each, [], 0.5) for each in comparisons()]))


def test_the_table_is_markdown_with_a_column_for_each_estimator() -> None:
    lines = compared()

    assert lines[0] == ["set (hands)", "measure", "ours", "MediaPipe full", "mean pose"]
    assert all(set(cell) <= {"-", ":"} for cell in lines[1])
    assert lines[2] == ["stereo pair (2)", "2D error, % of the hand, loop 1", "7.00", "", ""]
    assert sum(line[0] != "" for line in lines[2:]) == 2


def test_what_has_no_loops_stands_beside_the_last_loop() -> None:
    lines = compared()

    assert ["", "PA-MPJPE, mm, loop 1", "14.00", "", ""] in lines
    assert ["", "PA-MPJPE, mm, loop 2", "12.00", "8.50", "40.00"] in lines
    assert ["", "PA-MPJPE, mm, gate 0.5", "13.00", "", ""] in lines
    assert ["", "MPJPE from the wrist, mm", "24.00", "17.00", "80.00"] in lines


def test_measured_tips_are_shown_only_where_there_are_some() -> None:
    tips = [line for line in compared() if "measured finger tips" in line[1]]

    assert tips == [["", "measured finger tips, % of the hand", "5.00", "3.00", "20.00"]]


def test_uncertainty_and_loops_are_shown_of_networks() -> None:
    lines = compared()

    assert ["", "mean loops, gate 0.5", "1.50", "", ""] in lines
    assert ["", "inside 1 sigma (x / y / depth), %, gate 0.5", "100.0 / 100.0 / 0.0", "", ""] in lines


def test_without_a_network_there_are_no_rows_of_loops() -> None:
    comparison = comparisons()[0]
    without = Comparison(comparison.evaluated, comparison.facts, comparison.scores[1:])

    titles = [line[1] for line in rows(comparison_table([measure_set(without, [], 0.5)]))]

    assert titles[2:4] == ["2D error, % of the hand", "PA-MPJPE, mm"]
    assert not any("gate" in title for title in titles)


def test_goals_say_whether_they_are_met() -> None:
    goals = [
        Goal("a", "<= 1", "0.5", True),
        Goal("b", "<= 1", "2", False),
        Goal("c", "<= 1", "not measured", None),
    ]

    assert [line[3] for line in rows(goal_table(goals))[2:]] == ["yes", "no", "-"]


def test_numbers_that_are_not_there_are_left_empty() -> None:
    assert [number(value) for value in (None, np.nan, 1.005, 2.0)] == ["", "", "1.00", "2.00"]
