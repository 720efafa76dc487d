"""Settings of a training of the finder, loaded from configs/training/finder.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from handtrack.config_loading import load_typed
from handtrack.study.training.settings import DataSettings


class FinderSettings(DataSettings):
    """One training run of the network that finds hands."""

    # Weights of an estimator, whose first layers a network that goes on from nothing else begins with
    features_from: Path | None = None
    start_from: Path | None = None  # weights of an earlier run, or the graph of a finder, to go on from
    pictures: Path = Path("runs/pictures")  # where whole pictures are kept, made small
    pixels: Annotated[int, Field(ge=64, multiple_of=32)] = 160  # side of a scene
    seed: int = 0
    samples: Annotated[int, Field(ge=1)] = 600_000  # length of the run; the schedule is laid out over it
    max_hours: Annotated[float | None, Field(gt=0)] = None  # ends the run earlier, schedule included
    batch: Annotated[int, Field(ge=4)] = 32
    learning_rate: Annotated[float, Field(gt=0)] = 1.5e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.02
    warmup_steps: Annotated[int, Field(ge=1)] = 300
    ema_decay: Annotated[float, Field(ge=0, lt=1)] = 0.999


def load_finder_settings(path: Path, overrides: Sequence[str] = ()) -> FinderSettings:
    """Settings from a YAML file and "key=value" overrides. Raises ConfigError naming the key."""
    return load_typed(FinderSettings, [path], overrides)
