"""A depthwise convolution whose filters stay as they are, quick to learn through."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class DepthwiseConv(nn.Conv2d):
    """One filter a channel.

    Where the filters are not trained, the way back through them is a convolution as quick as the way there:
    on processors torch's own takes up to thirty times as long (5 x 5, half precision).
    """

    def forward(self, input: Tensor) -> Tensor:
        """As a convolution."""
        if self.weight.requires_grad or not (torch.is_grad_enabled() and input.requires_grad):
            return super().forward(input)
        assert self.bias is not None
        assert isinstance(self.padding[0], int)
        result: Tensor = _Given.apply(input, self.weight, self.bias, self.stride[0], self.padding[0])
        return result


class _Given(torch.autograd.Function):
    """The convolution of maps (B, C, N, N) with given filters (C, 1, K, K), which get no gradient."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
        filters = weight.to(maps.dtype)
        ctx.save_for_backward(filters)
        ctx.stride, ctx.padding, ctx.cells = stride, padding, maps.shape[2:]
        return F.conv2d(maps, filters, bias.to(maps.dtype), stride, padding, 1, len(filters))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (filters,) = ctx.saved_tensors
        (given,) = gradients
        reach = filters.shape[-1] - 1
        spread = given
        if ctx.stride > 1:
            # Where a stride has left values out, nothing comes back.
            sides = [side + 2 * ctx.padding - reach for side in ctx.cells]
            spread = given.new_zeros((*given.shape[:2], *sides)).contiguous(memory_format=torch.channels_last)
            spread[:, :, :: ctx.stride, :: ctx.stride] = given
        back = F.conv2d(spread, filters.flip(2, 3), None, 1, reach - ctx.padding, 1, len(filters))
        return back, None, given.float().sum((0, 2, 3)), None, None
