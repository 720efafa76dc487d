from __future__ import annotations

import pytest
import torch
from torch import nn

from handtrack.model.architecture import Architecture
from handtrack.model.cost import NetworkCost, count_macs, network_cost
from handtrack.model.network import HandNetwork


def test_a_convolution_costs_its_kernel_for_every_output_value() -> None:
    convolution = nn.Conv2d(3, 5, 3, stride=2, padding=1, bias=False)

    output, macs = count_macs(lambda: convolution(torch.zeros(1, 3, 8, 8)))

    assert output.shape == (1, 5, 4, 4)
    assert macs == 5 * 4 * 4 * 3 * 3 * 3


def test_a_linear_layer_and_a_batched_product_cost_their_sums() -> None:
    linear = nn.Linear(7, 4, bias=False)

    assert count_macs(lambda: linear(torch.zeros(2, 7)))[1] == 2 * 7 * 4
    assert count_macs(lambda: torch.zeros(3, 2, 5) @ torch.zeros(3, 5, 6))[1] == 3 * 2 * 5 * 6


def test_the_network_is_counted_part_by_part() -> None:
    network = HandNetwork(
        Architecture(channels=8, context_channels=8, groups=2, group_channels=4, loops=3)
    ).eval()

    cost = network_cost(network)

    assert cost.parameters == sum(each.numel() for each in network.parameters())
    assert len(cost.loops) == 3
    # From the second loop on the last estimate's 42 maps are read by a 1x1 convolution on 16 x 16 cells,
    # attention by another, and 9 places around each joint are read from the 32 fine channels.
    assert cost.loops[1] - cost.loops[0] == (42 * 8 + 8 * 8) * 16 * 16 + 21 * 9 * 32 * 4
    assert cost.loops[2] == cost.loops[1]
    # Of a loop at least: two 3x3 convolutions, branches, their fusion, and the lift.
    least = 256 * (2 * 9 * 8 * 8 + 8 * 8 + 8 * 8) + 256 * (63 + 4 * 256 + 21)
    assert least < cost.loops[0] < 2 * least
    assert cost.encoder > 64 * 64 * 16 * 27  # its first convolution


def test_cost_adds_up_over_the_loops() -> None:
    assert NetworkCost(1, 60_000_000, (20_000_000, 25_000_000)).mmac == pytest.approx((80.0, 105.0))
