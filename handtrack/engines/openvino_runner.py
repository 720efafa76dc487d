"""The network's graphs in OpenVINO, on the CPU."""

from __future__ import annotations

import threading
import weakref
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np

from handtrack.ending import NativeThread
from handtrack.engines.graph_engine import MOST_TOGETHER
from handtrack.engines.openvino_package import make_requests, openvino_core
from handtrack.errors import ModelError
from handtrack.native_threads import hands_side_by_side

Precision = Literal["f32", "bf16"]

_PASSING: Final = 4
"""Times that a graph runs for two before they are two that stay: a new hand is looked at three times over."""


class OpenVinoRunner:
    """Runs each hand on one thread: a single hand on the caller's, two side by side on one each.

    So small a network is quickest on one thread: several would wait for each other in every layer. A graph
    for a fixed number of hands runs a third faster than one for any number, so each is compiled for one hand;
    and once more for two threads, which costs a single hand a tenth more. That is done beside the work, once
    two were asked for more often than for a new hand, which is looked at as a left and as a right one; until
    it is ready, hands take turns. Graphs are compiled when they are first needed, or by `prepare`.
    """

    # OpenVINO's snippets end the process while they compile small graphs of fixed shape (2026.4).
    options: Mapping[str, Any] = {"SNIPPETS_MODE": "DISABLE"}

    def __init__(self, graphs: dict[str, Path], precision: Precision = "f32") -> None:
        """graphs: paths by name. Raises ModelError where OpenVINO is missing."""
        openvino_core()
        self._options = {**self.options, "INFERENCE_PRECISION_HINT": precision}
        self._paths = graphs
        self._single: dict[str, _Lane] = {}
        self._pairs = _Pairs(graphs, self._options)
        self._together: Counter[str] = Counter()
        # A runner that is dropped is not kept by its compilation, nor does that go on for nobody.
        weakref.finalize(self, self._pairs.ask_to_end)

    def run(self, graph: str, inputs: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        """Outputs of one graph; see `GraphRunner.run`."""
        hands = len(inputs[0])
        if hands == 1:
            return self._lane(graph).run(inputs)
        each = [tuple(values[hand : hand + 1] for values in inputs) for hand in range(hands)]
        pair = self._pairs.ready.get(graph)
        if pair is None:
            self._together[graph] += 1
            if self._together[graph] > _PASSING and hands_side_by_side():
                self._pairs.start()
            results = [self._lane(graph).run(one) for one in each]
        else:
            for lane, one in zip(pair, each, strict=True):
                lane.start(one)
            results = [lane.wait() for lane in pair]
        return tuple(np.concatenate(column) for column in zip(*results, strict=True))

    def prepare(self, hands: int) -> None:
        """Compile all graphs now. Raises ModelError."""
        for graph in self._paths:
            self._lane(graph)
        if hands > 1:
            self._pairs.start()
            self._pairs.wait()

    def close(self) -> None:
        """Let go of all requests, and end what still is being compiled, within the time that one graph takes.

        The runner can be used again, and makes them anew.
        """
        self._pairs.ask_to_end()
        self._pairs.wait()
        self._pairs.ready.clear()
        self._single.clear()

    def operations(self, graph: str) -> list[tuple[str, float]]:
        """Type and milliseconds of each operation in a single hand's last run; needs PERF_COUNT."""
        return self._lane(graph).operations()

    def _lane(self, graph: str) -> _Lane:
        if graph not in self._single:
            (self._single[graph],) = _compile(self._paths[graph], self._options, 1)
        return self._single[graph]


class _Pairs:
    """Graphs compiled for two hands side by side, in a thread beside the work.

    ready: what is compiled so far, by name.
    """

    def __init__(self, paths: Mapping[str, Path], options: Mapping[str, Any]) -> None:
        self.ready: dict[str, list[_Lane]] = {}
        self._paths = paths
        self._options = options
        self._unwanted = threading.Event()
        self._thread: NativeThread | None = None

    def start(self) -> None:
        """Begin to compile what is not ready; nothing if that was begun."""
        if self._thread is None or (self._unwanted.is_set() and not self._thread.is_alive()):
            self._unwanted = threading.Event()
            fill = partial(self._fill, self._unwanted)
            self._thread = NativeThread(fill, "handtrack-compile", self.ask_to_end)
            self._thread.start()

    def ask_to_end(self) -> None:
        """Compile no further graph."""
        self._unwanted.set()

    def wait(self) -> None:
        """Wait until all are compiled, or the one in hand after `ask_to_end`."""
        if self._thread is not None:
            self._thread.join()

    def _fill(self, unwanted: threading.Event) -> None:
        for graph, path in self._paths.items():
            if unwanted.is_set():
                return
            if graph not in self.ready:
                try:
                    self.ready[graph] = _compile(path, self._options, MOST_TOGETHER)
                except ModelError:
                    return  # whoever compiles the same graph for one hand tells


def _compile(path: Path, options: Mapping[str, Any], lanes: int) -> list[_Lane]:
    threads = {"INFERENCE_NUM_THREADS": lanes, "NUM_STREAMS": lanes}
    try:
        return [_Lane(request) for request in make_requests(path, {**options, **threads}, lanes, batch=1)]
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

    def operations(self) -> list[tuple[str, float]]:
        counters = self._request.profiling_info
        taken = ((each.node_type, each.real_time.total_seconds() * 1e3) for each in counters)
        return [(kind, took) for kind, took in taken if took > 0]

    def _fill(self, inputs: tuple[np.ndarray, ...]) -> None:
        for own, given in zip(self._inputs, inputs, strict=True):
            np.copyto(own, given)

    def _results(self) -> tuple[np.ndarray, ...]:
        return tuple(output.copy() for output in self._outputs)
