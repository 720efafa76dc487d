from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from handtrack.errors import ModelError
from handtrack.model.architecture import Architecture
from handtrack.model.checkpoint import save_weights
from handtrack.model.network import HandNetwork
from handtrack.study.evaluation.contestants import mediapipe_contestants, network_contestants


def weights(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    architecture = Architecture(channels=8, context_channels=8, groups=2, group_channels=4, loops=2)
    save_weights(path, HandNetwork(architecture), {})
    return path


def test_a_network_comes_with_its_cost_and_its_file(tmp_path: Path) -> None:
    path = weights(tmp_path / "best.safetensors")

    [contestant] = network_contestants([path])

    assert contestant.estimator.name == "best"
    assert contestant.weights == "best.safetensors"
    assert contestant.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert contestant.cost is not None
    assert len(contestant.cost.loops) == 2
    assert contestant.group_certainty == pytest.approx(0.5)  # untrained: either of two groups


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["a/x.safetensors", "a/y.safetensors"], ["x", "y"]),
        (["a/w.safetensors", "b/w.safetensors"], ["a", "b"]),
        (["1/a/w.safetensors", "2/a/w.safetensors"], None),
    ],
)
def test_networks_are_told_apart_by_name(tmp_path: Path, paths: list[str], names: list[str] | None) -> None:
    files = [weights(tmp_path / path) for path in paths]

    found = [each.estimator.name for each in network_contestants(files)]

    assert found == (names or [str(path) for path in files])


def test_weights_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="does not exist"):
        network_contestants([tmp_path / "none.safetensors"])


def test_mediapipe_takes_part_with_both_its_answers_and_both_its_networks(hand_bundle: Path) -> None:
    contestants = mediapipe_contestants(hand_bundle, lite=hand_bundle, careful=True)

    assert [each.estimator.name for each in contestants] == [
        "MediaPipe full",
        "MediaPipe full, image z",
        "MediaPipe lite",
        "MediaPipe lite, image z",
        "MediaPipe full, 16 passes",
        "MediaPipe lite, 16 passes",
        "MediaPipe full and lite, 16 passes",
    ]
    assert all(each.cost is not None for each in contestants[:4])
    assert all(each.cost is None for each in contestants[4:])
    assert all(each.weights is None for each in contestants)


def test_mediapipe_can_take_part_carefully_alone(hand_bundle: Path) -> None:
    contestants = mediapipe_contestants(hand_bundle, once=False, careful=True)

    assert [each.estimator.name for each in contestants] == ["MediaPipe full, 16 passes"]
