"""Networks from weights files and back: safetensors with JSON metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from handtrack.errors import ModelError
from handtrack.model.architecture import Architecture
from handtrack.model.network import HandNetwork
from handtrack.model.weights_file import (
    FORMAT,
    architecture_of,
    check_tensors,
    opened_weights,
    read_description,
)


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
    architecture = architecture_of(path, description)
    with opened_weights(path, "pt") as file:
        shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        problem = _mismatch(architecture, shapes)
        if problem:
            raise ModelError(
                f"weights file {path} does not fit its architecture ({problem}); use the shipped weights"
            )
        check_tensors(path)
        network = HandNetwork(architecture).eval()
        network.load_state_dict({name: file.get_tensor(name) for name in shapes})
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return network, description


def _mismatch(architecture: Architecture, found: dict[str, tuple[int, ...]]) -> str | None:
    """How the shapes in a file differ from those of a network that is not built for it: it may be huge."""
    with torch.device("meta"):
        expected = HandNetwork(architecture).state_dict()
    missing = sorted(set(expected) - set(found))
    extra = sorted(set(found) - set(expected))
    if missing or extra:
        return f"{len(missing)} tensors missing, {len(extra)} unknown, first {(missing + extra)[0]!r:.60}"
    for name, tensor in expected.items():
        if tensor.shape != found[name]:
            return f"{name} is {found[name]}, not {tuple(tensor.shape)}"
    return None
