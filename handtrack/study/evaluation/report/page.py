"""An evaluation as one HTML page that needs nothing else: tables, curves and the worst hands."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from handtrack.errors import SourceError
from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.contestants import Contestant
from handtrack.study.evaluation.evaluation import Evaluation
from handtrack.study.evaluation.goals import gate_verdict
from handtrack.study.evaluation.measures.breakdown import OF, TIPS, Breakdown
from handtrack.study.evaluation.measures.exits import Gate
from handtrack.study.evaluation.measures.summary import Measures, SetMeasures
from handtrack.study.evaluation.measures.tips import WITHIN
from handtrack.study.evaluation.report.figures import cost_curve, gate_curves, pck_curves, uncertainty_curves
from handtrack.study.evaluation.report.finding_grids import finding_grids
from handtrack.study.evaluation.report.gallery import WORST_COUNT, hand_picture, worst_hands
from handtrack.study.evaluation.report.grid import Grid
from handtrack.study.evaluation.report.motion_grids import motion_clip_grid, motion_kind_grid
from handtrack.study.evaluation.report.photo_grid import photo_grid
from handtrack.study.evaluation.report.position_grid import position_grid
from handtrack.study.evaluation.report.table import met_word, number, set_rows
from handtrack.study.evaluation.report.unseen_grids import (
    label_bias_grid,
    left_out_grid,
    nail_grid,
    source_grid,
    tip_grid,
)

TEMPLATE: Final = "page.html.jinja"
SET_WORST_COUNT: Final = 8
"""Hands shown of each set besides the worst of all, which may be of one set alone."""

_PLAIN_COLUMNS: Final = {
    "error_2d_percent": ("2D error, %", 1, 2),
    "pa_mpjpe_mm": ("PA-MPJPE, mm", 1, 2),
    "sigma_percent": ("mean σ, %", 1, 2),
    "within_1_sigma": ("inside 1 σ, %", 100, 1),
    "loops": ("mean loops", 1, 2),
    TIPS: (f"both tips within {WITHIN:g}, %", 100, 1),
}


@dataclass(frozen=True, slots=True)
class SetSection:
    """What the page shows of one set. Pictures are SVG; empty where there is nothing to show."""

    name: str
    hands: int
    accuracy: Grid
    pck: str
    cost: str
    verdict: str
    gate: str
    operating: Grid | None
    uncertainty: str
    ranking: str
    positions: Grid | None
    sources: Grid | None
    nails: Grid | None
    left_out: Grid | None
    label_bias: Grid | None
    breakdowns: list[Grid]
    worst: list[dict[str, Any]]


def write_page(path: Path, evaluation: Evaluation) -> None:
    """Write the page. Raises SourceError where it cannot be written or a worst hand's picture is gone."""
    text = render_page(evaluation)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SourceError(f"cannot write {path}: {error.strerror or error}") from None


