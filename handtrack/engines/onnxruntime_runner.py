"""The network's graphs in ONNX Runtime, on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from handtrack.errors import ModelError
from handtrack.extras import installing


class OnnxRuntimeRunner:
    """Loads each graph when it is first needed, and runs it on one thread for any number of hands."""

    def __init__(self, graphs: dict[str, Path]) -> None:
        """graphs: paths by name. Raises ModelError where ONNX Runtime is missing."""
        try:
            import onnxruntime
        except ImportError:
            raise ModelError(f"ONNX Runtime is missing: {installing('onnxruntime')}") from None
        self._runtime: Any = onnxruntime
        self._options: Any = onnxruntime.SessionOptions()
        self._options.intra_op_num_threads = 1
        self._options.inter_op_num_threads = 1
        self._options.log_severity_level = 3  # its remarks on its own rewriting of the graph
        self._paths = graphs
        self._sessions: dict[str, tuple[Any, tuple[str, ...]]] = {}

    def run(self, graph: str, inputs: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
        """Outputs of one graph; see `GraphRunner.run`."""
        session, names = self._session(graph)
        return tuple(session.run(None, dict(zip(names, inputs, strict=True))))

    def prepare(self, hands: int) -> None:
        """Load all graphs now; they serve any number of hands. Raises ModelError."""
        for graph in self._paths:
            self._session(graph)

    def close(self) -> None:
        """Let go of all that was loaded."""
        self._sessions.clear()

    def _session(self, graph: str) -> tuple[Any, tuple[str, ...]]:
        if graph not in self._sessions:
            self._sessions[graph] = self._load(self._paths[graph])
        return self._sessions[graph]

    def _load(self, path: Path) -> tuple[Any, tuple[str, ...]]:
        try:
            session = self._runtime.InferenceSession(path, self._options, providers=["CPUExecutionProvider"])
        except Exception as error:  # its own exceptions have no common class but this one
            raise ModelError(
                f"ONNX Runtime cannot run {path} ({' '.join(str(error).split())[:120]}); "
                "set tracker.engine to torch, or make the graphs again with `handtrack graphs`"
            ) from None
        return session, tuple(each.name for each in session.get_inputs())
