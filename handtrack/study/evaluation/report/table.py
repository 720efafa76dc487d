"""An evaluation as tables for people, in valid Markdown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence

from rich.table import Table

from handtrack.study.evaluation.clips import ClipMeasures
from handtrack.study.evaluation.goals import Goal
from handtrack.study.evaluation.measures.calibration import Coverage
from handtrack.study.evaluation.measures.summary import Accuracy, AtDefault, Measures, SetMeasures
from handtrack.study.evaluation.report.grid import Grid, markdown

_ROW = tuple[str, list[str]]


def comparison_table(sets: Sequence[SetMeasures]) -> Table:
    """One column an estimator, one row for each set and measure.

    2D error and PA-MPJPE have a row for each loop and one for the gate at its default threshold; what has
    no loops stands in the row of the last one. All other errors are after the last loop.
    """
    rows = []
    for each in sets:
        label = f"{each.name} ({each.hands})"
        for title, cells in set_rows(each.measures):
            rows.append([label, title, *cells])
            label = ""
    estimators = [measures.estimator for measures in sets[0].measures]
    return markdown(Grid(["set (hands)", "measure", *estimators], rows), words=2)


def goal_table(goals: Sequence[Goal]) -> Table:
    """Every goal with the value reached."""
    heads = ["goal", "aim", "reached", "met"]
    rows = [[goal.what, goal.aim, goal.reached, met_word(goal)] for goal in goals]
    return markdown(Grid(heads, rows), words=len(heads))


def clip_table(clips: Sequence[ClipMeasures]) -> Table:
    """One row for each clip and way to begin a followed hand's first loop."""
    heads = [
        "clip (frames)",
        "start",
        "tracked, %",
        "mean loops",
        "jitter, % of the hand",
        "2D error, loop 1, %",
        "2D error, %",
        "labelled hands",
    ]
    rows = [
        [
            f"{each.clip} ({each.frames})",
            each.start,
            number(each.tracked * 100, 1),
            number(each.mean_loops),
            number(each.jitter_percent, 3),
            number(each.first_error_percent),
            number(each.error_percent),
            str(each.hands),
        ]
        for each in clips
    ]
    return markdown(Grid(heads, rows), words=2)


def met_word(goal: Goal) -> str:
    """Yes, no, or a dash for what was not measured."""
    return "-" if goal.met is None else "yes" if goal.met else "no"


def set_rows(columns: Sequence[Measures]) -> Iterator[_ROW]:
    """Titles and cells, one an estimator, of every measure that one of them has."""
    yield from _by_loop("2D error, % of the hand", columns, lambda accuracy: accuracy.error_2d_percent)
    yield from _by_loop("PA-MPJPE, mm", columns, lambda accuracy: accuracy.pa_mpjpe_mm)
    for title, value, digits in (
        ("PA-MPJPE, median, mm", lambda accuracy: accuracy.pa_median_mm, 2),
        ("MPJPE from the wrist, mm", lambda accuracy: accuracy.mpjpe_mm, 2),
        ("PCK AUC 0-50 mm, aligned", lambda accuracy: accuracy.pa_auc, 3),
        ("PCK AUC 0-50 mm, from the wrist", lambda accuracy: accuracy.auc, 3),
        ("measured finger tips, % of the hand", lambda accuracy: accuracy.measured_percent, 2),
    ):
        cells = [number(value(column.last), digits) for column in columns]
        if any(cells):
            yield title, cells
    yield from _of_networks(columns)


def _by_loop(title: str, columns: Sequence[Measures], value: Callable[[Accuracy], float]) -> Iterator[_ROW]:
    loops = max(len(column.loops) for column in columns)
    for loop in range(loops):
        # Rows count back from the end, so that every last loop stands in the last row.
        cells = [
            number(value(column.loops[loop - loops])) if len(column.loops) >= loops - loop else ""
            for column in columns
        ]
        yield (f"{title}, loop {loop + 1}" if loops > 1 else title), cells
    gated = [column.at_default for column in columns]
    if loops > 1 and any(gated):
        threshold = next(each.threshold for each in gated if each)
        yield (
            f"{title}, gate {threshold:g}",
            [number(value(each.accuracy)) if each else "" for each in gated],
        )


def _of_networks(columns: Sequence[Measures]) -> Iterator[_ROW]:
    """What only estimators with an uncertainty and a gate have, at the gate's default threshold."""
    gated = [column.at_default for column in columns]
    threshold = next((each.threshold for each in gated if each), None)
    if threshold is None:
        return

    def row(title: str, cell: Callable[[AtDefault], str]) -> _ROW:
        return f"{title}, gate {threshold:g}", [cell(each) if each else "" for each in gated]

    yield row("mean loops", lambda each: number(each.mean_loops))
    yield row("inside 1 sigma (x / y / depth), %", lambda each: _shares(each.uncertainty.within_1_sigma))
    yield row("inside 2 sigma (x / y / depth), %", lambda each: _shares(each.uncertainty.within_2_sigma))
    yield row("depth's sigma would fit if multiplied by", lambda each: number(each.uncertainty.depth_factor))
    yield row(
        "Spearman of sigma and error, joints", lambda each: number(each.uncertainty.ranking.space_joints)
    )
    yield row(
        "Spearman of sigma and error, within a joint",
        lambda each: number(each.uncertainty.ranking.space_within),
    )
    yield row("Spearman of sigma and error, hands", lambda each: number(each.uncertainty.ranking.space_hands))


def _shares(coverage: Coverage) -> str:
    return " / ".join(number(share * 100, 1) for share in (coverage.x, coverage.y, coverage.depth))


def number(value: float | None, digits: int = 2) -> str:
    """The value with so many digits, or nothing where there is none."""
    return "" if value is None or math.isnan(value) else f"{value:.{digits}f}"
