"""Settings of a training run, loaded from configs/training/*.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from handtrack.config_loading import load_typed


class Stage(BaseModel):
    """From this share of the run on, so many loops are unrolled."""

    model_config = ConfigDict(extra="forbid")
    start: Annotated[float, Field(ge=0, lt=1)]
    loops: Annotated[int, Field(ge=1, le=8)]


class TrainingSettings(BaseModel):
    """One training run. Paths are relative to the folder that the command runs in."""

    model_config = ConfigDict(extra="forbid")
    data: Path  # folder with the pictures that the labels name
    labels: Path  # folder written by `handtrack label`
    label_kind: Literal["careful", "single"] = "careful"  # many passes of the teacher, or its first alone
    splits: Path  # which sources and files are validation
    rendered: Path | None = None  # folder written by `handtrack synth`
    rendered_share: Annotated[float, Field(ge=0, le=1)] = 0.35  # of the hands in a batch
    seed: int = 0
    samples: Annotated[int, Field(ge=1)] = 500_000  # length of the run; the schedule is laid out over it
    max_hours: Annotated[float | None, Field(gt=0)] = None  # ends the run earlier, schedule included
    batch: Annotated[int, Field(ge=4)] = 48
    empty_share: Annotated[float, Field(ge=0, le=0.5)] = 0.1  # of a batch without a hand
    learning_rate: Annotated[float, Field(gt=0)] = 2e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.02
    warmup_steps: Annotated[int, Field(ge=0)] = 300
    ema_decay: Annotated[float, Field(ge=0, lt=1)] = 0.9985
    loop_decay: Annotated[float, Field(gt=0, le=1)] = 0.8
    gate_share: Annotated[float, Field(gt=0, lt=1)] = 0.02  # leaving is right if no loop gains more
    gate_steps: Annotated[int, Field(ge=0)] = 250  # of fitting the gate once the network is final
    heat_weight: Annotated[float, Field(ge=0)] = 1.0
    presence_weight: Annotated[float, Field(ge=0)] = 0.1
    right_weight: Annotated[float, Field(ge=0)] = 0.05
    gate_weight: Annotated[float, Field(ge=0)] = 0.1
    groups: Annotated[int, Field(ge=1, le=21)] = 3
    norm: Literal["per_loop", "shared"] = "per_loop"
    stages: list[Stage] = [Stage(start=0.0, loops=4)]
    selector_temperature: tuple[float, float] = (1.0, 0.1)  # first and last, annealed geometrically
    selector_learning_rate: Annotated[float, Field(gt=0)] = 2e-2
    source_cap: Annotated[int, Field(ge=1)] = 600  # a source counts as at most so many hands when sampling


def load_training_settings(path: Path, overrides: Sequence[str] = ()) -> TrainingSettings:
    """Settings from a YAML file and "key=value" overrides. Raises ConfigError naming the key."""
    return load_typed(TrainingSettings, [path], overrides)
