"""Who runs the network; `create_engine` picks one by name."""

from __future__ import annotations

import logging
from pathlib import Path

from handtrack.engines.base import EncodedCrops, Engine, LoopResult, LoopStart
from handtrack.engines.graph_files import find_graphs, find_int8_graphs, int8_is_close
from handtrack.errors import ConfigError, ModelError

__all__ = ["ENGINES", "EQUAL_ENGINES", "EncodedCrops", "Engine", "LoopResult", "LoopStart", "create_engine"]

logger = logging.getLogger(__name__)

EQUAL_ENGINES = ("openvino", "onnxruntime", "torch")
"""Engines that give the same results, the fastest first, as `handtrack bench` measures them."""

ENGINES = ("openvino-int8", *EQUAL_ENGINES, "openvino-bf16", "cuda")
"""All engines. With the encoder in 8 bits, or in half precision, joints move by up to a pixel or two of the
crop. A graphics card is made for many hands together: one hand waits longer for it than a CPU takes."""


def create_engine(name: str, weights: Path) -> Engine:
    """Engine by name, or for "auto" the fastest that works here and is as good.

    That is the one with its encoder in 8 bits, if it was measured for these weights, its error is at most
    2 % larger than theirs and this processor runs it exactly; else the first that gives the reference's
    results.

    Raises ConfigError for an unknown name, ModelError for weights that cannot be used, or where what the
    engine needs is missing.
    """
    if name not in ("auto", *ENGINES):
        raise ConfigError(f"engine {name!r} is not known; allowed: auto, {', '.join(ENGINES)}")
    if name == "cuda" and not _has_cuda():
        logger.warning("there is no graphics card that PyTorch can use: engine cuda gives way to auto")
        name = "auto"
    if name != "auto":
        return _create(name, weights)
    *faster, reference = EQUAL_ENGINES
    if int8_is_close(weights):
        faster.insert(0, "openvino-int8")
    for each in faster:
        try:
            return _create(each, weights)
        except ModelError as error:
            logger.info("engine %s is left out: %s", each, error)
    return _create(reference, weights)


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()


def _create(name: str, weights: Path) -> Engine:
    if name in ("torch", "cuda"):
        from handtrack.engines.torch_engine import TorchEngine

        return TorchEngine(weights, name, "cuda" if name == "cuda" else "cpu")
    from handtrack.engines.graph_engine import GraphEngine, GraphRunner

    graphs = find_int8_graphs(weights) if name == "openvino-int8" else find_graphs(weights)
    runner: GraphRunner
    if name == "onnxruntime":
        from handtrack.engines.onnxruntime_runner import OnnxRuntimeRunner

        runner = OnnxRuntimeRunner(graphs)
    else:
        from handtrack.engines.openvino_runner import OpenVinoRunner

        runner = OpenVinoRunner(graphs, "bf16" if name == "openvino-bf16" else "f32")
    engine = GraphEngine(name, weights, runner)
    if name == "openvino-int8":
        from handtrack.engines.int8_probe import check_int8

        check_int8(engine, weights)
    return engine
