from __future__ import annotations

import math
from dataclasses import replace

import pytest

from handtrack.study.evaluation.clips import ClipMeasures
from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.goals import Goal
from handtrack.study.evaluation.hand_sets import LABELLED, RENDERED_HANDS, STEREO
from handtrack.study.evaluation.measures.nails import NailMeasures
from handtrack.study.evaluation.measures.summary import SetMeasures, measure_set
from handtrack.study.evaluation.measures.tips import TipMeasures
from handtrack.study.evaluation.unseen_goals import check_unseen_goals
from tests.handtrack.study.evaluation.made import made_comparison, made_facts

EXITS = [[0.9, 0.9]] * 4


def labelled(ours: float, peers: dict[str, float], tips: float = math.nan) -> SetMeasures:
    """Two persons of two hands each, with 2D errors of half the given ones, and one measured tip."""
    made = made_comparison(
        [[ours, 1.0]] * 4, EXITS, {name: [value] * 4 for name, value in peers.items()}, LABELLED
    )
    facts = tuple(made_facts(i, source="anna" if i < 2 else "bert") for i in range(4))
    measured = made.scores[0].measured_percent.copy()
    measured[0, :, 4] = tips
    scores = (replace(made.scores[0], measured_percent=measured), *made.scores[1:])
    return measure_set(Comparison(made.evaluated, facts, scores), [], 0.5)


def goals_of(*sets: SetMeasures, **rest: object) -> dict[str, Goal]:
    return {goal.what: goal for goal in check_unseen_goals(sets, 0, **rest)}  # type: ignore[arg-type]


def find(goals: dict[str, Goal], part: str) -> Goal:
    [found] = [goal for what, goal in goals.items() if part in what]
    return found


def test_nothing_measured_is_neither_met_nor_missed() -> None:
    goals = goals_of(persons=["anna"])

    assert {goal.met for goal in goals.values()} == {None}
    assert find(goals, "anna").reached == "not measured: none of the hands is theirs"
    assert find(goals, "nails").reached == "not measured: none of the hands has marked nails"
    assert find(goals, "jitter").reached == "not measured"


@pytest.mark.parametrize(
    ("ours", "lite", "met"), [(6.0, 6.4, True), (6.0, 5.0, False), (8.0, 9.0, False), (6.0, 6.0, True)]
)
def test_each_person_is_held_against_the_limit_and_mediapipe_lite(
    ours: float, lite: float, met: bool
) -> None:
    measured = labelled(ours, {"MediaPipe full": 2.0, "MediaPipe full, image z": 2.0, "MediaPipe lite": lite})

    goals = goals_of(measured, persons=["anna", "cleo"])

    anna = find(goals, "anna")
    assert anna.met is met
    assert anna.reached == (
        f"{ours / 2:.2f} % of 2 hands (MediaPipe lite {lite / 2:.2f} %; MediaPipe full 1.00 %)"
    )
    assert find(goals, "cleo").met is None
    assert not [what for what in goals if "bert" in what]


def test_without_the_peer_only_a_miss_is_certain() -> None:
    assert find(goals_of(labelled(6.0, {}), persons=["anna"]), "anna").met is None
    assert find(goals_of(labelled(8.0, {}), persons=["anna"]), "anna").met is False


def test_measured_lengths_are_held_against_their_limits() -> None:
    sets = [
        labelled(6.0, {}, tips=1.9),
        measure_set(made_comparison([[7.5, 1.0]] * 4, EXITS, {}, STEREO), [], 0.5),
        measure_set(made_comparison([[7.5, 1.0]] * 4, EXITS, {}, RENDERED_HANDS), [], 0.5),
    ]
    goals = goals_of(*sets)

    for part, reached, met in (
        ("measured finger tips", "1.90 %", True),
        ("stereo pair: PA", "7.50 mm", False),
        ("rendered validation: PA", "7.50 mm", True),
    ):
        assert (find(goals, part).reached, find(goals, part).met) == (reached, met)
    assert find(goals_of(labelled(6.0, {}, tips=2.1)), "measured finger tips").met is False
    assert find(goals, "inside 1 sigma").met is False
    assert find(goals, "inside 2 sigma").reached == "x 100.0 %, y 100.0 %, depth 100.0 %"


CELLS = ("open; palm", "open; palm", "fist, thumb in; to camera", "point, thumb out; to camera")


