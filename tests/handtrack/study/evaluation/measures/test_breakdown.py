from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from handtrack.study.evaluation.measures.breakdown import (
    IMAGE_OF,
    OF,
    TIPS,
    TIPS_OF,
    break_down,
    group_means,
    skin_class,
    terciles,
)
from tests.handtrack.study.evaluation.made import made_comparison, made_facts


def test_means_are_taken_over_each_group() -> None:
    breakdown = group_means("colour", ["red", "blue", "red"], {"a": np.array([1.0, 5.0, 3.0])})

    assert breakdown.by == "colour"
    assert [(group.label, group.hands, group.means["a"]) for group in breakdown.groups] == [
        ("blue", 1, 5.0),
        ("red", 2, 2.0),
    ]


def test_unknown_values_do_not_count() -> None:
    [group] = group_means("all", ["x", "x"], {"a": np.array([np.nan, 3.0]), "b": np.full(2, np.nan)}).groups

    assert group.means["a"] == 3.0
    assert np.isnan(group.means["b"])


def test_thirds_are_named_with_their_range() -> None:
    labels = terciles(np.array([30.0, 0, 60, 10, 50, 40]), ("low", "mid", "high"), "m")

    assert [label.split()[1] for label in labels] == ["mid", "low", "high", "low", "high", "mid"]
    assert labels[1] == "1 low (0 to 23 m)"
    assert labels[2] == "3 high (43 to 60 m)"


def test_thirds_of_nothing_are_not_known() -> None:
    values = np.array([1.0, np.nan, 2.0, 3.0])

    assert terciles(values, ("a", "b", "c"), "m")[1] == "not known"
    assert set(terciles(np.full(3, np.nan), ("a", "b", "c"), "m")) == {"not known"}


def test_the_network_is_broken_down_at_the_gates_default_beside_its_peers() -> None:
    comparison = made_comparison(
        [[10.0, 6.0], [20.0, 12.0]], [[0.9, 0.9], [0.1, 0.9]], {"MediaPipe full": [5.0, 7.0]}
    )

    by = {breakdown.by: breakdown for breakdown in break_down(comparison, 0.5)}

    assert set(by) == {
        "source",
        "loops used",
        "brightness of the hand",
        "how closed the hand is",
        "pose and view",
        "skin as the picture shows it",
    }
    one, two = by["loops used"].groups
    assert (one.label, two.label) == ("1 loop", "2 loops")
    assert one.means["pa_mpjpe_mm"] == pytest.approx(10.0)
    assert two.means["pa_mpjpe_mm"] == pytest.approx(12.0)  # after its second loop
    assert two.means["error_2d_percent"] == pytest.approx(6.0)
    assert two.means[f"{OF}MediaPipe full"] == pytest.approx(7.0)
    assert f"{OF}mean pose" not in two.means
    assert (two.means[TIPS], two.means[f"{TIPS_OF}MediaPipe full"]) == (1.0, 1.0)
    # Sigma is 0.01 of a crop of 150 on a hand of 100; 42 of 62 residuals are inside, those of depth not.
    assert one.means["sigma_percent"] == pytest.approx(1.5)
    assert one.means["within_1_sigma"] == pytest.approx(42 / 62)
    assert one.means["loops"] == 1
    [everything] = by["source"].groups
    assert (everything.label, everything.hands) == ("made", 2)
    assert everything.means["pa_mpjpe_mm"] == pytest.approx(11.0)


@pytest.mark.parametrize(
    ("typology", "label"),
    [
        (70.0, "1 very light"),
        (50.0, "2 light"),
        (30.0, "3 intermediate"),
        (10.0, "5 brown"),
        (-80.0, "6 dark"),
    ],
)
def test_skin_is_classed_by_its_typology(typology: float, label: str) -> None:
    assert skin_class(typology).startswith(label)
    assert skin_class(float("nan")) == "not known"


def test_rendered_hands_are_grouped_by_their_known_tone() -> None:
    comparison = made_comparison([[10.0, 6.0], [20.0, 12.0], [30.0, 20.0]], [[0.9, 0.9]] * 3, {})
    toned = tuple(
        replace(facts, skin_tone=tone) for facts, tone in zip(comparison.facts, (1, 5, 9), strict=True)
    )
    comparison = replace(comparison, facts=toned)

    by = {breakdown.by: breakdown for breakdown in break_down(comparison, 0.5)}

    assert [group.label.split()[1] for group in by["skin tone"].groups] == ["light", "middle", "dark"]


def test_without_a_network_there_is_nothing_to_break_down() -> None:
    comparison = made_comparison([[10.0]], [[0.9]], {"MediaPipe full": [5.0]})
    without = type(comparison)(comparison.evaluated, (made_facts(0),), comparison.scores[1:])

    assert break_down(without, 0.5) == ()


def test_image_errors_of_the_others_stand_beside_once() -> None:
    peers = {"MediaPipe lite": [6.0, 8.0], "MediaPipe lite, image z": [6.0, 8.0]}

    breakdowns = break_down(made_comparison([[10.0], [20.0]], [[0.9]] * 2, peers), 0.5)
    [made] = next(each.groups for each in breakdowns if each.by == "source")

    assert {name: value for name, value in made.means.items() if name.startswith(IMAGE_OF)} == {
        IMAGE_OF + "MediaPipe lite": pytest.approx(3.5)
    }
    assert OF + "MediaPipe lite, image z" in made.means
