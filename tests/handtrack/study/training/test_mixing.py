from __future__ import annotations

import torch

from handtrack.model.architecture import Architecture
from handtrack.model.network import HandNetwork
from handtrack.study.training.mixing import mean_of


def test_every_weight_and_statistic_lies_between_by_its_share():
    torch.manual_seed(0)
    first, second, third = networks = [HandNetwork(Architecture(groups=2, loops=2)) for _ in range(3)]
    before = {name: value.clone() for name, value in first.state_dict().items()}
    mixed = mean_of(networks, [0.5, 0.25, 0.25]).state_dict()
    for name, value in second.state_dict().items():
        expected = 0.5 * before[name] + 0.25 * value + 0.25 * third.state_dict()[name]
        torch.testing.assert_close(mixed[name], expected if value.is_floating_point() else before[name])
        torch.testing.assert_close(first.state_dict()[name], before[name])


def test_the_mean_of_one_is_itself():
    network = HandNetwork(Architecture(groups=2, loops=2))
    mixed = mean_of([network], [1.0]).state_dict()
    assert all(torch.equal(mixed[name], value) for name, value in network.state_dict().items())
