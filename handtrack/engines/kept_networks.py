"""Compiled networks, kept in the cache: to compile them takes half of the time until there is a first hand.

OpenVINO has such a cache of its own (`CACHE_DIR`, 2026.4). It is not taken, for it believes what it finds: of
damaged files networks came that answer otherwise or not at all, and of six programs that start together
one was ended by a bus error.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import os
from pathlib import Path
from typing import Final

from handtrack.engines.processor import this_processor
from handtrack.model.weights_file import MOST_BYTES
from handtrack.reading import read_limited
from handtrack.resources import cache_folder, written_whole

logger = logging.getLogger(__name__)

FOLDER: Final = "networks"

_DIGEST_BYTES: Final = 32
_MOST_BYTES_KEPT: Final = 150_000_000
"""Of all together; one weights file's are 23 MB, and nearly as many for two hands side by side."""


class KeptNetwork:
    """Where one network lies once it was compiled: for this processor, by this OpenVINO, with these options.

    Its name says all that it depends on, and its content begins with a hash of the rest.
    """

    def __init__(self, path: Path, openvino: str, **compiled_with: object) -> None:
        """path: the graph; the weights beside it into which it points belong to it. openvino: its version."""
        processor = this_processor()
        limit = os.environ.get("ONEDNN_MAX_CPU_ISA", "")
        whole = hashlib.sha256(repr((openvino, processor, limit, sorted(compiled_with.items()))).encode())
        try:
            for each in (path, *_weights_beside(path)):
                found = each.stat()
                whole.update(_digest(each, (found.st_ino, found.st_size, found.st_mtime_ns)))
        except OSError:
            self._file = None  # of what cannot be read OpenVINO tells
        else:
            self._file = cache_folder() / FOLDER / whole.hexdigest()

    def read(self) -> bytes | None:
        """What `write` was given; None where it is not there, or was damaged since."""
        if self._file is None:
            return None
        try:
            content = read_limited(self._file, MOST_BYTES)
        except FileNotFoundError:
            return None
        except OSError as error:
            logger.info("networks are compiled at each start: %s", error)
            return None
        digest, network = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(network).digest() != digest:
            logger.info("%s is damaged: the network is compiled again", self._file)
            return None
        with contextlib.suppress(OSError):
            os.utime(self._file)  # what was not used for longest goes first
        return network

    def write(self, network: bytes) -> None:
        """Keep it for the next start; where that cannot be, it is compiled again, as the log says."""
        if self._file is None or len(network) + _DIGEST_BYTES > MOST_BYTES:
            return
        try:
            with written_whole(self._file) as stream:
                stream.write(hashlib.sha256(network).digest())
                stream.write(network)
            _forget_oldest(self._file.parent)
        except OSError as error:
            logger.info("networks are compiled at each start: %s cannot be written (%s)", self._file, error)


@functools.lru_cache(maxsize=32)
def _digest(path: Path, state: tuple[int, int, int]) -> bytes:
    """Hash of a file, read once for all graphs that point into it. state: what tells that it is the same."""
    return hashlib.sha256(read_limited(path, MOST_BYTES)).digest()


def _weights_beside(graph: Path) -> list[Path]:
    """The file that a graph of a weights file points into; see `graph_files.graph_path`."""
    return [
        each for each in sorted(graph.parent.glob("*.safetensors")) if graph.name.startswith(f"{each.stem}.")
    ]


def _forget_oldest(folder: Path) -> None:
    """Take away what was not used for longest, until the rest is small enough. Others may do so meanwhile."""
    files = []
    for each in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            files.append((each.stat().st_mtime, each.stat().st_size, each))
    room = _MOST_BYTES_KEPT
    for _, size, file in sorted(files, reverse=True):
        room -= size
        if room < 0:
            file.unlink(missing_ok=True)
