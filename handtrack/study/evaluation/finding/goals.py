"""The goals of a finder of our own, each with the value reached."""

from __future__ import annotations

from typing import Final

from handtrack.study.evaluation.finding.conditions import GREY, SHARES, small_name
from handtrack.study.evaluation.finding.finders import LANDMARKER, CandidateFinder, FirstSecondFinder
from handtrack.study.evaluation.finding.pictures import COLOUR, FACES, MEASURED, VIEWS, WINDOWS
from handtrack.study.evaluation.finding.race import FindingResults
from handtrack.study.evaluation.goals import Goal
from handtrack.study.evaluation.limits import at_least, at_most

_NAN: Final = float("nan")
_NETWORK: Final = "palm"
"""The finder that is MediaPipe's palm network in our engine."""


def check_finding_goals(results: FindingResults, finder: str) -> list[Goal]:
    """All goals for one tracker.detector, in a video's first second, beside MediaPipe's HandLandmarker.

    Recall is judged on what people marked, which no network has a say in. What was not measured is neither
    met nor missed.
    """
    ours = f"{finder}, {FirstSecondFinder.role}"

    def recall(condition: str, name: str) -> float:
        row = results.of(MEASURED, condition, name)
        return 100 * row.found / row.wanted if row and row.wanted else _NAN

    def false(name: str) -> float:
        rows = [results.of(of, COLOUR, name) for of in (FACES, WINDOWS, VIEWS)]
        seen = [row for row in rows if row]
        pictures = sum(row.pictures for row in seen)
        return 100 * sum(row.false for row in seen) / pictures if pictures else _NAN

    def cost(name: str) -> float:
        costs = (each.processor for each in results.costs if each.finder == f"{name}, {CandidateFinder.role}")
        found = next(costs, None)
        return found.p50 if found else _NAN

    small = small_name(SHARES[0])
    goals = [
        at_least(
            f"{finder}: hands found, %",
            "MediaPipe IMAGE + 5 points",
            recall(COLOUR, ours),
            recall(COLOUR, LANDMARKER) + 5,
        ),
        at_most(
            f"{finder}: false hands in 100 pictures without any",
            "MediaPipe IMAGE",
            false(ours),
            false(LANDMARKER),
        ),
        at_least(
            f"{finder}: {small} found, %", "MediaPipe IMAGE", recall(small, ours), recall(small, LANDMARKER)
        ),
        at_least(f"{finder}: hands found in grey, %", "in colour", recall(GREY, ours), recall(COLOUR, ours)),
    ]
    if finder != _NETWORK:
        goals.append(
            at_most(
                f"{finder}: processor ms of the finder alone",
                "1/4 of the palm network's",
                cost(finder),
                cost(_NETWORK) / 4,
            )
        )
    return goals
