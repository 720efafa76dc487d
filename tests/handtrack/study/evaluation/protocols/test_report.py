from __future__ import annotations

import io
import json

from rich.console import Console

from handtrack.study.evaluation.protocols.protocol import ProtocolResult
from handtrack.study.evaluation.protocols.report import protocol_table, protocol_values

PLACE = "the rough place is given"


def result(
    protocol: str, estimator: str, mean: list[float], late: list[float] | None, *notes: str
) -> ProtocolResult:
    loops = len(mean)
    return ProtocolResult(
        protocol=protocol,
        estimator=estimator,
        hands=12,
        mean_mm=mean,
        median_mm=[value / 2 for value in mean],
        auc=[0.8125] * loops,
        auc_20_50=late,
        thresholds_mm=[0.0, 25.0, 50.0],
        pck=[[0.0, 0.5, 1.0]] * loops,
        notes=(*notes, PLACE),
    )


RESULTS = [
    result("FreiHAND", "ours", [9.5, 8.25], None, "no [meshes]"),
    result("FreiHAND", "MediaPipe", [11.0], None, "no [meshes]"),
    result("STB", "ours", [7.0, 6.0], [0.95, 0.9876], "the wrist is made"),
]


def printed() -> str:
    text = io.StringIO()
    Console(file=text, width=200).print(protocol_table(RESULTS))
    return text.getvalue()


def rows() -> list[list[str]]:
    lines = [line.strip() for line in printed().splitlines()]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]


def test_the_table_is_markdown_with_a_row_for_each_loop() -> None:
    table = rows()

    assert table[0] == [
        "protocol (hands)", "estimator", "loop", "mean, mm", "median, mm", "AUC 0-50", "AUC 20-50"
    ]  # fmt: skip
    assert all(set(cell) <= {"-", ":"} for cell in table[1])
    assert table[2] == ["FreiHAND (12)", "ours", "1", "9.50", "4.75", "0.812", ""]
    assert table[3] == ["FreiHAND (12)", "ours", "2", "8.25", "4.12", "0.812", ""]
    assert table[4] == ["FreiHAND (12)", "MediaPipe", "1", "11.00", "5.50", "0.812", ""]
    assert table[6] == ["STB (12)", "ours", "2", "6.00", "3.00", "0.812", "0.988"]
    assert len(table) == 7


def test_notes_stand_once_each_as_a_list_below_the_table() -> None:
    lines = [line.rstrip() for line in printed().splitlines()]
    end = max(index for index, line in enumerate(lines) if line.startswith("|"))

    assert lines[end + 1] == ""  # or Markdown would take the notes for rows
    assert [line for line in lines[end + 2 :] if line] == [
        "- FreiHAND: no [meshes]",
        "- FreiHAND; STB: the rough place is given",
        "- STB: the wrist is made",
    ]


def test_values_are_plain() -> None:
    values = json.loads(json.dumps(protocol_values(RESULTS)))

    assert [value["protocol"] for value in values] == ["FreiHAND", "FreiHAND", "STB"]
    assert values[0]["auc_20_50"] is None
    assert values[2]["auc_20_50"] == [0.95, 0.9876]
    assert values[2]["pck"][1] == [0.0, 0.5, 1.0]
    assert values[2]["notes"] == ["the wrist is made", PLACE]