def render_page(evaluation: Evaluation) -> str:
    """The page as HTML."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    source = files("handtrack.study.evaluation.report").joinpath(TEMPLATE).read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["picture"] = Markup  # our own SVG, not to be escaped
    return environment.from_string(source).render(
        evaluation=evaluation,
        network=None if evaluation.network is None else evaluation.contestants[evaluation.network],
        goals=[(goal, met_word(goal)) for goal in evaluation.goals],
        costs=_costs(evaluation.contestants),
        tips=tip_grid(evaluation.tips) if evaluation.tips else None,
        photos=photo_grid(evaluation.photos) if evaluation.photos else None,
        motion=[]
        if evaluation.motion is None
        else [motion_kind_grid(evaluation.motion), motion_clip_grid(evaluation.motion)],
        finding=[] if evaluation.finding is None else finding_grids(evaluation.finding),
        sets=[
            _section(evaluation, comparison, measured)
            for comparison, measured in zip(evaluation.comparisons, evaluation.sets, strict=True)
        ],
        worst=_gallery(evaluation, evaluation.comparisons, WORST_COUNT),
    )


def _costs(contestants: tuple[Contestant, ...]) -> Grid:
    rows = []
    for each in contestants:
        if each.cost is None:
            continue
        loops = [loop / 1e6 for loop in each.cost.loops if loop]
        rows.append(
            [
                each.estimator.name,
                number(each.cost.parameters / 1e6),
                number(each.cost.encoder / 1e6, 1),
                ", ".join(number(loop, 1) for loop in loops),
                number(each.cost.mmac[-1], 1),
            ]
        )
    return Grid(["", "parameters, million", "run once, MMAC", "each loop, MMAC", "all loops, MMAC"], rows)


def _section(evaluation: Evaluation, comparison: Comparison, measured: SetMeasures) -> SetSection:
    network = None if evaluation.network is None else measured.measures[evaluation.network]
    gate = network.gate if network and network.gate and len(network.gate.fixed) > 1 else None
    costs = [each.cost for each in evaluation.contestants]
    return SetSection(
        measured.name,
        measured.hands,
        Grid(
            ["", *(each.estimator for each in measured.measures)],
            [[title, *cells] for title, cells in set_rows(measured.measures)],
        ),
        pck_curves(measured),
        cost_curve(measured, costs) if any(costs) else "",
        (network and gate_verdict(network)) or "",
        gate_curves(gate) if gate else "",
        _operating(gate) if gate else None,
        uncertainty_curves(network.at_default.uncertainty) if network and network.at_default else "",
        _ranking(network) if network else "",
        position_grid([measured]),
        source_grid(measured),
        nail_grid(measured.nails),
        left_out_grid(measured.left_out),
        label_bias_grid(measured.label_bias),
        [_breakdown(each) for each in measured.breakdowns if len(each.groups) > 1],
        _gallery(evaluation, [comparison], SET_WORST_COUNT) if len(evaluation.sets) > 1 else [],
    )


def _operating(gate: Gate) -> Grid:
    rows = [
        [
            f"{point.threshold:.2f}",
            number(point.mean_loops),
            number(point.mmac, 1),
            " / ".join(f"{share * 100:.0f}" for share in point.shares),
            *(
                number(value, 3)
                for each in point.errors.values()
                for value in (each.gate, each.fixed, each.chance)
            ),
        ]
        for point in gate.points
    ]
    return Grid(
        [
            "threshold",
            "mean loops",
            "MMAC",
            "leave after loop 1 / 2 / ..., %",
            *("2D error, %", "fixed, same cost", "random exits"),
            *("PA-MPJPE, mm", "fixed, same cost", "random exits"),
        ],
        rows,
    )


def _ranking(network: Measures) -> str:
    if network.at_default is None:
        return ""
    uncertainty = network.at_default.uncertainty
    ranking = uncertainty.ranking
    text = (
        f"At the gate's default threshold. Found shares are off the stated ones by "
        f"{uncertainty.reliability.gap * 100:.1f} points on average. Spearman's correlation of σ and error: "
        f"{number(ranking.space_joints)} over joints and {number(ranking.space_hands)} over hands in image "
        f"and depth together, {number(ranking.image_joints)} and {number(ranking.image_hands)} in the image "
        "alone."
    )
    for name, curve in (("joints", ranking.risk_joints), ("hands", ranking.risk_hands)):
        if curve is not None:
            rises = "falls throughout" if not curve.rises else f"rises {curve.rises} times"
            text += (
                f" Risk-coverage over {name}: area {curve.area:.2f} (perfect order {curve.perfect_area:.2f}, "
                f"chance {curve.chance_area:.2f}); it {rises}."
            )
    return text


def _breakdown(breakdown: Breakdown) -> Grid:
    peers = [name for name in breakdown.groups[0].means if name.startswith(OF)]
    rows = [
        [
            group.label,
            str(group.hands),
            *(
                number(group.means[name] * factor, digits)
                for name, (_, factor, digits) in _PLAIN_COLUMNS.items()
            ),
            *(number(group.means[name]) for name in peers),
        ]
        for group in breakdown.groups
    ]
    heads = ["", "hands", *(title for title, _, _ in _PLAIN_COLUMNS.values())]
    return Grid([*heads, *(f"{name.removeprefix(OF)}, mm" for name in peers)], rows, f"By {breakdown.by}")


def _gallery(evaluation: Evaluation, comparisons: Sequence[Comparison], count: int) -> list[dict[str, Any]]:
    if evaluation.network is None:
        return []
    return [
        {
            "picture": "data:image/jpeg;base64," + base64.b64encode(hand_picture(hand)).decode("ascii"),
            "set": hand.comparison.evaluated.name,
            "hand": hand,
        }
        for hand in worst_hands(comparisons, evaluation.network, evaluation.default_threshold, count)
    ]
