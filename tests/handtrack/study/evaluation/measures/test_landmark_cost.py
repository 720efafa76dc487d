from __future__ import annotations

from pathlib import Path

from handtrack.study.evaluation.measures.landmark_cost import landmark_network_cost


def test_mediapipes_network_is_counted_too(hand_bundle: Path) -> None:
    cost = landmark_network_cost(hand_bundle)

    assert 300 < cost.mmac[0] < 420  # published as about 390 million
    assert 1.9e6 < cost.parameters < 2.9e6  # published as about 2 million
