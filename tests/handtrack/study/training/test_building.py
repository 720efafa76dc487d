from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from handtrack.errors import ConfigError
from handtrack.model.checkpoint import save_weights
from handtrack.model.network import HandNetwork
from handtrack.study.datasets.labelling.depth_reader import depth_reader
from handtrack.study.training.building import new_network, new_optimizer
from handtrack.study.training.settings import TrainingSettings

CPU = torch.device("cpu")


def settings(**changes: object) -> TrainingSettings:
    paths = {name: Path("x") for name in ("data", "labels", "splits")}
    return TrainingSettings.model_validate(paths | changes)


def test_the_lift_is_the_one_that_labels_are_read_with_and_is_not_trained() -> None:
    network = new_network(settings(), CPU)
    assert network.head.lift is not None
    known = depth_reader().lift.state_dict()
    trained = {id(p) for group in new_optimizer(network, settings()).param_groups for p in group["params"]}

    assert all(torch.equal(value, known[name]) for name, value in network.head.lift.state_dict().items())
    assert not any(id(parameter) in trained for parameter in network.head.lift.parameters())
    assert all(id(parameter) in trained for parameter in network.backbone.parameters())


def test_a_network_without_lift_can_be_trained() -> None:
    assert new_network(settings(lift=False), CPU).head.lift is None


def test_a_run_begins_from_earlier_weights_of_the_same_architecture(tmp_path: Path) -> None:
    torch.manual_seed(0)
    earlier = HandNetwork(settings().architecture)
    save_weights(tmp_path / "earlier.safetensors", earlier, {})
    start = tmp_path / "earlier.safetensors"
    network = new_network(settings(start_from=start), CPU)

    assert torch.equal(network.head.value, earlier.head.value)
    with pytest.raises(ConfigError, match="another architecture"):
        new_network(settings(start_from=start, lift=False), CPU)


def test_a_new_network_begins_with_an_encoder_that_has_learned(tmp_path: Path) -> None:
    torch.manual_seed(0)
    save_weights(tmp_path / "earlier.safetensors", earlier := HandNetwork(settings().architecture), {})
    torch.manual_seed(1)
    network = new_network(settings(encoder_from=tmp_path / "earlier.safetensors", groups=1), CPU)

    for part in ("backbone", "presence"):
        known = getattr(earlier, part).state_dict()
        assert all(torch.equal(v, known[name]) for name, v in getattr(network, part).state_dict().items())
    assert not torch.equal(network.refiner.first.weight, earlier.refiner.first.weight)
    trained = {id(p) for group in new_optimizer(network, settings()).param_groups for p in group["params"]}
    assert all(id(parameter) in trained for parameter in network.backbone.parameters())

    narrow = HandNetwork(replace(settings().architecture, channels=32))
    save_weights(tmp_path / "narrow.safetensors", narrow, {})
    with pytest.raises(ConfigError, match=r"encoder_from: .*\(32, 96\) channels, and .* ask for \(64, 96\)"):
        new_network(settings(encoder_from=tmp_path / "narrow.safetensors"), CPU)
