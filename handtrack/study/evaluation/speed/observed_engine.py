"""An engine that notes how long each call takes, for the tracker to use in place of the bare one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from handtrack.engines import EncodedCrops, Engine, LoopResult, LoopStart

ENCODE: Final = "encode"
START_FROM: Final = "start from"
KEEP: Final = "keep"


def loop_stage(loop: int) -> str:
    """What the times of a loop, counted from 0, are called: people count from 1."""
    return f"loop {loop + 1}"


@dataclass(frozen=True, slots=True)
class Spent:
    """Milliseconds that passed, and of processor time of all threads of this process."""

    time: float
    processor: float


class ObservedEngine:
    """Forwards everything to an engine; implements the protocol `Engine`."""

    def __init__(self, engine: Engine) -> None:
        self.name = engine.name
        self.max_iterations = engine.max_iterations
        self.metadata = engine.metadata
        self._engine = engine
        self._times: list[tuple[str, int, int]] = []

    def prepare(self, hands: int = 1) -> None:
        """See `Engine.prepare`; not timed."""
        self._engine.prepare(hands)

    def close(self) -> None:
        """See `Engine.close`."""
        self._engine.close()

    def encode(self, crops: np.ndarray) -> EncodedCrops:
        """See `Engine.encode`."""
        begin = _now()
        encoded = self._engine.encode(crops)
        self._note(ENCODE, begin)
        return encoded

    def refine(self, encoded: EncodedCrops, state: Any, loop: int, rows: np.ndarray) -> LoopResult:
        """See `Engine.refine`."""
        begin = _now()
        result = self._engine.refine(encoded, state, loop, rows)
        self._note(loop_stage(loop), begin)
        return result

    def start_from(self, start: LoopStart) -> Any:
        """See `Engine.start_from`."""
        begin = _now()
        state = self._engine.start_from(start)
        self._note(START_FROM, begin)
        return state

    def keep(self, state: Any, positions: np.ndarray) -> Any:
        """See `Engine.keep`."""
        begin = _now()
        kept = self._engine.keep(state, positions)
        self._note(KEEP, begin)
        return kept

    def take(self) -> dict[str, Spent]:
        """What each stage took since the last call, in the order in which they first ran."""
        summed: dict[str, Spent] = {}
        for stage, passed, worked in self._times:
            before = summed.get(stage, Spent(0.0, 0.0))
            summed[stage] = Spent(before.time + passed / 1e6, before.processor + worked / 1e6)
        self._times.clear()
        return summed

    def _note(self, stage: str, begin: tuple[int, int]) -> None:
        worked, passed = _now()
        self._times.append((stage, passed - begin[1], worked - begin[0]))


def _now() -> tuple[int, int]:
    return time.process_time_ns(), time.perf_counter_ns()
