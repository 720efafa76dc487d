"""What runs the network: encode once, then one call for each loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


@dataclass(frozen=True, slots=True)
class EncodedCrops:
    """A batch of crops after the encoder.

    features: the engine's own. presence, right: (B,) probabilities that a hand is in the crop, and
    that it looks like a right hand.
    """

    features: Any
    presence: np.ndarray
    right: np.ndarray


@dataclass(frozen=True, slots=True)
class LoopResult:
    """One loop's output for a batch, in crop sides (see `handtrack.model.estimate`).

    xy: (B, 21, 2) float32 in 0..1. z: (B, 21) float32. sigma_xy: (B, 21, 2) and sigma_z: (B, 21) float32, one
    standard deviation along each axis. exit_probability: (B,) float32. state: the engine's own, for the next
    loop.
    """

    xy: np.ndarray
    z: np.ndarray
    sigma_xy: np.ndarray
    sigma_z: np.ndarray
    exit_probability: np.ndarray
    state: Any


@dataclass(frozen=True, slots=True)
class LoopStart:
    """What is believed of K hands before the first loop, in crop sides as in `LoopResult`.

    xy: (K, 21, 2). z: (K, 21). sigma_xy: (K, 21, 2). sigma_z: (K, 21).
    """

    xy: np.ndarray
    z: np.ndarray
    sigma_xy: np.ndarray
    sigma_z: np.ndarray


class Engine(Protocol):
    """Runs a trained network on crops. name: one of `handtrack.engines.ENGINES`."""

    name: str
    max_iterations: int
    metadata: dict[str, Any]

    def prepare(self, hands: int = 1) -> None:
        """Do now what so many hands would have to wait for at first, as for compiling. Raises ModelError."""
        ...

    def close(self) -> None:
        """Let go of what `prepare` makes; the engine can be used again, and makes it anew."""
        ...

    def encode(self, crops: np.ndarray) -> EncodedCrops:
        """Features of crops (B, 128, 128, 3) uint8 BGR."""
        ...

    def refine(self, encoded: EncodedCrops, state: Any, loop: int, rows: np.ndarray) -> LoopResult:
        """One loop, counted from 0, for the given rows (K,) of the batch.

        state: None in loop 0, or `start_from` there; after it the last loop's. It must hold the same rows;
        see `keep`.
        """
        ...

    def start_from(self, start: LoopStart) -> Any:
        """The state of loop 0 of hands that begin from an estimate, such as the last frame's."""
        ...

    def keep(self, state: Any, positions: np.ndarray) -> Any:
        """The state with only the given positions (K,) of its rows, for those that go on."""
        ...


def every_loop(engine: Engine, crops: np.ndarray) -> list[LoopResult]:
    """What is said of crops (B, 128, 128, 3) after each of all loops, from nothing; the gate is not asked."""
    encoded, rows = engine.encode(crops), np.arange(len(crops))
    loops: list[LoopResult] = []
    for loop in range(engine.max_iterations):
        loops.append(engine.refine(encoded, loops[-1].state if loops else None, loop, rows))
    return loops
