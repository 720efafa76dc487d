"""Several training processes as one (`torchrun`), on top of torch.distributed.

One thread a process suits CPUs better than many threads in one process: processes meet once a step,
threads in every operation.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel

Module = TypeVar("Module", bound=nn.Module)


@contextmanager
def group(device: torch.device) -> Iterator[None]:
    """In the group of the processes that `torchrun` started; alone, nothing."""
    if "WORLD_SIZE" in os.environ and int(os.environ["WORLD_SIZE"]) > 1 and not dist.is_initialized():
        dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield
    finally:
        if dist.is_initialized():
            dist.destroy_process_group()


def rank() -> int:
    """Number of this process, 0 for the one that validates and saves."""
    return dist.get_rank() if dist.is_initialized() else 0


def world_size() -> int:
    """Number of processes that train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def choose_device(wanted: str) -> torch.device:
    """The device to train on: "cpu", "cuda", or "auto" for a graphics card where there is one.

    Each of several processes on one machine takes a card of its own.
    """
    if wanted == "cpu" or (wanted == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    torch.cuda.set_device(device)
    return device


def synchronised(network: Module) -> Module:
    """The network with gradients averaged over the processes in every backward pass.

    Not every parameter is used in every step: loops join in stages, and a warm pass has a slot of its own.
    """
    if not dist.is_initialized():
        return network
    parallel = DistributedDataParallel(network, find_unused_parameters=True)
    return cast(Module, parallel)  # it is called like the network itself


def wait_for_all() -> None:
    """Go on only when every process has come here."""
    if dist.is_initialized():
        dist.barrier()


def average_statistics(network: nn.Module) -> None:
    """Replace normalisation statistics by their mean over the processes."""
    if dist.is_initialized():
        for buffer in network.buffers():
            if buffer.is_floating_point():
                dist.all_reduce(buffer)
                buffer /= dist.get_world_size()


def agree_on(value: float, device: torch.device) -> float:
    """The value of process 0, in every process."""
    if not dist.is_initialized():
        return value
    box = torch.tensor([value], dtype=torch.float64, device=device)
    dist.broadcast(box, src=0)
    return float(box)


def all_finite(loss: torch.Tensor) -> bool:
    """Whether the loss is finite in every process, so that all skip a bad batch together."""
    bad = (~torch.isfinite(loss.detach())).to(torch.float32)
    if dist.is_initialized():
        dist.all_reduce(bad)
    return float(bad) == 0.0
