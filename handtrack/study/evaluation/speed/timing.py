"""Samples of time: percentiles, ratios of contestants that took turns, and how calm the machine was."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, ParamSpec, TypeVar

import numpy as np

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

_CALM_TAIL: Final = 1.5
"""Slowest twentieth over median of the same work, from which a run is called noisy."""
_CALM_DRIFT: Final = 0.15
"""Relative difference between the thirds of a run, from which a ratio is called uncertain."""
_CALM_SHARE: Final = 0.9
"""Share of the time that single-threaded work gets a core, below which a run is called noisy."""
_PROBE_VALUES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Percentiles:
    """What a number of samples came to. count: of samples. p50, p95, p99: milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """One median over another. low, high: the least and the greatest of the same in each third of the run."""

    value: float
    low: float
    high: float

    @property
    def drift(self) -> float:
        """How far the thirds lie apart, as a share of the value."""
        return (self.high - self.low) / self.value

    @property
    def uncertain(self) -> bool:
        """Whether the thirds differ so much that the value is a rough one."""
        return self.drift > _CALM_DRIFT


def percentiles(samples: Sequence[float]) -> Percentiles | None:
    """Percentiles of samples in milliseconds, None without any."""
    if not len(samples):
        return None
    p50, p95, p99 = np.percentile(samples, (50, 95, 99))
    return Percentiles(len(samples), float(p50), float(p95), float(p99))


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio | None:
    """Median of one series over that of another, both in the order of the run; None without samples."""
    if not len(ours) or not len(theirs):
        return None
    pairs = zip(np.array_split(np.asarray(ours), 3), np.array_split(np.asarray(theirs), 3), strict=True)
    thirds = [float(np.median(a) / np.median(b)) for a, b in pairs if len(a) and len(b)]
    whole = float(np.median(ours) / np.median(theirs))
    return Ratio(whole, min(thirds), max(thirds))


@dataclass(frozen=True, slots=True)
class Against:
    """A contestant over another: by time, as a user waits for it, and by processor time of all threads.

    The second hardly changes when other programs take turns on the same cores.
    """

    time: Ratio
    processor: Ratio


def timed(
    call: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> tuple[Result, float]:
    """What the call gives, and the milliseconds it took."""
    begin = time.perf_counter_ns()
    result = call(*args, **kwargs)
    return result, (time.perf_counter_ns() - begin) / 1e6


def timed_on_processor(
    call: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> tuple[Result, float, float]:
    """The same, and the milliseconds of processor time that all threads of this process spent meanwhile."""
    begin = time.process_time_ns()
    result, milliseconds = timed(call, *args, **kwargs)
    return result, milliseconds, (time.process_time_ns() - begin) / 1e6


@dataclass(slots=True)
class NoiseProbe:
    """The same small work over and over, between the measurements: were the machine idle, it would not vary.

    samples: milliseconds that passed. worked: milliseconds of processor time in them.
    """

    samples: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)
    _work: np.ndarray = field(default_factory=lambda: np.random.default_rng(0).normal(size=_PROBE_VALUES))

    def sample(self) -> None:
        """Do the work once more."""
        begin = time.thread_time_ns()
        # Sorting stays on one thread whatever numpy was built with, and takes about as long as one loop.
        self.samples.append(timed(np.sort, self._work)[1])
        self.worked.append((time.thread_time_ns() - begin) / 1e6)

    def noise(self) -> Noise | None:
        """What the samples say; None before the first."""
        steadiness = percentiles(self.samples)
        if steadiness is None:
            return None
        share = min(1.0, sum(self.worked) / sum(self.samples))
        return Noise(steadiness, steadiness.p95 / steadiness.p50, share)


@dataclass(frozen=True, slots=True)
class Noise:
    """How calm the machine was.

    work: times of the same work. tail: its p95 over its p50. share: of that time that it had a core.
    """

    work: Percentiles
    tail: float
    share: float

    @property
    def noisy(self) -> bool:
        """Whether something else clearly took the machine's time meanwhile."""
        return self.tail > _CALM_TAIL or self.share < _CALM_SHARE
