from __future__ import annotations

import torch

from handtrack.model.architecture import Architecture
from handtrack.model.network import HandNetwork
from handtrack.study.training.mixing import mean_of


def test_every_weight_and_statistic_lies_between_by_its_share():
    torch.manual_seed(0)
    first, second = (HandNetwork(Architecture(groups=2, loops=2)) for _ in range(2))
    before = {name: value.clone() for name, value in first.state_dict().items()}
    mixed = mean_of(first, second, 0.25).state_dict()
    for name, value in second.state_dict().items():
        expected = 0.75 * before[name] + 0.25 * value if value.is_floating_point() else before[name]
        torch.testing.assert_close(mixed[name], expected)
        torch.testing.assert_close(first.state_dict()[name], before[name])
