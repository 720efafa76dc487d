"""What a weights file says of itself, read without torch: nothing that is read can run code."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from safetensors import SafetensorError, safe_open

from handtrack.errors import ModelError
from handtrack.model.architecture import Architecture
from handtrack.reading import check_size
from handtrack.resources import resource_path

FORMAT: Final = "handtrack-weights-3"
SHIPPED_WEIGHTS: Final = "assets/weights/handtrack.safetensors"
MOST_BYTES: Final = 200_000_000
"""Of a weights file or a graph: forty times the shipped weights."""

_MOST_HEADER_BYTES: Final = 1_000_000
_MOST_VALUE: Final = 1e6  # the shipped weights stay below 20
_LENGTH: Final = struct.Struct("<Q")
_SETTLED: Final = 3.0
"""Seconds after which another change of a file has another time, on every file system."""

_digests: dict[tuple[int, ...], str] = {}


def shipped_weights() -> Path:
    """Path of the weights that ship with the program. Raises ModelError if they are missing."""
    try:
        return resource_path(SHIPPED_WEIGHTS)
    except FileNotFoundError as error:
        raise ModelError(str(error)) from None


def weights_digest(path: Path) -> str:
    """SHA-256 of a weights file, as recorded with sessions. Raises ModelError.

    To load a tracker asks five times, a tenth of the time it takes. So it is remembered of a file that is the
    same by its times, but not of one that changed just now: it could change again within the same moment (as
    git takes care with its index).
    """
    _check_size(path)
    with path.open("rb") as file:
        state = os.fstat(file.fileno())
        seen = (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)
        if seen in _digests:
            return _digests[seen]
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if time.time() - max(state.st_mtime, state.st_ctime) > _SETTLED:
        _digests[seen] = digest
    return digest


def read_description(path: Path, form: str = FORMAT) -> dict[str, Any]:
    """A weights file's metadata, an estimator's architecture among them. form: of the file.

    Raises ModelError for a file that is missing, too large, truncated, not safetensors, or of another format;
    the message names the file and what to do.
    """
    with opened_weights(path, "np") as file:
        metadata = (file.metadata() or {}).get("handtrack")
    return _parse(path, metadata, form)


def check_tensors(path: Path) -> None:
    """Raise ModelError unless the weights are such numbers as networks have.

    Runtimes take whatever lies in the file for float32, and give hands for it.
    """
    with opened_weights(path, "np") as file:
        for name in file.keys():  # noqa: SIM118 (no mapping)
            problem = _problem(name, file)
            if problem:
                raise ModelError(
                    f"weights file {path} cannot be used: {name} {problem}; use the shipped weights"
                )


@contextmanager
def opened_weights(path: Path, framework: Literal["np", "pt"]) -> Iterator[Any]:
    """A weights file to read tensors and metadata from. Raises ModelError."""
    if _check_size(path) >= _LENGTH.size:
        with path.open("rb") as file:
            (length,) = _LENGTH.unpack(file.read(_LENGTH.size))
        if length > _MOST_HEADER_BYTES:
            raise damaged(path, ValueError(f"its header is said to have {length} bytes"))
    try:
        with safe_open(path, framework=framework) as file:
            yield file
    except (SafetensorError, OSError, ValueError) as error:
        raise damaged(path, error) from None


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


def _check_size(path: Path) -> int:
    try:
        return check_size(path, MOST_BYTES)
    except FileNotFoundError:
        raise ModelError(
            f"weights file {path} does not exist; leave tracker.weights empty for the shipped weights"
        ) from None
    except OSError as error:
        raise ModelError(
            f"weights file {path} cannot be read: {error.strerror or error}; use the shipped weights"
        ) from None


def _problem(name: str, file: Any) -> str | None:
    """What is wrong with a tensor of a weights file."""
    kind = file.get_slice(name).get_dtype()
    if kind == "I64" and name.endswith("num_batches_tracked"):
        return None
    if kind != "F32":
        return f"holds {kind} where float32 is due"
    values = file.get_tensor(name)
    if values.size and not np.isfinite(values).all():
        return "holds values that are not finite"
    if values.size and np.abs(values).max() > _MOST_VALUE:
        return f"holds values beyond {_MOST_VALUE:g}"
    return None


def _parse(path: Path, metadata: str | None, form: str) -> dict[str, Any]:
    try:
        description = json.loads(metadata) if metadata else None
    except (ValueError, RecursionError):
        description = None
    if not isinstance(description, dict):
        raise ModelError(f"weights file {path} has no handtrack metadata; it was made by another program")
    if description.get("format") != form:
        raise ModelError(
            f"weights file {path} has format {description.get('format')!r:.60}, this version reads "
            f"{form!r}; use the shipped weights or the matching version of handtrack"
        )
    return description
