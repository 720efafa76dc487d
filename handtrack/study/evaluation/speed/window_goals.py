"""The window's goals, from what one run of the window measured of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from handtrack.study.evaluation.goals import Goal
from handtrack.study.evaluation.speed.goals import not_measured
from handtrack.study.evaluation.speed.window_run import WindowMeasure

VISIBLE_S: Final = 1.0
LATENCY_MS: Final = 40.0
WINDOW_THREAD_CORES: Final = 0.4
PROGRAM_CORES: Final = 1.2
MEMORY_MB: Final = 700.0

_Verdict = tuple[str, bool]


def window_goals(window: WindowMeasure | None, why_not: str) -> list[Goal]:
    """All goals of the window. why_not: what to say of them where the window was not measured."""

    def judged(what: str, aim: str, judge: Callable[[WindowMeasure], _Verdict | None]) -> Goal:
        if window is None:
            return not_measured(what, aim, why_not)
        verdict = judge(window)
        if verdict is None:
            return not_measured(what, aim, "this system does not tell it")
        return Goal(what, aim, *verdict)

    return [
        judged("window visible", "<= 1.0 s", _visible),
        judged("camera frames dropped, window open", "none", _dropped),
        judged("from capture to the drawn picture, p95", "<= 40 ms", _latency),
        judged("window thread", "< 40 % of a core", _window_thread),
        judged("whole program with its window", "< 1.2 cores", _program),
        judged("memory with the window", "<= 700 MB", _memory),
    ]


def _visible(window: WindowMeasure) -> _Verdict:
    return f"{window.visible_seconds:.2f} s", window.visible_seconds <= VISIBLE_S


def _dropped(window: WindowMeasure) -> _Verdict:
    lost = window.dropped + window.missed
    return f"{lost} of {window.captured + window.missed} in {window.seconds:.0f} s", lost == 0


def _latency(window: WindowMeasure) -> _Verdict:
    text = f"{window.latency_p95_ms:.1f} ms (p50 {window.latency_p50_ms:.1f} ms)"
    return text, window.latency_p95_ms <= LATENCY_MS


def _window_thread(window: WindowMeasure) -> _Verdict:
    return f"{window.window_thread_cores:.0%} of a core", window.window_thread_cores < WINDOW_THREAD_CORES


def _program(window: WindowMeasure) -> _Verdict:
    return f"{window.process_cores:.2f} cores", window.process_cores < PROGRAM_CORES


def _memory(window: WindowMeasure) -> _Verdict | None:
    peak = window.resident_peak_mb
    return None if peak is None else (f"{peak:.0f} MB at most", peak <= MEMORY_MB)
