"""Results of protocols as a table for people (valid Markdown) and as plain values for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from handtrack.study.evaluation.protocols.protocol import ProtocolResult


def protocol_table(results: Sequence[ProtocolResult]) -> Table:
    """One row for each protocol, estimator and loop; below it, once each, what must be said of them."""
    table = Table(
        box=box.MARKDOWN, caption=_notes(results), caption_justify="left", caption_style="not italic not dim"
    )
    table.add_column("protocol (hands)")
    table.add_column("estimator")
    for title in ("loop", "mean, mm", "median, mm", "AUC 0-50", "AUC 20-50"):
        table.add_column(title, justify="right")
    for result in results:
        for loop in range(len(result.mean_mm)):
            late = "" if result.auc_20_50 is None else f"{result.auc_20_50[loop]:.3f}"
            table.add_row(
                f"{result.protocol} ({result.hands})",
                result.estimator,
                str(loop + 1),
                f"{result.mean_mm[loop]:.2f}",
                f"{result.median_mm[loop]:.2f}",
                f"{result.auc[loop]:.3f}",
                late,
            )
    return table


def protocol_values(results: Sequence[ProtocolResult]) -> list[dict[str, Any]]:
    """Plain values for JSON, the PCK curves included."""
    return [asdict(result) for result in results]


def _notes(results: Sequence[ProtocolResult]) -> Text:
    """A list of the notes, each with the protocols that it belongs to."""
    protocols: dict[str, list[str]] = {}
    for result in results:
        for note in result.notes:
            named = protocols.setdefault(note, [])
            if result.protocol not in named:
                named.append(result.protocol)
    return Text("\n".join(f"- {'; '.join(named)}: {note}" for note, named in protocols.items()))
