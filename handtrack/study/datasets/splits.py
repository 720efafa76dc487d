"""Which labelled pictures are for training and which for validation, as listed in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from handtrack.config_loading import load_typed
from handtrack.study.datasets.labelling.pictures import file_and_frame, source_of


class Range(BaseModel):
    """All files of one folder from the first to the last, in the order of their names, both included."""

    model_config = ConfigDict(extra="forbid")
    first: str
    last: str

    @model_validator(mode="after")
    def _in_one_folder(self) -> Range:
        if PurePosixPath(self.first).parent != PurePosixPath(self.last).parent or self.first > self.last:
            raise ValueError("first and last must be files of one folder, in the order of their names")
        return self

    def holds(self, file: str) -> bool:
        """Whether the file lies in the range."""
        if not self.first <= file <= self.last:
            return False
        return PurePosixPath(file).parent == PurePosixPath(self.first).parent


class Splits(BaseModel):
    """What is validation; everything else is training. Files are named from the data folder."""

    model_config = ConfigDict(extra="forbid")
    validation_sources: frozenset[str] = frozenset()  # collections: names of folders
    validation_ranges: tuple[Range, ...] = ()
    validation_files: tuple[str, ...] = ()  # names, or patterns with * and ?

    def is_validation(self, name: str) -> bool:
        """Whether a picture, or a frame of a clip ("clip.mp4#40"), is for validation."""
        file = file_and_frame(name)[0]
        return (
            source_of(file) in self.validation_sources
            or any(each.holds(file) for each in self.validation_ranges)
            or self._of_files.match(file) is not None
        )

    @cached_property
    def _of_files(self) -> re.Pattern[str]:
        # Some fifteen thousand pictures are asked for, three hundred patterns each.
        return re.compile("|".join(map(translate, self.validation_files)) or r"(?!)")


def load_splits(path: Path) -> Splits:
    """Splits from a YAML file. Raises ConfigError naming the key."""
    return load_typed(Splits, [path])


def validation_mask(path: Path, files: Iterable[str]) -> np.ndarray:
    """True (N,) where a picture is for validation by the split file. Raises ConfigError."""
    splits = load_splits(path)
    return np.array([splits.is_validation(str(file)) for file in files], dtype=bool)
