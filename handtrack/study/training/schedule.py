"""What changes over a run: learning rates, the selector's temperature and certainty, the loops in use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from handtrack.study.training.settings import TrainingSettings

_LAST_RATE = 0.01  # of the peak learning rate


@dataclass(frozen=True, slots=True)
class Schedule:
    """Values at one moment of a run. rate: factor of the peak learning rates."""

    rate: float
    temperature: float
    entropy_weight: float
    loops: int


def share_done(samples: int, seconds: float, wanted: int, max_hours: float | None) -> float:
    """Share of a run that is done after samples and seconds, by its length or its end."""
    share = samples / wanted
    return share if max_hours is None else max(share, seconds / (max_hours * 3600))


def rate_at(share: float, step: int, warmup_steps: int) -> float:
    """Factor of the peak learning rates: a rise, then half a cosine."""
    warmup = min(1.0, (step + 1) / max(1, warmup_steps))
    cosine = 0.5 * (1 + math.cos(math.pi * share))
    return warmup * (_LAST_RATE + (1 - _LAST_RATE) * cosine)


def schedule_at(settings: TrainingSettings, share: float, step: int) -> Schedule:
    """The schedule at this share (0..1) of the run and after so many steps."""
    first, last = settings.selector_temperature
    return Schedule(
        rate=rate_at(share, step, settings.warmup_steps),
        temperature=first * (last / first) ** share,
        entropy_weight=settings.selector_entropy * share,
        loops=max(stage.loops for stage in settings.stages if stage.start <= share),
    )
