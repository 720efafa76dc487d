"""The goals that the estimator is held against, each with the value reached, from what was measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from handtrack.model.cost import NetworkCost
from handtrack.study.evaluation.hand_sets import LABELLED, RENDERED_HANDS, STEREO
from handtrack.study.evaluation.measures.calibration import Coverage
from handtrack.study.evaluation.measures.exits import Gate
from handtrack.study.evaluation.measures.risk_coverage import RiskCoverage
from handtrack.study.evaluation.measures.summary import Accuracy, AtDefault, Measures, SetMeasures
from handtrack.study.evaluation.mediapipe_peer import FULL, IMAGE_Z

Verdict = tuple[str, bool]
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal. reached: the measured value in words. met: None where it was not measured."""

    what: str
    aim: str
    reached: str
    met: bool | None


def check_goals(
    sets: Sequence[SetMeasures], network: int, cost: NetworkCost | None, group_certainty: float | None
) -> list[Goal]:
    """All goals for the network at this place among the estimators of every set.

    Accuracy and uncertainty are judged at the gate's default threshold, as users get them; MediaPipe full by
    the better of its two 3D answers. A goal whose set was not measured is neither met nor missed.
    """

    def judged(
        what: str, aim: str, name: str, judge: Callable[[SetMeasures, AtDefault], Verdict | None]
    ) -> Goal:
        measured = next((each for each in sets if each.name == name), None)
        at_default = measured.measures[network].at_default if measured else None
        verdict = judge(measured, at_default) if measured and at_default else None
        return Goal(what, aim, *(verdict or (NOT_MEASURED, None)))

    def gated(what: str, aim: str, judge: Callable[[Gate], Verdict]) -> Goal:
        def judge_set(measured: SetMeasures, _: AtDefault) -> Verdict | None:
            gate = measured.measures[network].gate
            return judge(gate) if gate and len(gate.fixed) > 1 else None

        return judged(what, aim, LABELLED, judge_set)

    return [
        *_cost_goals(cost),
        judged(
            "real 3D, stereo pair: PA-MPJPE",
            "<= 0.75 x MediaPipe full used once",
            STEREO,
            lambda measured, ours: _against_peer(
                ours.accuracy, measured, lambda accuracy: accuracy.pa_mpjpe_mm, "mm", 0.75
            ),
        ),
        judged(
            "real 2D, measured finger tips of the labelled validation",
            "<= MediaPipe full used once",
            LABELLED,
            lambda measured, ours: _against_peer(
                ours.accuracy, measured, lambda accuracy: accuracy.measured_percent, "%", 1.0
            ),
        ),
        judged(
            "real 2D, careful labels of the labelled validation",
            "<= 4 % of the hand's box",
            LABELLED,
            lambda _, ours: at_most(ours.accuracy.error_2d_percent, 4.0, "%"),
        ),
        judged(
            "rendered hands: PA-MPJPE",
            "<= 5 mm",
            RENDERED_HANDS,
            lambda _, ours: at_most(ours.accuracy.pa_mpjpe_mm, 5.0, "mm"),
        ),
        gated("gate: accuracy kept", "within 1 % of always the most loops", _gate_keeps),
        gated("gate: loops used", "<= 50 % of the most loops", _gate_saves),
        gated("gate against a fixed number of loops", "less error at the same mean cost", _gate_beats_fixed),
        gated(
            "gate against random exits", "less error at the same mean cost, beyond chance", _gate_beats_chance
        ),
        judged(
            "residuals inside 1 sigma",
            "68 +- 4 % in x, y and depth",
            LABELLED,
            lambda _, ours: inside_shares(ours.uncertainty.within_1_sigma, 0.68, 0.04),
        ),
        judged(
            "residuals inside 2 sigma",
            "95 +- 3 % in x, y and depth",
            LABELLED,
            lambda _, ours: inside_shares(ours.uncertainty.within_2_sigma, 0.95, 0.03),
        ),
        judged(
            "Spearman of sigma and error over joints",
            ">= 0.5",
            LABELLED,
            lambda _, ours: _ranks(
                ours.uncertainty.ranking.image_joints, ours.uncertainty.ranking.space_joints
            ),
        ),
        judged(
            "risk-coverage curve over joints",
            "falls throughout",
            LABELLED,
            lambda _, ours: _falls(ours.uncertainty.ranking.risk_joints, ours.uncertainty.ranking.risk_hands),
        ),
        _grouping_goal(group_certainty),
    ]


def _cost_goals(cost: NetworkCost | None) -> list[Goal]:
    if cost is None:
        return []
    first, further = cost.mmac[0], max((loop / 1e6 for loop in cost.loops[1:]), default=0.0)
    return [
        Goal(
            "parameters",
            "<= 1.5 million",
            f"{cost.parameters / 1e6:.2f} million",
            cost.parameters <= 1.5e6,
        ),
        Goal("cost of encoder and first loop", "<= 90 MMAC", f"{first:.1f} MMAC", first <= 90),
        Goal("cost of each further loop", "<= 25 MMAC", f"{further:.1f} MMAC", further <= 25),
    ]


