"""Settings of a training run, loaded from configs/training/*.yaml."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from handtrack.config_loading import load_typed
from handtrack.model.architecture import Architecture, Likelihood, LoopNormMode

GateForm = Literal["gain", "gumbel"]
Grouping = Literal["learned", "random", "anatomical"]

FINGER_GROUPS = 5


class Stage(BaseModel):
    """From this share of the run on, so many loops are unrolled."""

    model_config = ConfigDict(extra="forbid")
    start: Annotated[float, Field(ge=0, lt=1)]
    loops: Annotated[int, Field(ge=1, le=8)]


class DataSettings(BaseModel):
    """What a run is trained on. Paths are relative to the folder that the command runs in."""

    model_config = ConfigDict(extra="forbid")

    data: Path  # folder with the pictures that the labels name
    labels: Path  # folder written by `handtrack label`
    label_kind: Literal["careful", "single"] = "careful"  # many passes of the teacher, or its first alone
    splits: Path  # which sources and files are validation
    rendered: tuple[Path, ...] = ()  # folders written by `handtrack synth`, or one of them
    # Rendered hands that are not trained on, whose exact depth is what depth's sigma is fitted to.
    rendered_validation: Path | None = None
    patches: Path = Path("runs/patches")  # where hands cut out of their pictures are kept for later runs

    @field_validator("rendered", mode="before")
    @classmethod
    def _one_or_several(cls, value: Any) -> Any:
        return () if value is None else (value,) if isinstance(value, str | Path) else value

    def identity(self) -> dict[str, Any]:
        """Plain values of all that makes a run what it is; two runs of one identity are the same run.

        Paths may be written differently, the end may be put off, and the machine may be another.
        """
        paths = {name for name, field in type(self).model_fields.items() if "Path" in str(field.annotation)}
        values: dict[str, Any] = json.loads(self.model_dump_json(exclude=paths | {"max_hours", "device"}))
        return values


class TrainingSettings(DataSettings):
    """One training run of the estimator."""

    # Data
    rendered_share: Annotated[float, Field(ge=0, le=1)] = 0.35  # of the hands in a batch
    without_depth: tuple[str, ...] = ("nails_phone", "nails_ego")  # sources stretched by an unknown factor
    source_cap: Annotated[int, Field(ge=1)] = 600  # a source counts as at most so many hands when sampling
    cell_power: Annotated[float, Field(ge=0, le=1)] = 0.4  # how far rare poses and views are shown more often
    stretch: Annotated[float, Field(ge=0)] = 0.07  # of views, deviation of its logarithm
    background_share: Annotated[float, Field(ge=0, le=1)] = (
        0.35  # of the hands, put before another background
    )
    beside_share: Annotated[float, Field(ge=0, le=1)] = 0.25  # of the hands, with another hand beside them
    empty_share: Annotated[float, Field(ge=0, le=0.5)] = 0.1  # of a batch without a hand

    # Network
    start_from: Path | None = None  # weights of an earlier run to go on from, of the same architecture
    encoder_from: Path | None = None  # weights whose encoder a new network begins with, and trains on
    groups: Annotated[int, Field(ge=1, le=21)] = 3
    group_channels: Annotated[int, Field(ge=1, le=512)] = 24  # of each group's own features
    grouping: Grouping = "learned"  # or drawn by the seed, or one group a finger
    norm: LoopNormMode = "per_loop"
    attention: bool = True  # a loop's features decide what the next attends to
    lift: bool = True  # depth begins with what the points leave possible, learned beforehand
    likelihood: Likelihood = "laplace"

    # Length and optimiser
    seed: int = 0
    device: Literal["auto", "cpu", "cuda"] = "auto"
    # bf16 brings many small conversions: it is for processors that have units for it, and not for cards
    precision: Literal["bf16", "float32"] = "bf16"
    samples: Annotated[int, Field(ge=1)] = 500_000  # length of the run; the schedule is laid out over it
    max_hours: Annotated[float | None, Field(gt=0)] = None  # ends the run earlier, schedule included
    batch: Annotated[int, Field(ge=4)] = 48
    learning_rate: Annotated[float, Field(gt=0)] = 2e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.02
    warmup_steps: Annotated[int, Field(ge=0)] = 300
    ema_decay: Annotated[float, Field(ge=0, lt=1)] = 0.9985

    # Loops
    stages: list[Stage] = [Stage(start=0.0, loops=4)]
    loop_decay: Annotated[float, Field(gt=0, le=1)] = 0.8  # weight of a loop's loss over the next one's
    warm_share: Annotated[float, Field(ge=0, lt=1)] = (
        0.25  # of the batches begin from a last frame's estimate
    )

    # Weights of the other losses
    heat_weight: Annotated[float, Field(ge=0)] = 1.0
    presence_weight: Annotated[float, Field(ge=0)] = 0.1
    right_weight: Annotated[float, Field(ge=0)] = 0.05

    # Joint groups
    selector_temperature: tuple[float, float] = (1.0, 0.1)  # first and last, annealed geometrically
    selector_learning_rate: Annotated[float, Field(gt=0)] = 2e-2
    selector_entropy: Annotated[float, Field(ge=0)] = 0.1  # weight at the end of the run, rising from 0

    # Gate, fitted once the network is final
    gate_form: GateForm = "gain"
    gate_price: Annotated[float, Field(ge=0)] = (
        5e-4  # error in the image that a loop must save, in crop sides: of a hand that is new,
    )
    gate_price_followed: Annotated[float, Field(ge=0)] = 5e-4  # and of one that is followed, in every frame
    gate_hands: Annotated[int, Field(ge=1)] = 8_000
    gate_steps: Annotated[int, Field(ge=0)] = 1_500

    # Sigma: how much larger depth's is of bodies unlike those of rendered_validation, which training shows
    depth_doubt: Annotated[float, Field(ge=1)] = 1.0

    @model_validator(mode="after")
    def _fitting_groups(self) -> TrainingSettings:
        if self.grouping == "anatomical" and self.groups != FINGER_GROUPS:
            raise ValueError(f"anatomical grouping has {FINGER_GROUPS} groups; set groups to {FINGER_GROUPS}")
        return self

    @property
    def architecture(self) -> Architecture:
        """The network that these settings train."""
        return Architecture(
            groups=self.groups,
            group_channels=self.group_channels,
            loops=max(stage.loops for stage in self.stages),
            norm=self.norm,
            attention=self.attention,
            lift=self.lift,
            likelihood=self.likelihood,
        )


def load_training_settings(path: Path, overrides: Sequence[str] = ()) -> TrainingSettings:
    """Settings from a YAML file and "key=value" overrides. Raises ConfigError naming the key."""
    return load_typed(TrainingSettings, [path], overrides)
