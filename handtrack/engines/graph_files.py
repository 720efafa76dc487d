"""Where a weights file's graphs lie, and whether they belong to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from handtrack.engines.graphs import ENCODE, graph_plans
from handtrack.errors import ModelError
from handtrack.model.weights_file import (
    MOST_BYTES,
    architecture_of,
    check_tensors,
    read_description,
    weights_digest,
)
from handtrack.reading import read_limited, read_text_limited

DIGEST_KEY: Final = "weights_sha256"
"""Where a graph's metadata names the weights that it belongs to."""

ENCODE_INT8: Final = "encode-int8"
"""Name of the encoder's graph with 8-bit convolutions."""

_MOST_REPORT_BYTES: Final = 10_000

INT8_ERROR: Final = 1.02
"""How much larger the error may be with it, over that of the exact encoder, for it to be taken by itself."""


def graph_path(weights: Path, graph: str) -> Path:
    """Path of one graph of a weights file: beside it, for it points into it."""
    return weights.with_name(f"{weights.stem}.{graph}.onnx")


def graph_paths(weights: Path) -> list[Path]:
    """Where a weights file's graphs are looked for. Raises ModelError for weights that cannot be used."""
    plans = graph_plans(architecture_of(weights, read_description(weights)))
    return [graph_path(weights, name) for name in (*(plan.name for plan in plans), ENCODE_INT8)]


def find_int8_graphs(weights: Path) -> dict[str, Path]:
    """The same with the encoder in 8 bits. Raises ModelError likewise."""
    path = graph_path(weights, ENCODE_INT8)
    _check(path, weights, weights_digest(weights).encode())
    return {**find_graphs(weights), ENCODE: path}


def int8_is_close(weights: Path) -> bool:
    """Whether the encoder in 8 bits was measured for these weights, and errs little more than they do."""
    try:
        noted = read_int8_report(weights)
        more = [float(noted[name]) for name in ("error_2d_over_exact", "pa_mpjpe_over_exact")]
        return noted[DIGEST_KEY] == weights_digest(weights) and all(0 < each <= INT8_ERROR for each in more)
    except (OSError, ModelError, ValueError, KeyError, TypeError, OverflowError):
        return False


def read_int8_report(weights: Path) -> Any:
    """What the report on the encoder in 8 bits holds. Raises OSError or ValueError where it is none."""
    try:
        return json.loads(read_text_limited(int8_report(weights), _MOST_REPORT_BYTES))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def int8_report(weights: Path) -> Path:
    """Where it stands how close the encoder in 8 bits comes."""
    return graph_path(weights, ENCODE_INT8).with_suffix(".json")


def find_graphs(weights: Path) -> dict[str, Path]:
    """A weights file's graphs by name.

    Raises ModelError for weights that cannot be used, and where graphs are missing or belong to others.
    """
    architecture = architecture_of(weights, read_description(weights))
    check_tensors(weights)
    digest = weights_digest(weights).encode()
    paths = {plan.name: graph_path(weights, plan.name) for plan in graph_plans(architecture)}
    for path in paths.values():
        _check(path, weights, digest)
    return paths


def _check(path: Path, weights: Path, digest: bytes) -> None:
    try:
        # The hash stands in the file as it is; reading it so needs no package.
        if digest in read_limited(path, MOST_BYTES):
            return
        state = "belongs to other weights"
    except FileNotFoundError:
        state = "does not exist"
    except OSError as error:
        state = f"cannot be read ({error.strerror or error})"
    raise ModelError(
        f"graph {path} {state}; run `handtrack graphs {weights}`, or set tracker.engine to torch"
    )
