"""What engines took on this machine, kept in the cache so that it is measured once."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from handtrack.engines.graph_files import graph_paths
from handtrack.engines.openvino_package import load_openvino
from handtrack.engines.processor import this_processor
from handtrack.model.weights_file import MOST_BYTES, weights_digest
from handtrack.reading import read_limited
from handtrack.resources import cache_folder, written_whole
from handtrack.version import __version__

logger = logging.getLogger(__name__)

FILE_NAME: Final = "engine-times.json"

_MOST_FILE_BYTES: Final = 100_000
_MOST_KEPT: Final = 16


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)


class _Measured(_Form):
    of: dict[str, str]
    followed_ms: Annotated[dict[str, Annotated[float, Field(gt=0)]], Field(min_length=1)]


class _File(_Form):
    measured: list[_Measured]


class KeptTimes:
    """The times of some engines with some weights and their graphs, on this processor, by these versions."""

    def __init__(self, weights: Path, names: Sequence[str]) -> None:
        """Raises ModelError for weights that cannot be read, or where OpenVINO is missing."""
        processor = this_processor()
        self._names = set(names)
        self._path = cache_folder() / FILE_NAME
        self._of = {
            "engines": " ".join(names),
            "processor": processor.name,
            "processor_kind": processor.kind,
            "processor_limit": os.environ.get("ONEDNN_MAX_CPU_ISA", ""),
            "weights": weights_digest(weights),
            "graphs": _digest(graph_paths(weights)),
            "openvino": str(load_openvino().__version__),
            "handtrack": __version__,
        }

    def read(self) -> dict[str, float]:
        """Milliseconds by engine; empty where they are not known."""
        for each in self._all():
            if each.of == self._of and set(each.followed_ms) <= self._names:
                return each.followed_ms
        return {}

    def write(self, followed_ms: dict[str, float]) -> None:
        """Keep times for the next start; where that cannot be, they are measured again, as the log says."""
        if not followed_ms:
            return
        others = [each for each in self._all() if each.of != self._of]
        new = _Measured(of=self._of, followed_ms=followed_ms)
        content = _File(measured=[new, *others][:_MOST_KEPT]).model_dump_json(indent=1)
        try:
            with written_whole(self._path) as stream:
                stream.write(content.encode())
        except OSError as error:
            logger.info("engines are measured at each start: %s cannot be written (%s)", self._path, error)

    def _all(self) -> list[_Measured]:
        try:
            return _File.model_validate_json(read_limited(self._path, _MOST_FILE_BYTES)).measured
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            first = str(error).partition("\n")[0]
            logger.info("%s is of no use (%s): engines are measured again", self._path, first)
            return []


def _digest(paths: Sequence[Path]) -> str:
    """A hash of files; of one that cannot be read, of that."""
    whole = hashlib.sha256()
    for path in paths:
        try:
            content = read_limited(path, MOST_BYTES)
        except OSError:
            content = b""
        whole.update(hashlib.sha256(content).digest())
    return whole.hexdigest()
