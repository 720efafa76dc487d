"""The goals of motion, from measures made by hand."""

from __future__ import annotations

from dataclasses import replace

from handtrack.study.evaluation.motion.bench import ALL_RENDERED, MotionResults, MotionRow
from handtrack.study.evaluation.motion.goals import check_motion_goals
from handtrack.study.evaluation.motion.real_clips import FAST
from handtrack.study.evaluation.motion.samples import MotionMeasures, MotionSamples, summarise
from handtrack.study.evaluation.speed.timing import Percentiles

NOTHING = summarise(MotionSamples())


def results(**kinds: tuple[MotionMeasures, MotionMeasures]) -> MotionResults:
    names = {"fast": FAST, "rendered": ALL_RENDERED}
    rows = [
        MotionRow("", names.get(kind, kind), name, each)
        for kind, both in kinds.items()
        for name, each in zip(("ours", "peer"), both, strict=True)
    ]
    return MotionResults((), tuple(rows))


def met(found: MotionResults, start: str) -> bool | None:
    [goal] = [goal for goal in check_motion_goals(found, "ours", "peer") if goal.what.startswith(start)]
    return goal.met


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    assert {goal.met for goal in check_motion_goals(MotionResults((), ()), "ours", None)} == {None}


def test_fast_clips_are_held_against_the_peer() -> None:
    peer = replace(
        NOTHING, tips_within=0.7, lost=20, jitter_percent=10.0, lag_ms=1.0, time=Percentiles(9, 1, 30, 30)
    )
    good = replace(
        NOTHING, tips_within=0.76, lost=10, jitter_percent=7.0, lag_ms=3.0, time=Percentiles(9, 1, 20, 30)
    )
    for start, worse in (
        ("fast clips: both tips", {"tips_within": 0.74}),
        ("fast clips: frames missed", {"lost": 11}),
        ("fast clips: jitter", {"jitter_percent": 7.1}),
        ("fast clips: jitter", {"lag_ms": 5.0}),
        ("fast clips: p95", {"time": Percentiles(9, 1, 20.1, 30)}),
    ):
        assert met(results(fast=(good, peer)), start) is True
        assert met(results(fast=(replace(good, **worse), peer)), start) is False


def test_the_worst_of_other_conditions_is_held_against_the_peer() -> None:
    names = "fast clips, in the dark", "fast clips, in grey"
    start = "fast clips, worst of other conditions"
    far_ahead = replace(NOTHING, tips_within=0.9), replace(NOTHING, tips_within=0.1)
    for ours, is_met in ((0.5, True), (0.49, False)):
        close = replace(NOTHING, tips_within=ours), replace(NOTHING, tips_within=0.5)
        assert met(results(**dict(zip(names, (far_ahead, close), strict=True))), start) is is_met


def test_rendered_clips_are_held_against_fixed_limits() -> None:
    for kind, start, good, bad in (
        ("leaving", "rendered, leaving", {"find_again": 2.0}, {"find_again": 2.5}),
        ("leaving", "rendered, leaving", {"find_again": 0.0}, {"find_again": float("inf")}),
        ("rendered", "rendered: frames with", {"ghosts": 2, "frames": 1000}, {"ghosts": 3, "frames": 1000}),
        ("crossing", "rendered: cross", {"crossed": 1, "crossings": 50}, {"crossed": 1, "crossings": 49}),
    ):
        assert met(results(**{kind: (replace(NOTHING, **good), NOTHING)}), start) is True
        assert met(results(**{kind: (replace(NOTHING, **bad), NOTHING)}), start) is False


def test_one_long_ghost_in_cuts_or_leaving_is_too_much() -> None:
    short, long = replace(NOTHING, ghost_run=2), replace(NOTHING, ghost_run=3)

    assert met(results(cut=(short, NOTHING), leaving=(short, NOTHING)), "rendered, cuts") is True
    assert met(results(cut=(short, NOTHING), leaving=(long, NOTHING)), "rendered, cuts") is False


def test_speeds_up_to_four_count_by_their_frames() -> None:
    def clip(name: str, within: float, whole: int) -> MotionRow:
        return MotionRow(name, "speed", "ours", replace(NOTHING, joints_within=within, whole=whole))

    slow, fast = clip("speed_1_at_30", 1.0, 90), clip("speed_4_at_30", 0.7, 10)
    start = "rendered, to 4"

    assert met(MotionResults((slow, fast, clip("speed_6_at_30", 0.0, 90)), ()), start) is True
    assert (
        met(MotionResults((slow, replace(fast, measures=replace(fast.measures, whole=20))), ()), start)
        is False
    )
