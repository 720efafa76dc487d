"""Goals that are a value held against a limit."""

from __future__ import annotations

import math

from handtrack.study.evaluation.goals import NOT_MEASURED, Goal


def at_least(what: str, aim: str, value: float, limit: float) -> Goal:
    """A goal met from the limit on; NaN for what was not measured. aim: the limit in words."""
    return _judged(what, f">= {aim}", value, limit, value >= limit)


def at_most(what: str, aim: str, value: float, limit: float) -> Goal:
    """A goal met up to the limit, else as `at_least`."""
    return _judged(what, f"<= {aim}", value, limit, value <= limit)


def _judged(what: str, aim: str, value: float, limit: float, met: bool) -> Goal:
    if math.isnan(value) or math.isnan(limit):
        return Goal(what, aim, NOT_MEASURED, None)
    return Goal(what, aim, f"{value:.3g} (limit {limit:.3g})", bool(met))
