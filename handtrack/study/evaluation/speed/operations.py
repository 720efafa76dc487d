"""Where the time of the network goes, operation by operation, as OpenVINO's own counters tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from handtrack.engines.graph_engine import GraphEngine
from handtrack.engines.graph_files import find_graphs, find_int8_graphs
from handtrack.engines.openvino_runner import OpenVinoRunner, Precision
from handtrack.study.evaluation.speed.clip_frames import P720
from handtrack.study.evaluation.speed.trial import Trial
from handtrack.tracking import HandTracker

_KINDS: Final = {
    "Convolution": "convolutions",
    "FullyConnected": "matrix products",
    "MatMul": "matrix products",
    "Reorder": "moving values",
    "Transpose": "moving values",
    "Concat": "moving values",
    "Gather": "moving values",
    "Convert": "moving values",
}
_REST: Final = "all others"


@dataclass(frozen=True, slots=True)
class GraphOperations:
    """One graph's operations on a frame. milliseconds, counts: by kind, medians over the frames."""

    milliseconds: Mapping[str, float]
    counts: Mapping[str, int]


def measure_operations(trial: Trial, weights: Path, engine: str) -> dict[str, GraphOperations]:
    """Operations by graph, while trackers follow one hand through the frames.

    The hand runs all loops, from warm and from cold starts, so that every graph is seen. engine: one of
    OpenVINO's by name; others give nothing.
    """
    if not engine.startswith("openvino"):
        return {}
    graphs = find_int8_graphs(weights) if engine == "openvino-int8" else find_graphs(weights)
    runner = CountingRunner(graphs, "bf16" if engine == "openvino-bf16" else "f32")
    for warm_start in (True, False):
        everything = trial.settings.model_copy(update={"gate_threshold": 1.0, "warm_start": warm_start})
        tracker = HandTracker(GraphEngine(engine, weights, runner), trial.detector, everything)
        for frame in trial.frames(P720):
            tracker.process_frame(frame)
    return {graph: _by_kind(runs) for graph, runs in runner.runs.items()}


class CountingRunner(OpenVinoRunner):
    """Runs graphs and keeps what each operation took; runs: by graph, of each run (type, ms) by operation."""

    options: Mapping[str, Any] = {**OpenVinoRunner.options, "PERF_COUNT": True}

    def __init__(self, graphs: dict[str, Path], precision: Precision) -> None:
        super().__init__(graphs, precision)
        self.runs: dict[str, list[list[tuple[str, float]]]] = defaultdict(list)

    def run(self, graph: str, inputs: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        """As every runner, one hand at a time."""
        results = super().run(graph, inputs)
        self.runs[graph].append(self.operations(graph))
        return results


def _by_kind(runs: list[list[tuple[str, float]]]) -> GraphOperations:
    runs = runs[1:] or runs  # what is done once, at first, is not counted
    milliseconds: dict[str, list[float]] = {kind: [] for kind in (*dict.fromkeys(_KINDS.values()), _REST)}
    counts: dict[str, list[int]] = {kind: [] for kind in milliseconds}
    for run in runs:
        spent, seen = dict.fromkeys(milliseconds, 0.0), dict.fromkeys(milliseconds, 0)
        for operation, took in run:
            kind = _KINDS.get(operation, _REST)
            spent[kind] += took
            seen[kind] += 1
        for kind in milliseconds:
            milliseconds[kind].append(spent[kind])
            counts[kind].append(seen[kind])
    return GraphOperations(
        {kind: float(np.median(took)) for kind, took in milliseconds.items()},
        {kind: int(np.median(seen)) for kind, seen in counts.items()},
    )
