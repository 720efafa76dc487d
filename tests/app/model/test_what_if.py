from __future__ import annotations

from dataclasses import replace

import pytest

from app.model.what_if import Cost, LoopTimes, WhatIf, loops_at
from handtrack.config import Settings
from handtrack.hand import FrameResult, Hand, Still
from handtrack.sessions import SessionRecorder, read_session
from tests.app.sample_results import sample_hand, sample_result

THRESHOLDS = (0.25, 0.5, 0.75)


def hand_with(*probabilities: float, crops: int = 1) -> Hand:
    hand = sample_hand()
    trace = tuple(replace(hand.trace[0], exit_probability=one) for one in probabilities)
    return replace(hand, trace=trace, iterations=len(trace), crops=crops)


def frame(*hands: Hand, index: int = 0, milliseconds: float = 0.0) -> FrameResult:
    return replace(sample_result(hands, index=index), timings={"estimate": milliseconds})


def costs(model: WhatIf, recent: bool = True) -> tuple[float, dict[float, Cost]]:
    """Mean loops that ran, and the cost of each threshold."""
    found = model.costs(recent)
    assert found is not None
    return found[0], {cost.threshold: cost for cost in found[1]}


@pytest.mark.parametrize(
    ("trace", "threshold", "loops"),
    [
        ((0.3, 0.8), 0.25, (1, True)),
        ((0.3, 0.8), 0.5, (2, True)),
        ((0.3, 0.8), 0.9, (3, False)),
        ((0.1, 0.2, 0.3), 0.5, (4, False)),
        ((0.1, 0.2, 0.3, 0.4), 0.9, (4, True)),
    ],
)
def test_where_the_trace_is_too_short_it_is_one_loop_more_at_least(trace, threshold, loops):
    assert loops_at(trace, threshold, most=4) == loops


def test_the_threshold_in_force_gives_what_ran():
    model = WhatIf(10.0, THRESHOLDS)
    for index, trace in enumerate([(0.6,), (0.3, 0.9), (0.55,), (0.1, 0.2, 0.8)]):
        model.add(frame(hand_with(*trace), index=index))
    ran, at = costs(model)
    assert ran == pytest.approx(7 / 4)
    assert (at[0.5].loops, at[0.5].at_least) == (ran, False)
    assert at[0.25].loops == pytest.approx((1 + 1 + 1 + 3) / 4)
    assert at[0.75].at_least
    assert at[0.75].loops == pytest.approx((2 + 2 + 2 + 3) / 4)


def test_only_the_last_seconds_count_and_all_since_the_start_are_known_too():
    model = WhatIf(1.0, THRESHOLDS)
    for index in range(30):
        model.add(frame(hand_with(0.1, 0.1, 0.1, 0.1), index=index))
    for index in range(30, 90):
        model.add(frame(hand_with(0.9), index=index))
    ran, at = costs(model)
    assert ran == at[0.5].loops == 1
    ran, at = costs(model, recent=False)
    assert ran == pytest.approx((30 * 4 + 60) / 90)
    assert at[0.75].loops == pytest.approx(ran)
    assert not at[0.75].at_least


def test_a_frame_that_is_looked_at_again_counts_once():
    model = WhatIf(10.0, THRESHOLDS)
    model.add(frame(hand_with(0.1, 0.9), index=0))
    model.add(frame(hand_with(0.9), index=1))
    for _ in range(5):
        model.add(frame(hand_with(0.9), index=1))
    assert costs(model, recent=False)[0] == 1.5
    model.add(frame(hand_with(0.1, 0.9), index=0))
    assert costs(model)[0] == 2, "what came after the cursor does not count"
    assert costs(model, recent=False)[0] == 1.5


def test_a_recorded_session_is_known_at_once(tmp_path):
    traces = [(0.6,), (0.3, 0.9), (0.1, 0.2, 0.3, 0.4), (0.2, 0.5, 0.8)]
    frames = [frame(hand_with(*trace), hand_with(0.9), index=index) for index, trace in enumerate(traces)]
    frames += [frame(index=4), frame(hand_with(0.4), index=5)]
    with SessionRecorder(tmp_path / "session", settings=Settings()) as recorder:
        for each in frames:
            recorder.write(each)
    model, one_by_one = WhatIf(10.0, THRESHOLDS), WhatIf(10.0, THRESHOLDS)
    model.fill(read_session(tmp_path / "session"))
    for each in frames:
        one_by_one.add(each)
    assert model.costs(recent=False) == one_by_one.costs(recent=False)
    assert model.costs(recent=True) is None, "the cursor is nowhere yet"
    model.add(frames[3])
    assert costs(model)[0] == pytest.approx((1 + 2 + 4 + 3 + 4) / 8)


def test_without_a_hand_nothing_is_claimed():
    model = WhatIf(10.0, THRESHOLDS)
    assert model.costs(recent=True) is None
    model.add(frame())
    assert model.costs(recent=True) is model.costs(recent=False) is None
    model.add(frame(hand_with(0.9), index=1))
    model.forget()
    assert model.costs(recent=True) is model.costs(recent=False) is None


def test_milliseconds_follow_what_was_timed():
    times = LoopTimes()
    for _ in range(20):
        times.add((hand_with(0.9),), 2.0)
    assert times.expected(1.0) is None, "nothing is known of another loop"
    for _ in range(20):
        times.add((hand_with(0.1, 0.9),), 3.5)
    times.add((hand_with(0.1, 0.9),), 90.0)
    assert times.expected(1.0) == pytest.approx(2.0)
    assert times.expected(2.4) == pytest.approx(2.0 + 1.4 * 1.5)


def test_frames_that_are_not_one_hand_in_one_crop_are_not_timed():
    times = LoopTimes()
    for _ in range(20):
        times.add((hand_with(0.9),), 2.0)
        times.add((hand_with(0.1, 0.9, crops=3),), 50.0)
        times.add((hand_with(0.1, 0.9), hand_with(0.9)), 50.0)
        times.add((), 50.0)
    assert times.expected(2.0) is None

    model = WhatIf(10.0, THRESHOLDS)
    for index in range(20):
        still = frame(hand_with(0.1, 0.9), index=2 * index, milliseconds=50.0)
        model.add(replace(still, frame=replace(still.frame, still=Still("a", 1, 1))))
        model.add(frame(hand_with(0.9), index=2 * index + 1, milliseconds=2.0))
    assert model.times.expected(2.0) is None


def test_that_more_loops_take_less_time_is_not_believed():
    times = LoopTimes()
    for _ in range(20):
        times.add((hand_with(0.9),), 3.0)
        times.add((hand_with(0.1, 0.9),), 2.0)
    assert times.expected(1.5) is None
