"""The window's goals from a made-up run of it."""

from __future__ import annotations

from dataclasses import replace

from handtrack.study.evaluation.speed.window_goals import window_goals
from handtrack.study.evaluation.speed.window_run import WindowMeasure

GOOD = WindowMeasure(
    source="camera.mp4",
    source_width=1280,
    source_height=720,
    source_fps=30.0,
    seconds=10.0,
    visible_seconds=0.9,
    first_frame_seconds=2.0,
    first_hand_seconds=2.5,
    captured=300,
    missed=0,
    dropped=0,
    dropped_before=4,
    tracked=300,
    drawn=300,
    latency_p50_ms=20.0,
    latency_p95_ms=40.0,
    latency_p99_ms=60.0,
    stage_ms={"total": 5.0},
    mean_loops=1.1,
    window_thread_cores=0.3,
    process_cores=1.1,
    thread_cores={"window": 0.3},
    resident_settled_mb=600.0,
    resident_end_mb=610.0,
    resident_peak_mb=700.0,
    resident_mb=(600.0, 610.0),
)


def test_a_good_run_meets_all() -> None:
    goals = window_goals(GOOD, "")

    assert [goal.met for goal in goals] == [True] * 6
    assert goals[1].reached == "0 of 300 in 10 s"
    assert goals[3].reached == "30% of a core"


def test_a_bad_run_meets_none() -> None:
    bad = replace(
        GOOD,
        visible_seconds=1.1,
        missed=2,
        dropped=1,
        latency_p95_ms=40.1,
        window_thread_cores=0.4,
        process_cores=1.2,
        resident_peak_mb=701.0,
    )

    goals = window_goals(bad, "")

    assert [goal.met for goal in goals] == [False] * 6
    assert goals[1].reached == "3 of 302 in 10 s"


def test_what_was_not_measured_says_why() -> None:
    assert {goal.reached for goal in window_goals(None, "no screen")} == {"not measured: no screen"}
    memory = window_goals(replace(GOOD, resident_peak_mb=None), "")[-1]
    assert memory.met is None
