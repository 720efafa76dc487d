"""The curves of an evaluation, as SVG to be put into a page."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from handtrack.model.cost import NetworkCost
from handtrack.study.evaluation.mean_pose import MEAN_POSE
from handtrack.study.evaluation.measures.exits import Gate
from handtrack.study.evaluation.measures.risk_coverage import RiskCoverage
from handtrack.study.evaluation.measures.summary import PCK_THRESHOLDS_MM, SetMeasures
from handtrack.study.evaluation.measures.uncertainty import Uncertainty
from handtrack.study.evaluation.mediapipe_peer import FULL, IMAGE_Z, LITE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_BLUE, _ORANGE, _GREEN, _PINK, _GREY, _INK = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#8a8f98", "#22272e"
_NETWORKS: Final = (_BLUE, "#56b4e9", "#5b4fa0", "#b8a100")
_PEERS: Final = {FULL: _ORANGE, LITE: _GREEN, MEAN_POSE: _GREY}
_STYLE: Final[Any] = {
    "svg.fonttype": "none",  # letters stay letters: small, sharp, and found by a search
    "svg.hashsalt": "handtrack",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": "#b6bcc4",
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": "#57606a",
    "ytick.color": "#57606a",
    "axes.grid": True,
    "grid.color": "#e6e9ed",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}
_ERRORS: Final = {"error_2d_percent": "2D error, % of the hand", "pa_mpjpe_mm": "PA-MPJPE, mm"}
_WIDTH, _HEIGHT = 9.0, 3.1  # inches


class _Picture:
    """Panels side by side, and their SVG once they are drawn."""

    def __init__(self, panels: int) -> None:
        from matplotlib.figure import Figure

        self._figure = Figure(figsize=(_WIDTH, _HEIGHT), layout="constrained")
        self.panels: list[Axes] = list(self._figure.subplots(1, panels, squeeze=False)[0])
        self.svg = ""

    def save(self) -> None:
        text = io.StringIO()
        self._figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
        whole = text.getvalue()
        self.svg = whole[whole.index("<svg") :]


@contextmanager
def _picture(panels: int) -> Iterator[_Picture]:
    from matplotlib import rc_context

    with rc_context(_STYLE):
        picture = _Picture(panels)
        yield picture
        picture.save()


def pck_curves(measured: SetMeasures) -> str:
    """Share of joints within each distance, aligned and from the wrist, of every estimator."""
    with _picture(2) as picture:
        aligned, relative = picture.panels
        for each, look in zip(measured.measures, _looks(measured), strict=True):
            aligned.plot(PCK_THRESHOLDS_MM, np.array(each.last.pa_pck) * 100, **look)
            if each.last.pck is not None:
                relative.plot(PCK_THRESHOLDS_MM, np.array(each.last.pck) * 100, **look)
        for panel, title in ((aligned, "after Procrustes alignment"), (relative, "from the wrist")):
            panel.set(title=f"PCK, 3D, {title}", xlabel="error at most, mm", xlim=(0, 50), ylim=(0, 100))
        aligned.set_ylabel("joints, %")
        aligned.legend(loc="lower right", fontsize=8)
    return picture.svg


def cost_curve(measured: SetMeasures, costs: Sequence[NetworkCost | None]) -> str:
    """Error against multiply-accumulates, in the image and in space: every loop of every estimator."""
    with _picture(2) as picture:
        looks = _looks(measured)
        for panel, (attribute, title) in zip(picture.panels, _ERRORS.items(), strict=True):
            for each, cost, look in zip(measured.measures, [*costs, None], looks, strict=True):
                if cost is not None:
                    values = [getattr(loop, attribute) for loop in each.loops]
                    inside = "none" if each.estimator.endswith(IMAGE_Z) else look["color"]
                    panel.plot(cost.mmac, values, marker="o", markersize=6, markerfacecolor=inside, **look)
            panel.set(title=title, xlabel="MMAC a hand")
            panel.set_xlim(left=0)
            panel.set_ylim(bottom=0)
        picture.panels[1].legend(fontsize=8, loc="lower left")
    return picture.svg


def gate_curves(gate: Gate) -> str:
    """Error against mean loops with the gate, with fixed loops, and with random exits."""
    with _picture(2) as picture:
        for panel, (name, title) in zip(picture.panels, _ERRORS.items(), strict=True):
            loops = np.array([point.mean_loops for point in gate.points])
            errors = [point.errors[name] for point in gate.points]
            chance = np.array([each.chance for each in errors])
            spread = 2 * np.array([each.chance_spread for each in errors])
            order = np.argsort(loops, kind="stable")
            panel.fill_between(
                loops[order], (chance - spread)[order], (chance + spread)[order], color=_GREY, alpha=0.2, lw=0
            )
            panel.plot(loops[order], chance[order], color=_GREY, ls="--", label="random exits, +- 2 sd")
            panel.plot(
                [each.loops for each in gate.fixed],
                [each.errors[name] for each in gate.fixed],
                color=_ORANGE,
                marker="s",
                markersize=5,
                label="fixed number of loops",
            )
            panel.plot(
                loops,
                [each.gate for each in errors],
                color=_BLUE,
                marker="o",
                markersize=3,
                label="gate, by threshold",
            )
            at = gate.default
            panel.plot(
                at.mean_loops,
                at.errors[name].gate,
                color=_BLUE,
                marker="*",
                markersize=13,
                ls="",
                label=f"gate's default, {at.threshold:g}",
            )
            panel.set(title=title, xlabel="mean loops a hand", xticks=[each.loops for each in gate.fixed])
        picture.panels[0].legend(fontsize=8)
    return picture.svg


def uncertainty_curves(uncertainty: Uncertainty) -> str:
    """Reliability curve, and risk-coverage curves over joints and over hands."""
    with _picture(3) as picture:
        reliability, joints, hands = picture.panels
        stated = np.array(uncertainty.reliability.stated) * 100
        reliability.plot([0, 100], [0, 100], color=_GREY, ls="--", lw=1, label="perfect")
        for name, colour in (("x", _BLUE), ("y", _GREEN), ("depth", _ORANGE)):
            found = [getattr(each, name) * 100 for each in uncertainty.reliability.found]
            reliability.plot(stated, found, color=colour, label=name)
        reliability.set(
            title="Reliability",
            xlabel="stated share inside, %",
            ylabel="found inside, %",
            xlim=(0, 100),
            ylim=(0, 100),
        )
        reliability.legend(fontsize=8, loc="upper left")
        _risk(joints, uncertainty.ranking.risk_joints, "Risk-coverage, joints")
        _risk(hands, uncertainty.ranking.risk_hands, "Risk-coverage, hands")
        joints.set_ylabel("mean error, % of the crop's side")
    return picture.svg


def _risk(panel: Axes, curve: RiskCoverage | None, title: str) -> None:
    if curve is not None:
        kept = np.array(curve.coverage) * 100
        panel.axhline(curve.chance_area, color=_GREY, ls="--", lw=1, label="chance")
        panel.plot(kept, curve.risk, color=_BLUE, label="by sigma")
        panel.plot(kept, curve.perfect_risk, color=_GREEN, ls=":", label="perfect order")
        panel.legend(fontsize=8, loc="lower right")
    panel.set(title=title, xlabel="most certain share kept, %", xlim=(0, 100))
    panel.set_ylim(bottom=0)


def _looks(measured: SetMeasures) -> list[dict[str, Any]]:
    """Label, colour and line of each estimator, the same in every figure; colours for the colour-blind."""
    looks, networks = [], 0
    for each in measured.measures:
        name = each.estimator.removesuffix(IMAGE_Z)
        if name in _PEERS:
            colour = _PEERS[name]
        elif each.at_default is not None:
            colour = _NETWORKS[networks % len(_NETWORKS)]
            networks += 1
        else:
            colour = _PINK
        looks.append(
            {
                "label": each.estimator,
                "color": colour,
                "ls": "--" if each.estimator.endswith(IMAGE_Z) else "-",
            }
        )
    return looks
