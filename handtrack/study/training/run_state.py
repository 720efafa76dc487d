"""All that a training run needs to go on exactly where it was interrupted, in one safetensors file."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from handtrack.errors import ConfigError, ModelError

logger = logging.getLogger(__name__)

STATE_FILE = "state.safetensors"


def save_state(
    path: Path,
    modules: dict[str, torch.nn.Module],
    optimizer: torch.optim.Optimizer,
    values: dict[str, Any],
) -> None:
    """Write modules, optimizer and plain JSON values, whole or not at all."""
    tensors = {}
    for name, module in modules.items():
        for key, tensor in module.state_dict().items():
            tensors[f"{name}.{key}"] = tensor.detach().contiguous().clone()
    for index, state in optimizer.state_dict()["state"].items():
        for key, tensor in state.items():
            tensors[f"optimizer.{index}.{key}"] = tensor.detach().contiguous().clone()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(path.name + ".part")
    save_file(tensors, temporary, metadata={"values": json.dumps(values)})
    temporary.replace(path)


def load_state(
    path: Path, modules: dict[str, torch.nn.Module], optimizer: torch.optim.Optimizer
) -> dict[str, Any]:
    """Fill modules and optimizer from a file of `save_state`; returns the values.

    Raises ModelError if the file is damaged or of a run with another network.
    """
    try:
        with safe_open(path, framework="pt") as file:
            values = json.loads((file.metadata() or {})["values"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
        for name, module in modules.items():
            module.load_state_dict(_below(tensors, name))
        states: dict[int, dict[str, torch.Tensor]] = {}
        for name, tensor in _below(tensors, "optimizer").items():
            index, key = name.split(".")
            states.setdefault(int(index), {})[key] = tensor
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": states, "param_groups": groups})
    except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ModelError(
            f"{path} cannot be continued ({reason}); delete it or choose another --out to start anew"
        ) from None
    return values


def continued(
    path: Path,
    modules: dict[str, torch.nn.Module],
    optimizer: torch.optim.Optimizer,
    identity: dict[str, Any],
) -> dict[str, Any]:
    """As `load_state`, for a run of this identity. Raises ConfigError for a run with other settings."""
    values = load_state(path, modules, optimizer)
    if values["settings"] != identity:
        raise ConfigError(
            f"{path} is of a run with other settings; delete it or choose another --out to start anew"
        )
    logger.info("going on at step %d, %d samples", values["step"], values["samples"])
    return values


def _below(tensors: dict[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    prefix = f"{name}."
    return {key.removeprefix(prefix): tensor for key, tensor in tensors.items() if key.startswith(prefix)}
