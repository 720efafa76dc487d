"""What the loaders of published data sets share: the one line for a folder that is not as published."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from handtrack.errors import SourceError


def required_file(folder: Path, name: str, dataset: str, source: str) -> Path:
    """The file called name in folder. Raises SourceError naming it and the archive (source) that holds it."""
    path = folder / name
    if not path.is_file():
        raise SourceError(f"{dataset} in {folder} is not complete: {name} is missing; it is in {source}")
    return path


def read_number_list(path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """A JSON list of N number arrays of one shape as (N, *shape) float64. Raises SourceError."""
    try:
        values = np.array(json.loads(path.read_bytes()), np.float64)
    except (OSError, ValueError, TypeError) as error:
        raise SourceError(
            f"{path} cannot be read ({' '.join(str(error).split())[:120]}); unpack it again"
        ) from None
    if values.shape[1:] != shape or not len(values):
        wanted = " x ".join(map(str, ("N", *shape)))
        raise SourceError(f"{path} does not hold {wanted} numbers; unpack it again")
    return values
