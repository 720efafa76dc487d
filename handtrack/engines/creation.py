"""Engines by name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from handtrack.engines.base import Engine
from handtrack.engines.graph_files import find_graphs, find_int8_graphs
from handtrack.engines.torch_package import check_torch

EXACT: Final = "openvino"
INT8: Final = "openvino-int8"
HALF: Final = "openvino-bf16"

EQUAL_ENGINES: Final = (EXACT, "onnxruntime", "torch")
"""Engines that give the same results, the fastest first, as `handtrack bench` measures them."""

ENGINES: Final = (INT8, *EQUAL_ENGINES, HALF, "cuda")
"""All engines. With the encoder in 8 bits, or in half precision, joints move by up to a pixel or two of the
crop. A graphics card is made for many hands together: one hand waits longer for it than a CPU takes."""


def create_named(name: str, weights: Path) -> Engine:
    """One of `ENGINES`. Raises ModelError for weights that cannot be used, or where its needs are missing."""
    if name in ("torch", "cuda"):
        check_torch()
        from handtrack.engines.torch_engine import TorchEngine

        return TorchEngine(weights, name, "cuda" if name == "cuda" else "cpu")
    from handtrack.engines.graph_engine import GraphEngine, GraphRunner

    graphs = find_int8_graphs(weights) if name == INT8 else find_graphs(weights)
    runner: GraphRunner
    if name == "onnxruntime":
        from handtrack.engines.onnxruntime_runner import OnnxRuntimeRunner

        runner = OnnxRuntimeRunner(graphs)
    else:
        from handtrack.engines.openvino_runner import OpenVinoRunner

        runner = OpenVinoRunner(graphs, "bf16" if name == HALF else "f32")
    engine = GraphEngine(name, weights, runner)
    if name == INT8:
        from handtrack.engines.int8_probe import check_int8

        check_int8(engine, weights)
    return engine