def in_cells(name: str, ours: list[float], peers: dict[str, list[float]]) -> SetMeasures:
    """Four hands of these cells, with aligned errors in mm; those in the image, in %, are half of them."""
    made = made_comparison([[each, 1.0] for each in ours], EXITS, peers, name)
    facts = tuple(made_facts(number, cell=cell) for number, cell in enumerate(CELLS))
    return measure_set(Comparison(made.evaluated, facts, made.scores), [], 0.5)


def test_no_cell_of_the_map_may_be_bad() -> None:
    full = {"MediaPipe full": [9.0] * 4, "MediaPipe full, image z": [13.0, 13.0, 15.0, 16.0]}

    missed = find(goals_of(in_cells(RENDERED_HANDS, [20.0, 7.0, 14.5, 17.0], full)), "cells")
    met = find(goals_of(in_cells(RENDERED_HANDS, [20.0, 7.0, 14.0, 14.0], {})), "cells")

    assert missed.reached == "2 of 3 above, worst 17.0 mm (point, thumb out; to camera) (MediaPipe full 2)"
    assert missed.met is False
    assert (met.reached, met.met) == ("0 of 3 above", True)
    assert find(goals_of(labelled(6.0, {})), "cells").met is None


def test_closed_hands_towards_the_camera_are_judged_by_their_tips() -> None:
    full = {"MediaPipe full": [2.0, 2.0, 20.0, 21.0], "MediaPipe full, image z": [2.0] * 4}

    missed = find(goals_of(in_cells(LABELLED, [2.0, 2.0, 19.0, 21.0], full)), "camera, labelled")
    met = find(goals_of(in_cells(RENDERED_HANDS, [30.0, 30.0, 20.0, 20.0], {})), "camera, rendered")

    assert (missed.reached, missed.met) == ("0.50 of 2 (MediaPipe full 0.50)", False)
    assert (met.reached, met.met) == ("1.00 of 2", True)
    assert find(goals_of(labelled(6.0, {})), "camera, labelled").met is None


@pytest.mark.parametrize(("ours", "met"), [(0.9, True), (0.89, False)])
def test_nails_are_held_against_mediapipe_full(ours: float, met: bool) -> None:
    nails = NailMeasures("bert", 2, 10, 0.95, {"ours": 0.5, "MediaPipe full": 0.9}, {"ours": ours})
    goals = goals_of(replace(labelled(6.0, {}), nails=(nails,)))

    assert find(goals, "nails: bert").met is met
    assert (
        find(goals, "nails: bert").reached
        == f"{ours:.3f} of 10 nails (MediaPipe full 0.900; the labels 0.950)"
    )
    assert find(goals, "persons not trained on: bert").reached == "3.00 % of 2 hands"
    alone = replace(nails, last={"ours": 0.5})
    assert find(goals_of(replace(labelled(6.0, {}), nails=(alone,))), "nails: bert").met is None


def test_jitter_is_that_of_the_counting_hand_with_warm_starts() -> None:
    def clip(name: str, start: str, jitter: float) -> ClipMeasures:
        return ClipMeasures(f"clips/{name}.mp4", start, 9, 1.0, 1.0, jitter, None, None, 0)

    clips = [
        clip("desk", "warm", 0.1),
        clip("counting_hand", "cold", 0.2),
        clip("counting_hand", "warm", 0.8),
    ]

    goal = find(goals_of(clips=clips), "jitter")

    assert (goal.reached, goal.met) == ("0.80 %", False)
    assert find(goals_of(clips=clips[:2]), "jitter").met is None


def test_fast_clips_are_judged_at_the_networks_first_row() -> None:
    def row(way: str, estimator: str, loops: str, within: float) -> TipMeasures:
        return TipMeasures(way, estimator, loops, 200, 150, within, 5.0, 3.0)  # type: ignore[arg-type]

    tips = [
        row("fresh", "ours", "gate 0.5", 0.94),
        row("fresh", "ours", "all 4", 0.5),
        row("fresh", "other weights", "gate 0.5", 0.4),
        row("fresh", "MediaPipe full", "", 0.9),
        row("tracked", "ours", "gate 0.5", 0.81),
    ]

    goals = goals_of(tips=tips)

    assert find(goals, "fresh").met
    assert find(goals, "fresh").reached == "0.940 of 150 frames (ours all 4 0.500; MediaPipe full 0.900)"
    assert find(goals, "tracked").met is False
    assert find(goals, "tracked").reached == "0.810 of 200 frames"
