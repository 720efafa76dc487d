"""The network's graphs in OpenVINO, on the CPU."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

import numpy as np

from handtrack.engines.graph_engine import MOST_TOGETHER
from handtrack.engines.openvino_package import load_openvino
from handtrack.errors import ModelError

Precision = Literal["f32", "bf16"]


class OpenVinoRunner:
    """Compiles each graph for one hand when it is first needed; two hands run side by side, a thread each.

    So small a network is quickest on one thread: several would wait for each other in every layer. A graph
    for a fixed number of hands runs a third faster than one for any number, and two hands on two cores take
    hardly longer than one, where one graph for both would take almost twice as long.
    """

    def __init__(self, graphs: dict[str, Path], precision: Precision = "f32") -> None:
        """graphs: paths by name. Raises ModelError where OpenVINO is missing."""
        self._core: Any = load_openvino().Core()
        lanes = min(MOST_TOGETHER, os.cpu_count() or 1)
        self._options = {
            "INFERENCE_NUM_THREADS": lanes,
            "NUM_STREAMS": lanes,
            "INFERENCE_PRECISION_HINT": precision,
            # Its snippets end the process while they compile small graphs of fixed shape (2026.4).
            "SNIPPETS_MODE": "DISABLE",
        }
        self._paths = graphs
        self._lanes: dict[str, list[_Lane]] = {}

    def run(self, graph: str, inputs: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        """Outputs of one graph; see `GraphRunner.run`."""
        lanes = self._lanes_of(graph)
        hands = len(inputs[0])
        if hands == 1:
            return lanes[0].run(inputs)
        for hand in range(1, hands):
            lanes[hand].start(tuple(values[hand : hand + 1] for values in inputs))
        first = lanes[0].run(tuple(values[:1] for values in inputs))
        rest = [lanes[hand].wait() for hand in range(1, hands)]
        return tuple(np.concatenate(column) for column in zip(first, *rest, strict=True))

    def prepare(self, graph: str) -> None:
        """Compile a graph now. Raises ModelError."""
        self._lanes_of(graph)

    def _lanes_of(self, graph: str) -> list[_Lane]:
        if graph not in self._lanes:
            self._lanes[graph] = self._compile(self._paths[graph])
        return self._lanes[graph]

    def _compile(self, path: Path) -> list[_Lane]:
        try:
            model = self._core.read_model(path)
            model.reshape({each: [1, *list(each.partial_shape)[1:]] for each in model.inputs})
            compiled = self._core.compile_model(model, "CPU", self._options)
            return [_Lane(compiled.create_infer_request()) for _ in range(MOST_TOGETHER)]
        except RuntimeError as error:
            raise ModelError(
                f"OpenVINO cannot run {path} ({' '.join(str(error).split())[:120]}); "
                "set tracker.engine to torch, or make the graphs again with `handtrack graphs`"
            ) from None


class _Lane:
    """One hand's way through a compiled graph, with inputs and outputs of its own."""

    def __init__(self, request: Any) -> None:
        self._request = request
        # Views of memory that the request owns and keeps in place.
        self._inputs = [tensor.data for tensor in request.input_tensors]
        self._outputs = [tensor.data for tensor in request.output_tensors]

    def run(self, inputs: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        self._fill(inputs)
        self._request.infer()
        return self._results()

    def start(self, inputs: tuple[np.ndarray, ...]) -> None:
        self._fill(inputs)
        self._request.start_async()

    def wait(self) -> tuple[np.ndarray, ...]:
        self._request.wait()
        return self._results()

    def _fill(self, inputs: tuple[np.ndarray, ...]) -> None:
        for own, given in zip(self._inputs, inputs, strict=True):
            np.copyto(own, given)

    def _results(self) -> tuple[np.ndarray, ...]:
        return tuple(output.copy() for output in self._outputs)
