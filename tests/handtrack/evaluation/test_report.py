from __future__ import annotations

import io
import json

from rich.console import Console

from handtrack.evaluation.comparison import Measures
from handtrack.evaluation.report import comparison_table, comparison_values

COMPARISON = [
    (
        "stereo pair",
        [
            Measures("ours", 12, [6.0, 5.0], [14.0, 13.0], [13.0, 12.0], None),
            Measures("MediaPipe", 12, [4.0], [11.0], [10.0], None),
        ],
    ),
    (
        "labelled validation",
        [
            Measures("ours", 7, [3.0, 2.0], [9.0, 8.0], [8.0, 7.0], [5.0, 4.5]),
            Measures("MediaPipe", 7, [1.0], [7.0], [6.0], [3.25]),
        ],
    ),
]


def rows() -> list[list[str]]:
    text = io.StringIO()
    Console(file=text, width=200).print(comparison_table(COMPARISON))
    return [
        [cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.getvalue().split("\n")
    ]


def test_the_table_is_markdown_with_a_column_for_each_estimator() -> None:
    lines = [row for row in rows() if row != [""]]

    assert lines[0] == ["set (hands)", "measure", "ours", "MediaPipe"]
    assert all(set(cell) <= {"-", ":"} for cell in lines[1])
    assert lines[2] == ["stereo pair (12)", "2D error, %, loop 1", "6.00", ""]
    assert lines[3] == ["", "2D error, %, loop 2", "5.00", "4.00"]


def test_what_has_no_loops_stands_beside_the_last_loop() -> None:
    assert ["", "PA-MPJPE, mm, loop 2", "13.00", "11.00"] in rows()


def test_measured_tips_are_shown_only_where_there_are_some() -> None:
    assert ["", "measured tips, %, loop 2", "4.50", "3.25"] in rows()
    assert sum("measured tips" in row[1] for row in rows() if len(row) > 1) == 2


def test_values_are_plain() -> None:
    values = json.loads(json.dumps(comparison_values(COMPARISON)))

    assert values[0]["set"] == "stereo pair"
    assert values[0]["estimators"][0]["pa_mpjpe_mm"] == [14.0, 13.0]
    assert values[0]["estimators"][1]["measured_percent"] is None
