"""Weights files: safetensors with JSON metadata; nothing that is loaded can run code."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from handtrack.errors import ModelError
from handtrack.model.architecture import Architecture
from handtrack.model.network import HandNetwork
from handtrack.resources import resource_path

FORMAT = "handtrack-weights-3"
SHIPPED_WEIGHTS = "assets/weights/handtrack.safetensors"


def shipped_weights() -> Path:
    """Path of the weights that ship with the program. Raises ModelError if they are missing."""
    try:
        return resource_path(SHIPPED_WEIGHTS)
    except FileNotFoundError as error:
        raise ModelError(str(error)) from None


def weights_digest(path: Path) -> str:
    """SHA-256 of a weights file, as recorded with sessions."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
    if not path.is_file():
        raise ModelError(
            f"weights file {path} does not exist; leave tracker.weights empty for the shipped weights"
        )
    try:
        with safe_open(path, framework="pt") as file:
            metadata = (file.metadata() or {}).get("handtrack")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(
            f"weights file {path} is damaged or not a safetensors file ({' '.join(str(error).split())}); "
            "copy it again or use the shipped weights"
        ) from None
    description = _parse_description(path, metadata)
    network = HandNetwork(_architecture(path, description)).eval()
    problem = _mismatch(network.state_dict(), tensors)
    if problem:
        raise ModelError(
            f"weights file {path} does not fit its architecture ({problem}); use the shipped weights"
        )
    network.load_state_dict(tensors)
    for parameter in network.parameters():
        parameter.requires_grad_(False)
    return network, description


def _parse_description(path: Path, metadata: str | None) -> dict[str, Any]:
    try:
        description = json.loads(metadata) if metadata else None
    except ValueError:
        description = None
    if not isinstance(description, dict):
        raise ModelError(f"weights file {path} has no handtrack metadata; it was made by another program")
    if description.get("format") != FORMAT:
        raise ModelError(
            f"weights file {path} has format {description.get('format')!r}, this version reads {FORMAT!r}; "
            "use the shipped weights or the matching version of handtrack"
        )
    return description


def _architecture(path: Path, description: dict[str, Any]) -> Architecture:
    try:
        return Architecture.from_dict(description.get("architecture"))
    except ValueError as error:
        raise ModelError(f"weights file {path} cannot be used: {error}; use the shipped weights") from None


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
