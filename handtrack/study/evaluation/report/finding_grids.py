"""Tables of the race of finders."""

from __future__ import annotations

from handtrack.study.evaluation.finding.pictures import COLOUR
from handtrack.study.evaluation.finding.race import FindingResults, FindingRow
from handtrack.study.evaluation.report.grid import Grid
from handtrack.study.evaluation.report.table import number


def finding_grids(results: FindingResults) -> list[Grid]:
    """Hands found, false hands, hands found by collection, and what it took."""
    wanted = [row for row in results.rows if row.wanted]
    hand_free = [row for row in results.rows if not row.wanted and row.source is None]
    whole = [row for row in wanted if row.source is None]
    parts = [row for row in wanted if row.source is not None and row.condition == COLOUR]
    grids = (
        _grid("hands found, % (count)", whole, results.finders),
        _grid("false hands, per 100 pictures (count)", hand_free, results.finders),
        _grid("hands found in colour, by collection, % (count)", parts, results.finders),
        _costs(results),
    )
    return [grid for grid in grids if grid.rows]


def _grid(title: str, rows: list[FindingRow], finders: list[str]) -> Grid:
    """A line for each set, condition and collection, a column for each finder."""
    lines: dict[tuple[str, str, str | None], dict[str, FindingRow]] = {}
    for row in rows:
        lines.setdefault((row.of, row.condition, row.source), {})[row.finder] = row
    cells = []
    for names, by_finder in lines.items():
        any_row = next(iter(by_finder.values()))
        counts = [str(any_row.pictures), str(any_row.wanted or "")]
        title_cell = ", ".join(filter(None, names))
        cells.append([title_cell, *counts, *(_cell(by_finder[finder]) for finder in finders)])
    return Grid([title, "pictures", "to be found", *finders], cells)


def _cell(row: FindingRow) -> str:
    of, count = (row.wanted, row.found) if row.wanted else (row.pictures, row.false)
    return f"{number(100 * count / of, 1)} ({count})"


def _costs(results: FindingResults) -> Grid:
    return Grid(
        ["finder", "pictures", "ms, p50 / p95", "processor, p50"],
        [
            [
                cost.finder,
                str(cost.time.count),
                f"{number(cost.time.p50, 1)} / {number(cost.time.p95, 1)}",
                number(cost.processor.p50, 1),
            ]
            for cost in results.costs
            if cost.time and cost.processor
        ],
    )
