"""The network's graphs in OpenVINO, on the CPU."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Literal

import numpy as np

from handtrack.engines.openvino_package import load_openvino
from handtrack.errors import ModelError

Precision = Literal["f32", "bf16"]


class OpenVinoRunner:
    """Runs each hand on one thread of its own: one lane of compiled graphs for one hand, a second for two.

    So small a network is quickest on one thread: several would wait for each other in every layer. A graph
    for a fixed number of hands runs a third faster than one for any number, so each is compiled for one hand.
    The second lane is compiled beside the work when a second hand first appears; until it is ready, hands
    take turns in the first. Graphs are compiled when they are first needed, or by `prepare`.
    """

    def __init__(self, graphs: dict[str, Path], precision: Precision = "f32") -> None:
        """graphs: paths by name. Raises ModelError where OpenVINO is missing."""
        self._core: Any = load_openvino().Core()
        self._options = {
            "INFERENCE_NUM_THREADS": 1,
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": precision,
            # Its snippets end the process while they compile small graphs of fixed shape (2026.4).
            "SNIPPETS_MODE": "DISABLE",
        }
        self._paths = graphs
        self._first: dict[str, _Lane] = {}
        self._second: dict[str, _Lane] = {}
        self._compiler: threading.Thread | None = None

    def run(self, graph: str, inputs: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        """Outputs of one graph; see `GraphRunner.run`."""
        first = self._lane(graph)
        hands = len(inputs[0])
        if hands == 1:
            return first.run(inputs)
        each = [tuple(values[hand : hand + 1] for values in inputs) for hand in range(hands)]
        second = self._second.get(graph)
        if second is None:
            self._compile_second_lane()
            results = [first.run(one) for one in each]
        else:
            second.start(each[1])
            results = [first.run(each[0]), second.wait()]
        return tuple(np.concatenate(column) for column in zip(*results, strict=True))

    def prepare(self, hands: int) -> None:
        """Compile all graphs now. Raises ModelError."""
        for graph in self._paths:
            self._lane(graph)
        if hands > 1:
            self._compile_second_lane()
            if self._compiler is not None:
                self._compiler.join()

    def _lane(self, graph: str) -> _Lane:
        if graph not in self._first:
            self._first[graph] = self._compile(self._paths[graph])
        return self._first[graph]

    def _compile_second_lane(self) -> None:
        if self._compiler is None:
            # Not a daemon: the interpreter must not go away beneath it.
            self._compiler = threading.Thread(target=self._fill_second_lane, name="handtrack-compile")
            self._compiler.start()

    def _fill_second_lane(self) -> None:
        for graph, path in self._paths.items():
            try:
                self._second[graph] = self._compile(path)
            except ModelError:
                return  # the first lane tells, which compiles the same graphs

    def _compile(self, path: Path) -> _Lane:
        try:
            model = self._core.read_model(path)
            model.reshape({each: [1, *list(each.partial_shape)[1:]] for each in model.inputs})
            return _Lane(self._core.compile_model(model, "CPU", self._options).create_infer_request())
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
