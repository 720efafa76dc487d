"""An engine for any runtime that can run the network's graphs; torch is not needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import numpy as np

from handtrack.engines.base import EncodedCrops, LoopResult, LoopStart
from handtrack.engines.graph_files import graph_path
from handtrack.engines.graphs import ENCODE, ESTIMATE, MAPS, REFINED, graph_plans, loop_graph, value_shape
from handtrack.engines.stated_sigma import StatedSigma
from handtrack.errors import ModelError
from handtrack.model.weights_file import architecture_of, read_description

MOST_TOGETHER: Final = 2
"""Hands that go through a graph together; of more hands, so many at a time."""


class GraphRunner(Protocol):
    """Runs graphs by name."""

    def run(self, graph: str, inputs: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        """Outputs of one graph in the order of its plan, for 1 to `MOST_TOGETHER` hands.

        The arrays given are not kept, those returned are the caller's.
        """
        ...

    def prepare(self, hands: int) -> None:
        """Do now what the first runs for so many hands would have to do before. Raises ModelError."""
        ...

    def close(self) -> None:
        """Let go of what `prepare` makes, in the thread that made it; the runner can be used again."""
        ...


class GraphState(NamedTuple):
    """What one loop hands to the next: values by name, each with the hands along its first axis."""

    values: dict[str, np.ndarray]


class GraphEngine:
    """Encodes and refines by running graphs; see `handtrack.engines.graphs`."""

    def __init__(self, name: str, weights: Path, runner: GraphRunner) -> None:
        """For the weights that the runner's graphs belong to. Raises ModelError if they cannot be used."""
        self.name = name
        self.metadata = read_description(weights)
        architecture = architecture_of(weights, self.metadata)
        self.max_iterations = architecture.loops
        self._channels = architecture.channels
        self._weights = weights
        self._known: set[str] = set()
        self._sigma = StatedSigma(weights, architecture, self.metadata)
        self._runner = runner
        self._plans = {plan.name: plan for plan in graph_plans(architecture)}

    def prepare(self, hands: int = 1) -> None:
        """Get all graphs ready; see `Engine.prepare`."""
        self._runner.prepare(hands)

    def close(self) -> None:
        """Let go of what the runner has made; see `Engine.close`."""
        self._runner.close()

    def encode(self, crops: np.ndarray) -> EncodedCrops:
        """Features of crops (B, 128, 128, 3) uint8 BGR."""
        values = self._run(ENCODE, (crops,))
        return EncodedCrops({name: values[name] for name in MAPS}, values["presence"], values["right"])

    def refine(self, encoded: EncodedCrops, state: Any, loop: int, rows: np.ndarray) -> LoopResult:
        """One loop for the given rows of the batch; see `Engine.refine`."""
        maps: dict[str, np.ndarray] = encoded.features
        if len(rows) < len(maps["middle"]):
            maps = {name: values[rows] for name, values in maps.items()}
        given = maps if state is None else {**maps, **state.values}
        graph = loop_graph(loop, warm=state is not None, loops=self.max_iterations)
        values = self._run(graph, tuple(given[name] for name in self._plans[graph].inputs))
        sigma_xy, sigma_z = self._sigma.read(values["log_scale"])
        kept: dict[str, np.ndarray] = {name: values[name] for name in (*ESTIMATE, REFINED) if name in values}
        return LoopResult(
            values["xy"], values["z"], sigma_xy, sigma_z, values["exit_probability"], GraphState(kept)
        )

    def start_from(self, start: LoopStart) -> Any:
        """The state of loop 0 of hands that begin from an estimate; see `Engine.start_from`."""
        return GraphState(
            {
                "xy": np.ascontiguousarray(start.xy, np.float32),
                "z": np.ascontiguousarray(start.z, np.float32),
                "log_scale": self._sigma.state(start),
            }
        )

    def keep(self, state: Any, positions: np.ndarray) -> Any:
        """The state of the hands at the given positions."""
        return GraphState({name: values[positions] for name, values in state.values.items()})

    def _run(self, graph: str, inputs: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
        """Outputs by name, for any number of hands."""
        names = self._plans[graph].outputs
        hands = len(inputs[0])
        if hands == 0:
            return {name: np.zeros((0, *self._shape(name)), np.float32) for name in names}
        if hands <= MOST_TOGETHER:
            return dict(zip(names, self._run_one(graph, inputs), strict=True))
        parts = [
            self._run_one(graph, tuple(values[first : first + MOST_TOGETHER] for values in inputs))
            for first in range(0, hands, MOST_TOGETHER)
        ]
        joined = (np.concatenate(column) for column in zip(*parts, strict=True))
        return dict(zip(names, joined, strict=True))

    def _run_one(self, graph: str, inputs: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        """Outputs of one graph, which is looked at the first time: its file may be any graph."""
        if graph in self._known:
            return self._runner.run(graph, inputs)
        try:
            outputs = self._runner.run(graph, inputs)
            found = [values.shape[1:] for values in outputs]
        except ModelError:
            raise
        except Exception as error:  # the runtimes' own exceptions have no common class but this one
            raise self._unfit(graph, " ".join(str(error).split())[:120]) from None
        if found != [self._shape(name) for name in self._plans[graph].outputs]:
            raise self._unfit(graph, f"it gives values of the shapes {found}")
        self._known.add(graph)
        return outputs

    def _shape(self, name: str) -> tuple[int, ...]:
        return value_shape(name, self._channels)

    def _unfit(self, graph: str, reason: str) -> ModelError:
        path = graph_path(self._weights, graph)
        return ModelError(
            f"graph {path} does not do what its name says ({reason}); "
            f"run `handtrack graphs {self._weights}`, or set tracker.engine to torch"
        )
