"""Tables of what is measured on people, poses and cameras that were never met."""

from __future__ import annotations

from collections.abc import Sequence

from handtrack.study.evaluation.measures.breakdown import BY_SOURCE, IMAGE_OF
from handtrack.study.evaluation.measures.label_bias import LabelBias
from handtrack.study.evaluation.measures.left_out import LeftOut, Shares
from handtrack.study.evaluation.measures.nails import NailMeasures
from handtrack.study.evaluation.measures.summary import SetMeasures
from handtrack.study.evaluation.measures.tips import TipMeasures
from handtrack.study.evaluation.report.grid import Grid
from handtrack.study.evaluation.report.table import number

_WAYS = {"fresh": "crops of a fresh detection", "tracked": "tracked"}


def set_grids(measured: SetMeasures) -> list[Grid]:
    """All of them that there are of one set."""
    grids = (
        source_grid(measured),
        nail_grid(measured.nails),
        left_out_grid(measured.left_out),
        label_bias_grid(measured.label_bias),
    )
    return [grid for grid in grids if grid]


def source_grid(measured: SetMeasures) -> Grid | None:
    """A row for each collection of a set: 2D errors beside the other estimators'; None for one alone."""
    groups = next((each.groups for each in measured.breakdowns if each.by == BY_SOURCE), ())
    if len(groups) < 2:
        return None
    peers = [name for name in groups[0].means if name.startswith(IMAGE_OF)]
    network = next(each for each in measured.measures if each.at_default)
    assert network.at_default is not None
    return Grid(
        [
            f"2D error on the {measured.name}, %",
            "hands",
            f"{network.estimator}, gate {network.at_default.threshold:g}",
            *(name.removeprefix(IMAGE_OF) for name in peers),
        ],
        [
            [
                group.label,
                str(group.hands),
                number(group.means["error_2d_percent"]),
                *(number(group.means[name]) for name in peers),
            ]
            for group in groups
        ],
    )


def left_out_grid(rows: Sequence[LeftOut]) -> Grid | None:
    """A row for each collection: how often sigma holds that was not fitted to it; None without any."""
    if not rows:
        return None
    return Grid(
        [
            "sigma in the image (x / y)",
            "hands",
            *(f"inside {number} σ, {fit}, %" for fit in ("as shipped", "left out") for number in (1, 2)),
        ],
        [[each.source, str(each.hands), *map(_both, (*each.shipped, *each.left_out))] for each in rows],
    )


def label_bias_grid(rows: Sequence[LabelBias]) -> Grid | None:
    """A row for each estimator: errors by the truth, and as they would be by labels; None without any."""
    if not rows:
        return None
    return Grid(
        ["2D error where the truth is not MediaPipe's, %", "by the truth", "by MediaPipe full's labels"],
        [[each.estimator, number(each.truth_percent), number(each.label_percent)] for each in rows],
    )


def _both(shares: Shares) -> str:
    return " / ".join(number(share * 100, 1) for share in shares)


def nail_grid(nails: Sequence[NailMeasures]) -> Grid | None:
    """A row for each collection with marked nails: shares in which a finger tip lies; None without any."""
    if not nails:
        return None
    gated, last = list(nails[0].at_default), list(nails[0].last)
    return Grid(
        [
            "nails with a finger tip, %",
            "hands",
            "nails",
            *(f"{name}, gate" for name in gated),
            *(f"{name}, all loops" if name in gated else name for name in last),
            "labels",
        ],
        [
            [
                each.source,
                str(each.hands),
                str(each.nails),
                *(number(each.at_default[name] * 100, 1) for name in gated),
                *(number(each.last[name] * 100, 1) for name in last),
                number(each.labels * 100, 1),
            ]
            for each in nails
        ],
    )


def tip_grid(tips: Sequence[TipMeasures]) -> Grid:
    """A row for each way, estimator and number of loops on the clips with measured finger tips."""
    return Grid(
        [
            "measured tips of clips",
            "estimator",
            "loops",
            "frames",
            "with a hand",
            "both tips within 0.1",
            "mean error, % of the box",
            "median, %",
            "jitter, %",
        ],
        [
            [
                _WAYS[each.way],
                each.estimator,
                each.loops,
                str(each.frames),
                str(each.found),
                number(each.within, 3),
                number(each.error_percent),
                number(each.median_percent),
                number(each.jitter_percent),
            ]
            for each in tips
        ],
    )
