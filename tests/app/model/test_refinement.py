from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.model.refinement import gate_leaves, leaves_after, steps_as_tracked, steps_from_nothing
from handtrack.cropping import to_crop_sides
from handtrack.hand import Hand
from handtrack.tracking.unfolding import UnfoldedLoop
from tests.app.sample_results import sample_hand


def refined_hand(probabilities: tuple[float, ...]) -> Hand:
    """A hand each of whose loops moved the index tip by 4 pixels, and nothing else."""
    hand = sample_hand()
    trace = []
    for loop, probability in enumerate(probabilities):
        joints = hand.joints_2d.copy()
        joints[8, 0] += 4 * loop
        trace.append(replace(hand.trace[0], joints_2d=joints, exit_probability=probability))
    return replace(hand, trace=tuple(trace), iterations=len(trace))


def unfolded(hand: Hand, probabilities: tuple[float, ...]) -> tuple[UnfoldedLoop, ...]:
    return tuple(
        UnfoldedLoop(
            loop.joints_2d, loop.sigma_2d, loop.exit_probability, None if number == 0 else np.ones((16, 16))
        )
        for number, loop in enumerate(refined_hand(probabilities).trace)
    )


@pytest.mark.parametrize(
    ("probabilities", "threshold", "after"),
    [
        ((0.3, 0.8), 0.0, 1),
        ((0.3, 0.8), 0.3, 1),
        ((0.3, 0.8), 0.5, 2),
        ((0.3, 0.8), 0.9, None),
        ((0.3, 0.4, 0.4, 0.4), 0.9, 4),
        ((0.3, 1.0), 1.0, None),
        ((), 0.5, None),
    ],
)
def test_a_threshold_ends_at_the_first_loop_that_reaches_it_or_at_the_last(probabilities, threshold, after):
    assert leaves_after(probabilities, threshold, most=4) == after


def test_at_threshold_one_the_gate_never_leaves():
    assert gate_leaves(0.999, 0.99)
    assert not gate_leaves(1.0, 1.0)


def test_as_tracked_shows_what_ran_and_knows_nothing_of_the_rest():
    first, second, *rest = steps_as_tracked(refined_hand((0.3, 0.6)), most=4)

    assert (first.runs, first.leaves, first.move) == (True, False, None)
    assert (second.runs, second.leaves) == (True, True)
    assert second.move is not None
    assert second.move.joint == "index tip"
    assert second.move.most == pytest.approx(4)
    assert second.move.mean == pytest.approx(4 / 21)
    assert (first.would_leave, second.would_leave) == ((0.25,), (0.5,)), "0.75 would have gone on"
    assert [step.number for step in rest] == [3, 4]
    assert all(step.joints is None and not step.runs and step.would_leave == () for step in rest)


def test_from_nothing_marks_the_loops_that_the_gate_leaves_out():
    probabilities = (0.1, 0.6, 0.9, 0.97)
    hand = refined_hand(probabilities)
    steps = steps_from_nothing(unfolded(hand, probabilities), hand.crop, threshold=0.5, most=4)

    assert [step.runs for step in steps] == [True, True, False, False]
    assert [step.leaves for step in steps] == [False, True, False, False]
    assert [step.would_leave for step in steps] == [(), (0.25, 0.5), (0.75,), ()]
    assert all(step.joints is not None for step in steps), "what is left out has real values too"
    assert steps[3].joints is not None
    np.testing.assert_allclose(steps[3].joints, to_crop_sides(hand.trace[3].joints_2d, hand.crop))
    assert steps[0].sigma_pixels == pytest.approx(float(hand.sigma_2d.mean()))
    assert steps[0].sigma is not None
    np.testing.assert_allclose(steps[0].sigma * hand.crop.size, hand.sigma_2d, rtol=1e-5)
    assert steps[0].attention is None
    assert steps[1].attention is not None


def test_where_no_loop_is_sure_enough_the_last_one_is_where_it_ends():
    probabilities = (0.1, 0.2, 0.3, 0.4)
    hand = refined_hand(probabilities)
    steps = steps_from_nothing(unfolded(hand, probabilities), hand.crop, threshold=0.9, most=4)

    assert [step.leaves for step in steps] == [False, False, False, True]
    assert all(step.runs for step in steps)
    assert steps[3].would_leave == (0.5, 0.75)
