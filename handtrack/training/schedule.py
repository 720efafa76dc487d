"""What changes over a run: learning rates, the selector's temperature and certainty, the loops in use."""

from __future__ import annotations

import math
from dataclasses import dataclass

from handtrack.training.settings import TrainingSettings

_LAST_RATE = 0.01  # of the peak learning rate


@dataclass(frozen=True, slots=True)
class Schedule:
    """Values at one moment of a run. rate: factor of the peak learning rates."""

    rate: float
    temperature: float
    entropy_weight: float
    loops: int


def schedule_at(settings: TrainingSettings, share: float, step: int) -> Schedule:
    """The schedule at this share (0..1) of the run and after so many steps."""
    warmup = min(1.0, (step + 1) / max(1, settings.warmup_steps))
    cosine = 0.5 * (1 + math.cos(math.pi * share))
    first, last = settings.selector_temperature
    return Schedule(
        rate=warmup * (_LAST_RATE + (1 - _LAST_RATE) * cosine),
        temperature=first * (last / first) ** share,
        entropy_weight=settings.selector_entropy * share,
        loops=max(stage.loops for stage in settings.stages if stage.start <= share),
    )
