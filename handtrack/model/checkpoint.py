"""Networks from weights files and back: safetensors with JSON metadata."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import torch
from safetensors.torch import save_file
from torch import nn

from handtrack.errors import ModelError
from handtrack.model.finder_network import FinderNetwork
from handtrack.model.network import HandNetwork
from handtrack.model.weights_file import (
    FORMAT,
    architecture_of,
    check_tensors,
    opened_weights,
    read_description,
)

FINDER_FORMAT: Final = "handtrack-finder-1"
Network = TypeVar("Network", bound=nn.Module)


def save_weights(path: Path, network: HandNetwork, metadata: dict[str, Any]) -> None:
    """Write a network's weights and what is to be known of them (JSON values), whole or not at all."""
    description = {"format": FORMAT, "architecture": network.architecture.to_dict(), **metadata}
    _save(path, network, description)


def load_weights(path: Path) -> tuple[HandNetwork, dict[str, Any]]:
    """Network in evaluation mode, and the file's metadata.

    Raises ModelError for a file that is missing, truncated, not safetensors, or of another format or
    architecture; the message names the file and what to do.
    """
    description = read_description(path)
    architecture = architecture_of(path, description)
    return _filled(path, lambda: HandNetwork(architecture)), description


def save_finder(path: Path, network: FinderNetwork, metadata: dict[str, Any]) -> None:
    """Write the weights of a network that finds hands, as `save_weights`."""
    _save(path, network, {"format": FINDER_FORMAT, **metadata})


def load_finder(path: Path) -> FinderNetwork:
    """A network that finds hands, in evaluation mode. Raises ModelError as `load_weights` does."""
    read_description(path, FINDER_FORMAT)
    return _filled(path, FinderNetwork)


def _save(path: Path, network: nn.Module, description: dict[str, Any]) -> None:
    tensors = {name: tensor.detach().contiguous() for name, tensor in network.state_dict().items()}
    temporary = path.with_name(path.name + ".part")
    save_file(tensors, temporary, metadata={"handtrack": json.dumps(description)})
    temporary.chmod(0o644)  # safetensors makes it readable for its owner alone
    temporary.replace(path)


def _filled(path: Path, make: Callable[[], Network]) -> Network:
    """A network with the file's weights, made once it is known that they fit."""
    with opened_weights(path, "pt") as file:
        shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
        problem = _mismatch(make, shapes)
        if problem:
            raise ModelError(
                f"weights file {path} does not fit its architecture ({problem}); use the shipped weights"
            )
        check_tensors(path)
        network = make().eval()
        network.load_state_dict({name: file.get_tensor(name) for name in shapes})
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return network


def _mismatch(make: Callable[[], nn.Module], found: dict[str, tuple[int, ...]]) -> str | None:
    """How the shapes in a file differ from those of a network that is not built for it: it may be huge."""
    with torch.device("meta"):
        expected = make().state_dict()
    missing = sorted(set(expected) - set(found))
    extra = sorted(set(found) - set(expected))
    if missing or extra:
        return f"{len(missing)} tensors missing, {len(extra)} unknown, first {(missing + extra)[0]!r:.60}"
    for name, tensor in expected.items():
        if tensor.shape != found[name]:
            return f"{name} is {found[name]}, not {tuple(tensor.shape)}"
    return None
