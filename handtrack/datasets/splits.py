"""Which labelled pictures are for training and which for validation, as listed in a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from handtrack.datasets.patches import source_of
from handtrack.errors import ConfigError


def validation_mask(path: Path, files: np.ndarray) -> np.ndarray:
    """True (N,) where a file belongs to validation by the split file. Raises ConfigError."""
    try:
        rules = yaml.safe_load(path.read_text(encoding="utf-8"))
        sources, alternate = set(rules["validation_sources"]), set(rules["validation_every_second"])
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ConfigError(f"split file {path} cannot be used: {' '.join(str(error).split())}") from None
    held_out: set[str] = set()
    for source in alternate:
        held_out.update(sorted({file for file in files.tolist() if source_of(file) == source})[::2])
    return np.array([source_of(file) in sources or file in held_out for file in files.tolist()])
