"""Graphs with convolutions in whole numbers of 8 bits. Needs the packages of training."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from handtrack.engines.graph_export import quiet
from handtrack.errors import ModelError
from handtrack.extras import installing

if TYPE_CHECKING:
    import onnx


def in_8_bits(
    exact: onnx.ModelProto | Path, feeds: Iterable[dict[str, np.ndarray]], exact_nodes: Sequence[str]
) -> onnx.ModelProto:
    """A graph whose convolutions count in 8 bits, but for those of these names.

    feeds: inputs by their names, one batch after the other, by which the ranges of all values are found.
    Raises ModelError where a package is missing.
    """
    try:
        import onnx
        from onnxruntime.quantization import QuantType, quantize_static
    except ImportError as error:
        raise ModelError(f"{error.name} is missing: {installing('onnxruntime', 'train')}") from None
    with tempfile.TemporaryDirectory(prefix="handtrack-") as folder, quiet():
        path = Path(folder) / "quantised.onnx"
        quantize_static(
            exact,
            path,
            _Feeds(feeds),
            op_types_to_quantize=["Conv"],
            nodes_to_exclude=list(exact_nodes),
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            # Weights in 7 bits: without VNNI two products are added in 16 bits, which 8 bits overflow.
            reduce_range=True,
        )
        return onnx.load(path)


def in_exact_arithmetic(graph: Path, feed: np.ndarray) -> list[np.ndarray]:
    """What a graph with one input gives for it in exact arithmetic, on any processor."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # As written: numbers in 8 bits become floats before they are multiplied.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    given: list[np.ndarray] = session.run(None, {session.get_inputs()[0].name: feed})
    return given


class _Feeds:
    """Inputs one at a time, as the quantiser asks for them."""

    def __init__(self, feeds: Iterable[dict[str, np.ndarray]]) -> None:
        self._feeds: Iterator[dict[str, np.ndarray]] = iter(feeds)

    def get_next(self) -> dict[str, np.ndarray] | None:
        return next(self._feeds, None)
