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


def markdown(grid: Grid, words: int = 1) -> Table:
    """The grid as a table in valid Markdown, whose first columns hold words, and all others numbers."""
    table = Table(box=box.MARKDOWN)
    for place, head in enumerate(grid.heads):
        table.add_column(head, justify="left" if place < words else "right")
    for row in grid.rows:
        table.add_row(*row)
    return table
