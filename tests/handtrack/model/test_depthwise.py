from __future__ import annotations

import pytest
import torch

from handtrack.model.depthwise import DepthwiseConv


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "cells"), [(3, 1, 1, 6), (5, 1, 2, 6), (3, 2, 0, 13), (5, 2, 0, 15)]
)
def test_what_comes_back_through_given_filters_is_what_torch_gives(
    kernel: int, stride: int, padding: int, cells: int
) -> None:
    torch.manual_seed(0)
    convolution = DepthwiseConv(4, 4, kernel, stride, padding, groups=4).double()
    maps = torch.randn(2, 4, cells, cells, dtype=torch.float64, requires_grad=True)
    wanted = convolution(maps)
    given = torch.randn_like(wanted)
    expected = torch.autograd.grad(wanted, (maps, convolution.bias), given)

    convolution.weight.requires_grad_(False)
    found = convolution(maps)

    assert torch.equal(found, wanted)
    for own, other in zip(torch.autograd.grad(found, (maps, convolution.bias), given), expected, strict=True):
        torch.testing.assert_close(own.double(), other, rtol=1e-5, atol=1e-6)


def test_filters_that_are_trained_get_their_gradient() -> None:
    convolution = DepthwiseConv(4, 4, 3, groups=4)
    convolution(torch.randn(1, 4, 5, 5, requires_grad=True)).sum().backward()
    assert convolution.weight.grad is not None
