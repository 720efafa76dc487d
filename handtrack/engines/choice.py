"""Which engine `auto` takes: of those that work here and are as good, the fastest on this machine."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from handtrack.engines.base import Engine
from handtrack.engines.creation import EQUAL_ENGINES, EXACT, HALF, INT8, create_named
from handtrack.engines.followed_time import follow_once, followed_times
from handtrack.engines.graph_files import int8_is_close
from handtrack.engines.half_probe import check_half
from handtrack.engines.kept_times import KeptTimes
from handtrack.engines.processor import this_processor
from handtrack.errors import ModelError

logger = logging.getLogger(__name__)

_CLEAR: Final = 0.95
"""What an engine must take of another's time at most to be preferred over it: measuring has its noise."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine that `auto` takes.

    followed_ms: what a followed hand takes on this machine, in milliseconds by engine; empty where there was
    nothing to compare.
    """

    engine: Engine
    followed_ms: dict[str, float]


def choose_engine(weights: Path) -> Choice:
    """The engine that `auto` takes for weights, by times that are measured once on each machine.

    Those that are compared: the one with its encoder in 8 bits, if its error was measured for these weights
    and is at most 2 % larger than theirs, and this processor runs it exactly; the exact one in OpenVINO; and
    half precision, if the processor has it and it moves joints little enough (`half_probe`). Where none of
    them works, the next that gives the reference's results. Raises ModelError for weights that cannot be
    used.
    """
    names = [EXACT]
    if int8_is_close(weights):
        names.insert(0, INT8)
    if this_processor().half:
        names.append(HALF)
    made: dict[str, Engine] = {}
    times: dict[str, float] = {}
    if len(names) > 1:
        try:
            kept = KeptTimes(weights, names)
            times = kept.read()
            if not times:
                made = _working(weights, names)
                times = followed_times(made)
                kept.write(times)
        except ModelError as error:
            logger.info("engines of OpenVINO are not compared: %s", error)
    choice = Choice(_first(weights, _order(names, times), made), times)
    for engine in made.values():
        if engine is not choice.engine:
            engine.close()
    return choice


def _order(names: Sequence[str], times: dict[str, float]) -> list[str]:
    """Names in the order in which they are tried; half precision only where it was found close and won."""
    rest = [*(name for name in names if name != HALF), *EQUAL_ENGINES[1:]]
    best = rest[0]
    compared = [name for name in names if name in times]
    if compared:
        best = compared[0]
        for name in compared[1:]:
            if times[name] < _CLEAR * times[best]:
                best = name
    return [best, *(name for name in rest if name != best)]


def _first(weights: Path, order: Sequence[str], made: dict[str, Engine]) -> Engine:
    *faster, reference = order
    for name in faster:
        if name in made:
            return made[name]
        try:
            return create_named(name, weights)
        except ModelError as error:
            logger.info("engine %s is left out: %s", name, error)
    return create_named(reference, weights)


def _working(weights: Path, names: Sequence[str]) -> dict[str, Engine]:
    """Those of the engines that can follow a hand here, and are as good as the exact one."""
    working: dict[str, Engine] = {}
    for name in names:
        try:
            engine = create_named(name, weights)
            follow_once(engine)
            if name == HALF:
                check_half(engine, working.get(EXACT))
            working[name] = engine
        except ModelError as error:
            logger.info("engine %s is left out: %s", name, error)
    return working
