"""What a weights file says of itself, read without torch: nothing that is read can run code."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Final

from safetensors import SafetensorError, safe_open

from handtrack.errors import ModelError
from handtrack.model.architecture import Architecture
from handtrack.resources import resource_path

FORMAT: Final = "handtrack-weights-3"
SHIPPED_WEIGHTS: Final = "assets/weights/handtrack.safetensors"


def shipped_weights() -> Path:
    """Path of the weights that ship with the program. Raises ModelError if they are missing."""
    try:
        return resource_path(SHIPPED_WEIGHTS)
    except FileNotFoundError as error:
        raise ModelError(str(error)) from None


def weights_digest(path: Path) -> str:
    """SHA-256 of a weights file, as recorded with sessions."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_description(path: Path) -> dict[str, Any]:
    """A weights file's metadata, its architecture among them.

    Raises ModelError for a file that is missing, truncated, not safetensors, or of another format; the
    message names the file and what to do.
    """
    if not path.is_file():
        raise ModelError(
            f"weights file {path} does not exist; leave tracker.weights empty for the shipped weights"
        )
    try:
        with safe_open(path, framework="np") as file:
            metadata = (file.metadata() or {}).get("handtrack")
    except (SafetensorError, OSError, ValueError) as error:
        raise damaged(path, error) from None
    return _parse(path, metadata)


def architecture_of(path: Path, description: dict[str, Any]) -> Architecture:
    """The architecture in the metadata of the weights file. Raises ModelError."""
    try:
        return Architecture.from_dict(description.get("architecture"))
    except ValueError as error:
        raise ModelError(f"weights file {path} cannot be used: {error}; use the shipped weights") from None


def damaged(path: Path, error: Exception) -> ModelError:
    """What to say of a file that cannot be read."""
    return ModelError(
        f"weights file {path} is damaged or not a safetensors file ({' '.join(str(error).split())}); "
        "copy it again or use the shipped weights"
    )


def _parse(path: Path, metadata: str | None) -> dict[str, Any]:
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
