"""Several training processes as one (`torchrun`), on top of torch.distributed.

One thread a process suits CPUs better than many threads in one process: processes meet once a step,
threads in every operation.
"""

from __future__ import annotations

import os

import torch
import torch.distributed as dist
from torch import nn


def join_group() -> None:
    """Join the processes that `torchrun` started; alone, do nothing."""
    if "WORLD_SIZE" in os.environ and int(os.environ["WORLD_SIZE"]) > 1 and not dist.is_initialized():
        dist.init_process_group("gloo")


def leave_group() -> None:
    """Leave the group, if any."""
    if dist.is_initialized():
        dist.destroy_process_group()


def rank() -> int:
    """Number of this process, 0 for the one that validates and saves."""
    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    """Number of processes that train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def average_gradients(network: nn.Module) -> None:
    """Replace every gradient by the mean over the processes."""
    if not dist.is_initialized():
        return
    # Every process must send the same tensors, used in this step or not (later loops' normalisation).
    gradients = []
    for parameter in network.parameters():
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
        gradients.append(parameter.grad)
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    start = 0
    for gradient in gradients:
        gradient.copy_(flat[start : start + gradient.numel()].view_as(gradient))
        start += gradient.numel()


def average_statistics(network: nn.Module) -> None:
    """Replace normalisation statistics by their mean over the processes."""
    if dist.is_initialized():
        for buffer in network.buffers():
            if buffer.is_floating_point():
                dist.all_reduce(buffer)
                buffer /= dist.get_world_size()


def agree_on(value: float) -> float:
    """The value of process 0, in every process."""
    if not dist.is_initialized():
        return value
    box = torch.tensor([value], dtype=torch.float64)
    dist.broadcast(box, src=0)
    return float(box)


def all_finite(loss: torch.Tensor) -> bool:
    """Whether the loss is finite in every process, so that all skip a bad batch together."""
    bad = (~torch.isfinite(loss.detach())).to(torch.float32)
    if dist.is_initialized():
        dist.all_reduce(bad)
    return float(bad) == 0.0
