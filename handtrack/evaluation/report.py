"""A comparison as a table for people (valid Markdown) and as plain values for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.table import Table

from handtrack.evaluation.comparison import Measures

Comparison = Sequence[tuple[str, Sequence[Measures]]]
"""For each set its name and the measures of every estimator on it, in the same order everywhere."""

_MEASURES = {
    "error_2d_percent": "2D error, %",
    "pa_mpjpe_mm": "PA-MPJPE, mm",
    "measured_percent": "measured tips, %",
}


def comparison_table(comparison: Comparison) -> Table:
    """One column an estimator, one row for each set, measure and loop.

    What has no loops stands in the row of the last one.
    """
    table = Table(box=box.MARKDOWN)
    table.add_column("set (hands)")
    table.add_column("measure")
    for measures in comparison[0][1]:
        table.add_column(measures.estimator, justify="right")
    for name, columns in comparison:
        label = f"{name} ({columns[0].hands})"
        for attribute, title in _MEASURES.items():
            values = [getattr(measures, attribute) or [] for measures in columns]
            loops = max(map(len, values))
            for loop in range(loops):
                # Rows count back from the end, so that every last loop stands in the last row.
                cells = [
                    f"{column[loop - loops]:.2f}" if len(column) >= loops - loop else "" for column in values
                ]
                table.add_row(label, f"{title}, loop {loop + 1}" if loops > 1 else title, *cells)
                label = ""
    return table


def comparison_values(comparison: Comparison) -> list[dict[str, Any]]:
    """Plain values for JSON."""
    return [
        {"set": name, "estimators": [asdict(measures) for measures in columns]}
        for name, columns in comparison
    ]
