"""Where a weights file's graphs lie, and whether they belong to it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from handtrack.engines.graphs import graph_plans
from handtrack.errors import ModelError
from handtrack.model.weights_file import architecture_of, read_description, weights_digest

DIGEST_KEY: Final = "weights_sha256"
"""Where a graph's metadata names the weights that it belongs to."""


def graph_path(weights: Path, graph: str) -> Path:
    """Path of one graph of a weights file: beside it, for it points into it."""
    return weights.with_name(f"{weights.stem}.{graph}.onnx")


def find_graphs(weights: Path) -> dict[str, Path]:
    """A weights file's graphs by name.

    Raises ModelError for weights that cannot be used, and where graphs are missing or belong to others.
    """
    architecture = architecture_of(weights, read_description(weights))
    digest = weights_digest(weights).encode()
    paths = {plan.name: graph_path(weights, plan.name) for plan in graph_plans(architecture)}
    for path in paths.values():
        # The hash stands in the file as it is; reading it so needs no package.
        if not path.is_file() or digest not in path.read_bytes():
            state = "belongs to other weights" if path.is_file() else "does not exist"
            raise ModelError(
                f"graph {path} {state}; run `handtrack graphs {weights}`, or set tracker.engine to torch"
            )
    return paths
