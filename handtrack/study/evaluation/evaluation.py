"""A whole evaluation: who took part, what was measured, and how the goals stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handtrack.study.evaluation.clips import ClipMeasures
from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.contestants import Contestant
from handtrack.study.evaluation.finding.goals import check_finding_goals
from handtrack.study.evaluation.finding.race import FindingResults
from handtrack.study.evaluation.goals import Goal, check_goals
from handtrack.study.evaluation.measures.summary import SetMeasures, measure_set
from handtrack.study.evaluation.measures.tips import TipMeasures
from handtrack.study.evaluation.motion.bench import MotionResults
from handtrack.study.evaluation.motion.goals import check_motion_goals
from handtrack.study.evaluation.photos import PhotoMeasures
from handtrack.study.evaluation.report.values import plain
from handtrack.study.evaluation.unseen_goals import check_unseen_goals


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Contestants in the order of every set's measures, whose last is the mean pose.

    The network is the first contestant with weights; goals, breakdowns and the worst hands are its own.
    network: its place among the contestants, or None. comparisons, sets: of each set, in one order.
    seed, limit: as the comparisons were asked for. notes: what the reader must know besides. clips: as they
    were tracked. tips: measured in clips. photos: hands in whole ones. motion: the bench of motion, finding:
    the race of finders, where they were run.
    """

    contestants: tuple[Contestant, ...]
    comparisons: tuple[Comparison, ...]
    sets: tuple[SetMeasures, ...]
    network: int | None
    goals: tuple[Goal, ...]
    default_threshold: float
    seed: int
    limit: int | None
    notes: tuple[str, ...]
    clips: tuple[ClipMeasures, ...] = ()
    tips: tuple[TipMeasures, ...] = ()
    motion: MotionResults | None = None
    finding: FindingResults | None = None
    photos: tuple[PhotoMeasures, ...] = ()


def evaluate_comparisons(
    contestants: Sequence[Contestant],
    comparisons: Sequence[Comparison],
    default_threshold: float,
    seed: int = 0,
    limit: int | None = None,
    notes: Sequence[str] = (),
    *,
    persons: Sequence[str] = (),
    clips: Sequence[ClipMeasures] = (),
    tips: Sequence[TipMeasures] = (),
    photos: Sequence[PhotoMeasures] = (),
    motion: MotionResults | None = None,
    motion_peer: str | None = None,
    finding: FindingResults | None = None,
    finder: str | None = None,
) -> Evaluation:
    """Everything measured of finished comparisons of these contestants. default_threshold: the gate's.

    persons, clips, tips: as in `check_unseen_goals`. motion_peer: name of the follower that the motion's
    goals are held against. finder: the one that the goals of finding are of. Where nothing but motion and
    finding was measured, only their goals are given.
    """
    costs = [each.cost for each in contestants]
    sets = tuple(measure_set(comparison, costs, default_threshold) for comparison in comparisons)
    network = next((i for i, each in enumerate(contestants) if each.weights is not None), None)
    goals: list[Goal] = []
    if network is not None:
        own = contestants[network]
        if sets or tips or (motion is None and finding is None):
            goals = check_goals(sets, network, own.cost, own.group_certainty)
            goals += check_unseen_goals(sets, network, persons, tips, clips)
        if motion is not None:
            goals += check_motion_goals(motion, own.estimator.name, motion_peer)
    if finding is not None and finder is not None:
        goals += check_finding_goals(finding, finder)
    return Evaluation(
        tuple(contestants),
        tuple(comparisons),
        sets,
        network,
        tuple(goals),
        default_threshold,
        seed,
        limit,
        tuple(notes),
        tuple(clips),
        tuple(tips),
        motion,
        finding,
        tuple(photos),
    )


def evaluation_values(evaluation: Evaluation) -> dict[str, Any]:
    """Plain values for JSON: every measure, curve and goal."""
    return {
        "seed": evaluation.seed,
        "limit": evaluation.limit,
        "gate_threshold": evaluation.default_threshold,
        "notes": list(evaluation.notes),
        "estimators": [
            {
                "estimator": each.estimator.name,
                "weights": each.weights,
                "sha256": each.digest,
                "group_certainty": plain(each.group_certainty),
                "cost": plain(each.cost),
                "mmac": plain(each.cost and each.cost.mmac),
            }
            for each in evaluation.contestants
        ],
        "goals": plain(evaluation.goals),
        "sets": plain(evaluation.sets),
        "clips": plain(evaluation.clips),
        "tips": plain(evaluation.tips),
        "photos": plain(evaluation.photos),
        "motion": plain(evaluation.motion),
        "finding": plain(evaluation.finding),
    }
