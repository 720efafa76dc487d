"""The table of the wrist's place before the camera."""

from __future__ import annotations

from collections.abc import Sequence

from handtrack.study.evaluation.measures.summary import SetMeasures
from handtrack.study.evaluation.report.grid import Grid
from handtrack.study.evaluation.report.table import number


def position_grid(sets: Sequence[SetMeasures]) -> Grid | None:
    """A row for each set with known cameras, network and palm; None without any."""
    rows = [
        [
            each.name,
            measures.estimator,
            position.palm,
            str(position.hands),
            *(number(value, 1) for value in (*position.error_mm, *position.error_percent)),
            f"{position.z_bias_percent:+.1f}",
            number(position.z_spread_percent, 1),
            *(
                " / ".join(number(share * 100, 1) for share in shares)
                for shares in (position.across_inside, position.z_inside)
            ),
            number(position.sigma_fit),
        ]
        for each in sets
        for measures in each.measures
        for position in measures.positions
    ]
    heads = [
        "wrist's position, at the gate",
        "estimator",
        "palm taken as",
        "hands",
        *("error, mm", "90 % below, mm"),
        *("error, % of the distance", "90 % below, %"),
        "z too far, %",
        "z varies, ± %",
        "x, y inside 1 / 2 σ, %",
        "z inside 1 / 2 σ, %",
        "σ fits x",
    ]
    return Grid(heads, rows) if rows else None
