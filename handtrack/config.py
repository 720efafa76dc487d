"""Typed, validated settings of the program; the sections are those of configs/default.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_serializer,
    field_validator,
)

from handtrack.checks import MOST_HANDS
from handtrack.config_loading import load_typed
from handtrack.resources import resource_path


def _expand(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(str(error)) from None


FilePath = Annotated[Path, AfterValidator(_expand)]
Positive = Annotated[float, Field(gt=0)]
Probability = Annotated[float, Field(ge=0, le=1)]
CameraIndex = Annotated[int, Field(ge=0)]
CameraName = Annotated[str, Field(min_length=1)]


class Section(BaseModel):
    """Base of every group of settings: frozen, with unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _keep_switches_and_values_apart(cls, value: Any, info: ValidationInfo) -> Any:
        # YAML reads `on` and `off` as booleans, which pydantic would take as 1 and 0, and 1 as true.
        switch = cls.model_fields[str(info.field_name)].annotation is bool
        if switch != isinstance(value, bool):
            raise ValueError("true or false is needed" if switch else "true or false is no value here")
        return value


class CameraSettings(Section):
    """What is asked of a camera, and what is known of its optics."""

    device: Annotated[
        CameraIndex | CameraName, Field(description="an index from 0, or a name or id of `handtrack cameras`")
    ] = 0
    width: Annotated[int, Field(ge=16, le=16384)] = 1280
    height: Annotated[int, Field(ge=16, le=16384)] = 720
    fps: Annotated[float, Field(gt=0, le=1000)] = 30.0
    fourcc: Annotated[
        str, Field(pattern=r"^(|[A-Za-z0-9 ]{4})$", description='four letters or digits such as MJPG, or ""')
    ] = "MJPG"
    stale_after: Positive = 2.0
    field_of_view: Annotated[float, Field(ge=10, le=150)] = 60.0


class SourceSettings(Section):
    """What is known of the pictures, whatever they come from."""

    mirrored: bool = False


class PlaybackSettings(Section):
    """How files are played."""

    loop: bool = True
    images_as_video: bool = False
    image_fps: Annotated[float, Field(gt=0, le=1000)] = 10.0


class TrackerSettings(Section):
    """How hands are found, refined, followed and smoothed."""

    weights: FilePath | None = None
    engine: Literal["auto", "openvino-int8", "openvino", "onnxruntime", "torch", "openvino-bf16", "cuda"] = (
        "auto"
    )
    detector: Literal["auto", "own", "palm", "mediapipe"] = "auto"
    detection_confidence: Annotated[float | None, Field(ge=0.05, le=1)] = None
    max_hands: Annotated[int, Field(ge=1, le=MOST_HANDS)] = 2
    gate_threshold: Probability = 0.5
    presence_threshold: Probability = 0.5
    lost_after: Annotated[int, Field(ge=1, le=3)] = 3
    redetect_interval: Annotated[float, Field(ge=0, le=60)] = 0.25
    warm_start: bool = True
    smoothing: bool = True
    one_euro_min_cutoff: Positive = 1.2
    one_euro_beta: Annotated[float, Field(ge=0)] = 100.0
    one_euro_noise: Annotated[float, Field(ge=0)] = 15.0
    palm_length: Annotated[float, Field(ge=0.03, le=0.2)] = 0.09


class RecordingSettings(Section):
    """Where and how sessions are written."""

    folder: FilePath | None = None
    queue_frames: Annotated[int, Field(ge=1, le=10000)] = 90
    flush_interval: Annotated[float, Field(gt=0, le=1)] = 0.5
    video_crf: Annotated[int, Field(ge=0, le=51)] = 23
    video: Literal["full", "half", "none"] = "full"
    traces: bool = True
    part_minutes: Annotated[float | None, Field(ge=0.1, le=1440)] = None
    least_free_mb: Annotated[int, Field(ge=0)] = 500
    video_preset: Literal["ultrafast", "superfast", "veryfast", "fast", "medium", "slow"] = "ultrafast"


class StreamingSettings(Section):
    """Where results go while they are tracked; see docs/streams.md."""

    to: Annotated[
        tuple[Annotated[str, Field(max_length=200)], ...],
        Field(max_length=16, description="a list of addresses such as [osc://127.0.0.1:9000]"),
    ] = ()
    processors: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=500)], ...],
        Field(max_length=16, description="a list of classes such as [my_module:MyProcessor]"),
    ] = ()
    queue_frames: Annotated[int, Field(ge=1, le=1000)] = 4
    beyond_this_machine: bool = False
    token: SecretStr | None = None

    @field_serializer("token", when_used="json")
    def _keep_the_token(self, token: SecretStr | None) -> None:
        """Never written down with the other settings: sessions hold them, and are given to others."""

    @property
    def secret(self) -> str:
        """The token as text, "" for none."""
        return "" if self.token is None else self.token.get_secret_value()

    @property
    def wanted(self) -> bool:
        """Whether results are to go anywhere."""
        return bool(self.to or self.processors)


class WindowSettings(Section):
    """How the window shows things."""

    mirror: bool = True
    theme: Literal["system", "dark", "light"] = "dark"
    remember_recent: bool = True
    history_seconds: Annotated[float, Field(ge=1, le=120)] = 10.0
    refresh_hz: Annotated[float, Field(ge=1, le=240)] = 60.0


class Settings(Section):
    """All settings of the program."""

    camera: CameraSettings = CameraSettings()
    source: SourceSettings = SourceSettings()
    playback: PlaybackSettings = PlaybackSettings()
    tracker: TrackerSettings = TrackerSettings()
    recording: RecordingSettings = RecordingSettings()
    streaming: StreamingSettings = StreamingSettings()
    window: WindowSettings = WindowSettings()


def load_settings(
    path: Path | None = None, overrides: Sequence[str] | None = None, remembered: Sequence[str] = ()
) -> Settings:
    """Settings from the shipped defaults, then a YAML file, then "section.key=value" overrides.

    remembered: overrides that come before the file, as the window remembers them.

    Raises ConfigError with each bad key's path, the value found, where it was set, the allowed values and a
    near match.
    """
    layers: list[Path | str] = [resource_path("configs/default.yaml"), *remembered]
    if path is not None:
        layers.append(path)
    return load_typed(Settings, layers, overrides or ())