def _grouping_goal(certainty: float | None) -> Goal:
    what, aim = "joint groups are binary", "each joint's largest weight > 0.99"
    if certainty is None:
        return Goal(what, aim, NOT_MEASURED, None)
    return Goal(what, aim, f"the smallest is {certainty:.3f}", certainty > 0.99)


def at_most(value: float, limit: float, unit: str) -> Verdict:
    """The value in words, and whether it is within the limit."""
    return f"{value:.2f} {unit}", value <= limit


def _against_peer(
    ours: Accuracy,
    measured: SetMeasures,
    value: Callable[[Accuracy], float | None],
    unit: str,
    share: float,
) -> Verdict | None:
    """Our value over the best of MediaPipe full's answers in one pass."""
    peers = [value(each.last) for each in measured.measures if each.estimator in (FULL, FULL + IMAGE_Z)]
    own, known = value(ours), [peer for peer in peers if peer is not None]
    if own is None or not known:
        return None
    best = min(known)
    return f"{own:.2f} {unit}, {own / best:.2f} x its {best:.2f} {unit}", own <= share * best


def _gate_keeps(gate: Gate) -> Verdict:
    texts, worst = [], 0.0
    for name, (title, _) in _GATE_ERRORS.items():
        always = gate.fixed[-1].errors[name]
        change = (gate.default.errors[name].gate / always - 1) * 100
        worst = max(worst, change)
        texts.append(f"{title} {change:+.2f} %")
    return ", ".join(texts), worst <= 1.0


def _gate_saves(gate: Gate) -> Verdict:
    used, most = gate.default.mean_loops, len(gate.fixed)
    return f"{used:.2f} of {most}, {used / most * 100:.0f} %", used <= most / 2


def _gate_beats_fixed(gate: Gate) -> Verdict:
    gains = {name: each.fixed - each.gate for name, each in gate.default.errors.items()}
    text = ", ".join(f"{title} {_better(gains[name], unit)}" for name, (title, unit) in _GATE_ERRORS.items())
    return text, min(gains.values()) > 0


def _gate_beats_chance(gate: Gate) -> Verdict:
    errors = gate.default.errors
    text = ", ".join(
        f"{title} {_better(errors[name].chance - errors[name].gate, unit)} "
        f"(chance +- {errors[name].chance_spread:.3f})"
        for name, (title, unit) in _GATE_ERRORS.items()
    )
    return text, all(each.gate < each.chance - 2 * each.chance_spread for each in errors.values())


_GATE_ERRORS = {"error_2d_percent": ("2D error", "% of the hand"), "pa_mpjpe_mm": ("PA-MPJPE", "mm")}


def inside_shares(found: Coverage, aim: float, tolerance: float) -> Verdict:
    """The shares in words, and whether all lie within the tolerance of the aim."""
    shares = {"x": found.x, "y": found.y, "depth": found.depth}
    text = ", ".join(f"{name} {share * 100:.1f} %" for name, share in shares.items())
    return text, all(abs(share - aim) <= tolerance for share in shares.values())


def _ranks(image: float, space: float) -> Verdict:
    return f"{image:.2f} in the image, {space:.2f} with depth", min(image, space) >= 0.5


def _falls(joints: RiskCoverage | None, hands: RiskCoverage | None) -> Verdict | None:
    if joints is None or hands is None:
        return None
    text = f"{joints.rises} rises over joints, {hands.rises} over hands, in {len(joints.risk) - 1} steps each"
    return text, joints.rises == 0


def gate_verdict(measures: Measures) -> str | None:
    """In one sentence what the gate does at its default threshold, or None where there is no choice."""
    gate = measures.gate
    if gate is None or len(gate.fixed) < 2:
        return None
    at, most = gate.default, len(gate.fixed)
    sentences = []
    for name, (title, unit) in _GATE_ERRORS.items():
        always, each = gate.fixed[-1].errors[name], at.errors[name]
        sentences.append(
            f"{title} {each.gate:.3f} {unit}, {(each.gate / always - 1) * 100:+.2f} % against always {most} "
            f"loops ({always:.3f}); {_better(each.fixed - each.gate, unit)} than fixed loops at equal cost "
            f"({each.fixed:.3f}) and {_better(each.chance - each.gate, unit)} than random exits "
            f"({each.chance:.3f} +- {each.chance_spread:.3f})"
        )
    return (
        f"At its default threshold {at.threshold:g} the gate uses {at.mean_loops:.2f} of {most} loops "
        f"({at.mean_loops / most * 100:.0f} %). " + ". ".join(sentences) + "."
    )


def _better(gain: float, unit: str) -> str:
    if abs(gain) < 5e-4:
        return "no less"
    return f"{abs(gain):.3f} {unit} {'less' if gain > 0 else 'more'}"
