"""How long engines take for a followed hand: encode one crop, and one loop from the last frame's estimate."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Final

import numpy as np

from handtrack.engines.base import Engine, LoopStart
from handtrack.engines.int8_probe import probe_crop
from handtrack.skeleton import JOINT_COUNT

_ROUNDS: Final = 24
_LEAST_ROUNDS: Final = 8
_MOST_SECONDS: Final = 1.0
"""After the least number of rounds; a calm machine takes a quarter of that."""

# An engine works on the thread that calls it, and other programs hardly change that thread's own time: of two
# equal engines it differed by 2 % where clock times differed by half. Windows counts it in steps of 15 ms.
_clock = time.perf_counter if sys.platform == "win32" else time.thread_time


def follow_once(engine: Engine) -> None:
    """Do what a followed hand asks for, once. Raises ModelError where the engine cannot."""
    start = LoopStart(
        np.full((1, JOINT_COUNT, 2), 0.5, np.float32),
        np.zeros((1, JOINT_COUNT), np.float32),
        np.full((1, JOINT_COUNT, 2), 0.02, np.float32),
        np.full((1, JOINT_COUNT), 0.02, np.float32),
    )
    engine.refine(engine.encode(probe_crop()), engine.start_from(start), 0, np.arange(1))


def followed_times(engines: Mapping[str, Engine]) -> dict[str, float]:
    """Milliseconds of a followed hand by engine, the lower quartile of rounds in which they take turns.

    Each must have followed a hand before, or compiling is counted in.
    """
    taken: dict[str, list[float]] = {name: [] for name in engines}
    end = time.perf_counter() + _MOST_SECONDS
    for done in range(_ROUNDS):
        if done >= _LEAST_ROUNDS and time.perf_counter() > end:
            break
        for name, engine in engines.items():
            began = _clock()
            follow_once(engine)
            taken[name].append(_clock() - began)
    return {name: round(float(np.quantile(each, 0.25)) * 1e3, 3) for name, each in taken.items()}
