"""A study as a table for people, in valid Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from handtrack.study.training.study import StudyRow

_TITLES = (
    "2D error, %, first loop",
    "last loop",
    "PA-MPJPE, mm, first loop",
    "last loop",
    "2D of unseen collections, %",
    "gate: mean loops",
    "2D, %",
    "PA, mm",
    "inside 1 / 2 sigma, %",
    "Spearman, hands",
    "parameters, M",
    "minutes",
)


def study_table(rows: Sequence[StudyRow]) -> Table:
    """One row a run: its name, what it changes, and what it reached on the real validation."""
    table = Table(box=box.MARKDOWN)
    table.add_column("run")
    table.add_column("--set")
    for title in _TITLES:
        table.add_column(title, justify="right")
    for row in rows:
        table.add_row(
            row.name,
            " ".join(f"`{change}`" for change in row.changes),
            f"{row.error_2d_percent[0]:.2f}",
            f"{row.error_2d_percent[-1]:.2f}",
            f"{row.pa_mpjpe_mm[0]:.2f}",
            f"{row.pa_mpjpe_mm[-1]:.2f}",
            f"{row.unseen_2d_percent:.2f}",
            f"{row.default.mean_loops:.2f}",
            f"{row.default.error_2d_percent:.2f}",
            f"{row.default.pa_mpjpe_mm:.2f}",
            f"{row.within_1_sigma * 100:.1f} / {row.within_2_sigma * 100:.1f}",
            f"{row.sigma_rank:.2f}",
            f"{row.parameters / 1e6:.2f}",
            f"{row.hours * 60:.0f}",
        )
    return table
