"""The table of hands in whole photos."""

from __future__ import annotations

from collections.abc import Sequence

from handtrack.study.evaluation.photos import PhotoMeasures
from handtrack.study.evaluation.report.grid import Grid
from handtrack.study.evaluation.report.table import number


def photo_grid(rows: Sequence[PhotoMeasures]) -> Grid:
    """A row for each collection and viewer, that of all first."""
    return Grid(
        [
            "hands in whole photos",
            "shown by",
            "hands",
            "found, %",
            "other side, %",
            "2D error, %",
            "2D error of hands that all found, %",
            "error above a tenth, %",
        ],
        [
            [
                row.source or "all",
                row.viewer,
                str(row.hands),
                _share(row.found, row.hands),
                _share(row.other_side, row.found),
                number(row.percent),
                number(row.common_percent),
                _share(row.far, row.found),
            ]
            for row in rows
        ],
    )


def _share(count: int, of: int) -> str:
    return number(100 * count / of, 1) if of else ""
