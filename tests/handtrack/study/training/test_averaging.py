"""The averaged copy follows the network, and takes in what the run began with."""

from __future__ import annotations

import pytest
import torch

from handtrack.model.network import HandNetwork
from handtrack.study.training.averaging import WeightAverage


def _moved(network: HandNetwork, by: float) -> HandNetwork:
    with torch.no_grad():
        for value in network.state_dict().values():
            value += int(by) if not value.is_floating_point() else by
    return network


@pytest.fixture
def network() -> HandNetwork:
    torch.manual_seed(0)
    return HandNetwork()


def test_the_average_goes_a_small_part_of_the_way_and_counters_all_of_it(network):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    average = WeightAverage(network, 0.9)

    average.update(_moved(network, 1.0), step=10_000)

    for name, value in average.network.state_dict().items():
        way = 0.1 if value.is_floating_point() else 1
        torch.testing.assert_close(value, before[name] + way)
