from __future__ import annotations

import json

from handtrack.model.cost import NetworkCost
from handtrack.study.evaluation.contestants import Contestant
from handtrack.study.evaluation.evaluation import evaluate_comparisons, evaluation_values
from handtrack.study.evaluation.hand_sets import STEREO
from tests.handtrack.study.evaluation.made import Named, made_comparison

OURS = Contestant(
    Named("ours"), NetworkCost(600_000, 60_000_000, (25_000_000, 20_000_000)), "ours.safetensors", "12ab", 1.0
)
PEER = Contestant(Named("MediaPipe full"), NetworkCost(2_000_000, 300_000_000, (0,)))


def test_everything_is_written_down_in_plain_values() -> None:
    comparison = made_comparison([[8.0, 6.0]] * 3, [[0.9, 0.9]] * 3, {"MediaPipe full": [10.0] * 3}, STEREO)

    evaluation = evaluate_comparisons([OURS, PEER], [comparison], 0.5, seed=3, limit=3, notes=["a note"])
    values = json.loads(json.dumps(evaluation_values(evaluation), allow_nan=False))

    assert (values["seed"], values["limit"], values["gate_threshold"]) == (3, 3, 0.5)
    assert values["notes"] == ["a note"]
    ours, peer = values["estimators"]
    assert (ours["weights"], ours["sha256"], ours["mmac"]) == ("ours.safetensors", "12ab", [85.0, 105.0])
    assert (peer["weights"], peer["mmac"]) == (None, [300.0])
    [measured] = values["sets"]
    assert (measured["name"], measured["hands"]) == (STEREO, 3)
    first = measured["measures"][0]
    assert [loop["pa_mpjpe_mm"] for loop in first["loops"]] == [8.0, 6.0]
    assert first["gate"]["default"]["mean_loops"] == 1.0
    assert first["gate"]["default"]["mmac"] == 85.0
    assert len(first["gate"]["points"]) == 21
    assert first["at_default"]["uncertainty"]["within_1_sigma"]["depth"] == 0.0
    assert first["at_default"]["uncertainty"]["ranking"]["space_joints"] is None  # all errors are equal
    assert measured["measures"][1]["gate"] is None
    assert measured["breakdowns"][0]["groups"][0]["hands"] == 3
    assert {goal["what"]: goal["met"] for goal in values["goals"]}["real 3D, stereo pair: PA-MPJPE"] is False


def test_the_network_is_the_first_with_weights() -> None:
    comparison = made_comparison([[8.0, 6.0]] * 3, [[0.9, 0.9]] * 3, {})

    assert evaluate_comparisons([OURS], [comparison], 0.5).network == 0
    assert evaluate_comparisons([], [], 0.5).network is None
    assert evaluate_comparisons([PEER], [], 0.5).goals == ()
