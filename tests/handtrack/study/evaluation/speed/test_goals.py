"""Goals of speed from made-up times."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handtrack.study.evaluation.mediapipe_peer import FULL, LITE
from handtrack.study.evaluation.speed import goals
from handtrack.study.evaluation.speed.networks import EstimatorSpeed, NetworkSpeeds
from handtrack.study.evaluation.speed.program import MemoryGrowth, ProcessSpeed, StartSpeed
from handtrack.study.evaluation.speed.scaling import Cost, HandsCost
from handtrack.study.evaluation.speed.timing import Against, Percentiles, Ratio, median_ratio
from handtrack.study.evaluation.speed.tracking import TrackerSpeed


def _ms(value: float) -> Percentiles:
    return Percentiles(10, value, value * 1.1, value * 1.2)


def _ratio(value: float) -> Ratio:
    return Ratio(value, value * 0.95, value * 1.05)


def _against(value: float) -> Against:
    return Against(_ratio(value), _ratio(value))


def _over(ours: float, theirs: float) -> Against:
    ratio = median_ratio([ours] * 3, [theirs] * 3)
    assert ratio is not None
    return Against(ratio, ratio)


def _networks(engine: str, ours: float, one_more: float) -> NetworkSpeeds:
    speed = EstimatorSpeed(
        engine,
        _ms(ours),
        _ms(ours),
        1.2,
        {"encode": _ms(0.8 * ours), "loop 1": _ms(0.2 * ours)},
        _against(one_more),
        _over(ours, 8.0),
        _over(ours, 3.0),
    )
    return NetworkSpeeds(10, 10, (speed,), {FULL: _ms(8.0), LITE: _ms(3.0)}, {}, ())


def test_the_estimator_is_held_against_both_networks() -> None:
    full, lite, more = goals.network_goals(_networks("openvino", ours=1.6, one_more=0.25), "openvino")

    assert (full.met, lite.met, more.met) == (True, False, True)  # 0.2, 0.53, 0.25
    assert full.reached == "0.20 (0.20-0.20) x, processor 0.20 x; 1.60 of 8.00 ms (openvino)"
    assert lite.reached.startswith("0.53 ")
    assert more.reached == "0.25 (0.24-0.26) x, processor 0.25 x (openvino)"


def test_interrupted_work_does_not_meet_a_goal_of_one_thread() -> None:
    networks = _networks("openvino", ours=1.6, one_more=0.2)
    flattered = replace(networks.estimators[0], one_more=Against(_ratio(0.2), _ratio(0.5)))

    more = goals.network_goals(replace(networks, estimators=(flattered,)), "openvino")[-1]

    assert more.met is False


def test_another_engine_is_no_fair_comparison() -> None:
    full, lite, more = goals.network_goals(_networks("torch", ours=0.1, one_more=0.3), "torch")

    assert (full.met, lite.met, more.met) == (None, None, False)
    assert full.reached.startswith("not measured: ")


def test_networks_that_could_not_run_are_not_measured() -> None:
    networks = _networks("openvino", ours=1.0, one_more=0.2)
    alone = replace(networks.estimators[0], against_full=None, against_lite=None, one_more=None)

    found = goals.network_goals(replace(networks, estimators=(alone,), peers={}), "openvino")

    assert [goal.met for goal in found] == [None] * 3


@pytest.mark.parametrize(("ratio", "met"), [(0.3, True), (1 / 3, True), (0.34, False)])
def test_the_tracker_is_held_against_the_landmarker(ratio: float, met: bool) -> None:
    goal = goals.tracker_goal(TrackerSpeed("torch", _ms(4.0), _ms(4.0), {}, _against(ratio)))

    assert goal.met is met
    assert goals.tracker_goal(None).met is None


@pytest.mark.parametrize(("ratio", "met"), [(1.5, True), (1.51, False)])
def test_two_hands_are_held_against_one(ratio: float, met: bool) -> None:
    cost = Cost(10, 1.0, _ms(1.0), _ms(2.0))

    assert goals.hands_goal(HandsCost(cost, cost, _against(ratio), _against(9.0))).met is met
    assert goals.hands_goal(None).met is None


@pytest.mark.parametrize(("library", "met"), [(4.0, True), (3.9, False)])
def test_the_headless_run_is_judged_by_the_whole_call(library: float, met: bool) -> None:
    speed = ProcessSpeed(20.0, 600, 1.0, library=library, command=1.0, steady=9.0, cores=2)

    goal = goals.process_goal(speed)

    assert goal.met is met
    assert goal.reached == f"{library:.1f} x on 2 cores (once running 9.0 x, the whole command 1.0 x)"


def test_starting_up_has_two_goals() -> None:
    found = goals.start_goals(StartSpeed(3, import_package=0.19, first_hand=4.01))

    assert [goal.met for goal in found] == [True, False]


@pytest.mark.parametrize(("half_hour", "met"), [(9.9, True), (-3.0, True), (10.1, False)])
def test_memory_is_judged_over_half_an_hour(half_hour: float, met: bool) -> None:
    growth = MemoryGrowth(4000, 1000, 300.0, 300.5, half_hour * 4000 / 54_000, half_hour, -1.0, 20.0)

    goal = goals.memory_goal(growth)

    assert goal.met is met
    assert "carried on from" in goal.reached
    assert goals.memory_goal(None).met is None
