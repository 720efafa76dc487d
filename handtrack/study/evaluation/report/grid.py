"""A table of text that the page and the terminal both show."""

from __future__ import annotations

from dataclasses import dataclass

from rich import box
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Grid:
    """Heads, and rows of cells as many as heads."""

    heads: list[str]
    rows: list[list[str]]
    title: str = ""


def markdown(grid: Grid) -> Table:
    """The grid as a table in valid Markdown; all columns but the first are numbers."""
    table = Table(box=box.MARKDOWN)
    for place, head in enumerate(grid.heads):
        table.add_column(head, justify="right" if place else "left")
    for row in grid.rows:
        table.add_row(*row)
    return table
