"""Networks from weights files and back: safetensors with JSON metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from handtrack.errors import ModelError
from handtrack.model.network import HandNetwork
from handtrack.model.weights_file import FORMAT, architecture_of, damaged, read_description


def save_weights(path: Path, network: HandNetwork, metadata: dict[str, Any]) -> None:
    """Write a network's weights and what is to be known of them (JSON values), whole or not at all."""
    description = {"format": FORMAT, "architecture": network.architecture.to_dict(), **metadata}
    tensors = {name: tensor.detach().contiguous() for name, tensor in network.state_dict().items()}
    temporary = path.with_name(path.name + ".part")
    save_file(tensors, temporary, metadata={"handtrack": json.dumps(description)})
    temporary.chmod(0o644)  # safetensors makes it readable for its owner alone
    temporary.replace(path)


def load_weights(path: Path) -> tuple[HandNetwork, dict[str, Any]]:
    """Network in evaluation mode, and the file's metadata.

    Raises ModelError for a file that is missing, truncated, not safetensors, or of another format or
    architecture; the message names the file and what to do.
    """
    description = read_description(path)
    network = HandNetwork(architecture_of(path, description)).eval()
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, ValueError) as error:
        raise damaged(path, error) from None
    problem = _mismatch(network.state_dict(), tensors)
    if problem:
        raise ModelError(
            f"weights file {path} does not fit its architecture ({problem}); use the shipped weights"
        )
    network.load_state_dict(tensors)
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return network, description


def _mismatch(expected: dict[str, torch.Tensor], found: dict[str, torch.Tensor]) -> str | None:
    missing = sorted(set(expected) - set(found))
    extra = sorted(set(found) - set(expected))
    if missing or extra:
        return f"{len(missing)} tensors missing, {len(extra)} unknown, first {(missing + extra)[0]!r}"
    for name, tensor in expected.items():
        if tensor.shape != found[name].shape:
            return f"{name} is {tuple(found[name].shape)}, not {tuple(tensor.shape)}"
        if found[name].is_floating_point() and not bool(torch.isfinite(found[name]).all()):
            return f"{name} holds values that are not finite"
    return None
