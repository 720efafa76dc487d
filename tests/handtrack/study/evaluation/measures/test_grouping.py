from __future__ import annotations

import pytest
import torch

from handtrack.model.architecture import Architecture
from handtrack.model.network import HandNetwork
from handtrack.study.evaluation.measures.grouping import group_certainty


def test_group_certainty_is_that_of_the_least_certain_joint() -> None:
    network = HandNetwork(Architecture(channels=8, context_channels=8, groups=2, group_channels=4, loops=1))
    with torch.no_grad():
        network.head.selector.logits.copy_(torch.tensor([20.0, 0.0]).repeat(21, 1))
    assert group_certainty(network) > 0.999

    with torch.no_grad():
        network.head.selector.logits[7] = torch.tensor([0.0, 1.0])
    assert group_certainty(network) == pytest.approx(0.7311, abs=1e-4)  # 1 / (1 + 1 / e)
