"""Shipped networks, which are compiled once for all tests of a process: that takes a second and a half."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from handtrack.detectors.bundle import DETECTOR_MODEL
from handtrack.engines import openvino_package
from handtrack.model.weights_file import shipped_weights

SHIPPED = shipped_weights().parent
COMPILED = openvino_package._compiled


def _identity(path: Path) -> str | None:
    """Which network a file holds; None for one that a test may have made."""
    if path.parent == SHIPPED:
        return str(path)
    # The palm detector is written to a new file each time, whole.
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.name == DETECTOR_MODEL else None


@pytest.fixture(autouse=True, scope="session")
def compiled_once() -> Iterator[None]:
    """Every engine and detector has requests of its own all the same, with memory of their own."""
    kept: dict[object, Any] = {}

    def once(path: Path, options: Mapping[str, Any], batch: int | None, shape: tuple[int, ...] | None) -> Any:
        identity = _identity(path)
        if identity is None:
            return COMPILED(path, options, batch, shape)
        key = identity, tuple(sorted(options.items())), batch, shape
        if key not in kept:
            kept[key] = COMPILED(path, options, batch, shape)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openvino_package, "_compiled", once)
        yield


@pytest.fixture
def compiled_afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what compiled networks hold, such as threads: they are kept as the program keeps them."""
    monkeypatch.setattr(openvino_package, "_compiled", COMPILED)
