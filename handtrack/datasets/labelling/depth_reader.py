"""How deep each joint of a real hand is, read from what the teacher says: learned on rendered hands.

The teacher's image points are good and its depths poor, while a hand's shape leaves few depths to choose
from once its points are known. A network that has seen many exact hands from all sides lifts the points;
a second, small one corrects it by the teacher's two depths, having seen what they are on rendered hands.
"""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from handtrack.errors import ModelError
from handtrack.resources import written_whole
from handtrack.skeleton import JOINT_COUNT, MIDDLE_MCP, WRIST

READER_FILE: Final = Path(__file__).with_name("depth_reader.safetensors")
READINGS: Final = 2  # the teacher's depth in the image and that of its world coordinates

_FORMAT: Final = "handtrack-depth-reader-1"
_POINTS: Final = 2 * JOINT_COUNT
_LIFT_WIDTH: Final = 256
_LIFT_BLOCKS: Final = 2
_CORRECTION_WIDTH: Final = 256
_DROPOUT: Final = 0.2


def upright(joints_2d: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
    """Joints (B, 21, 2) from the wrist, fingers up, as a right hand, and their size (B,).

    The size is the root mean square of the turned joints' coordinates, by which they are divided.
    right: (B,) bool.
    """
    points = joints_2d - joints_2d[:, WRIST : WRIST + 1]
    up = points[:, MIDDLE_MCP]
    angle = torch.atan2(up[:, 0], -up[:, 1])
    cosine, sine = angle.cos(), angle.sin()
    turn = torch.stack([torch.stack([cosine, sine], -1), torch.stack([-sine, cosine], -1)], -2)
    points = torch.einsum("bij,bkj->bki", turn, points)
    mirror = torch.stack([torch.where(right, 1.0, -1.0), torch.ones_like(angle)], -1)
    size = points.square().mean(dim=(1, 2)).sqrt().clamp_min(1e-6)
    return points * mirror[:, None] / size[:, None, None], size


class PointLift(nn.Module):
    """Upright points (B, 21, 2) to depths (B, 21) from the wrist in the same unit."""

    def __init__(self) -> None:
        super().__init__()
        self.read = nn.Linear(_POINTS, _LIFT_WIDTH)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.LayerNorm(_LIFT_WIDTH),
                nn.Linear(_LIFT_WIDTH, _LIFT_WIDTH),
                nn.GELU(),
                nn.Linear(_LIFT_WIDTH, _LIFT_WIDTH),
            )
            for _ in range(_LIFT_BLOCKS)
        )
        self.write = nn.Linear(_LIFT_WIDTH, JOINT_COUNT)

    def forward(self, points: Tensor) -> Tensor:
        """Depths of a batch."""
        features = self.read(points.flatten(1))
        for block in self.blocks:
            features = features + block(features)
        depth: Tensor = self.write(features.relu())
        return depth - depth[:, WRIST : WRIST + 1]


class DepthReader(nn.Module):
    """Points and the teacher's depths to better depths: a lift, mixed with the teacher, and a correction.

    mix: (21, 3), shares of the two readings and of the lift for each joint. middle, scale: (105,), of the
    correction's inputs.
    """

    mix: Tensor
    middle: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        inputs = _POINTS + (READINGS + 1) * JOINT_COUNT
        self.lift = PointLift()
        self.register_buffer("mix", torch.zeros(JOINT_COUNT, READINGS + 1))
        self.register_buffer("middle", torch.zeros(inputs))
        self.register_buffer("scale", torch.ones(inputs))
        self.correction = nn.Sequential(
            nn.Linear(inputs, _CORRECTION_WIDTH),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
            nn.Linear(_CORRECTION_WIDTH, _CORRECTION_WIDTH),
            nn.GELU(),
            nn.Dropout(_DROPOUT),
            nn.Linear(_CORRECTION_WIDTH, JOINT_COUNT),
        )

    def evidence(self, points: Tensor, readings: Tensor) -> tuple[Tensor, Tensor]:
        """Depths by all who say one (B, 21, 3), and the correction's inputs (B, 105), before scaling.

        points: upright (B, 21, 2). readings: (B, 21, 2), the teacher's depths in the same unit.
        """
        with torch.no_grad():
            depths = torch.cat([readings, self.lift(points)[..., None]], dim=-1)
        return depths, torch.cat([points.flatten(1), depths.flatten(1)], dim=1)

    def combine(self, depths: Tensor, inputs: Tensor) -> Tensor:
        """Depths (B, 21) from what `evidence` gives."""
        depth: Tensor = (depths * self.mix).sum(dim=-1) + self.correction((inputs - self.middle) / self.scale)
        return depth - depth[:, WRIST : WRIST + 1]

    def forward(self, points: Tensor, readings: Tensor) -> Tensor:
        """Depths (B, 21) from the wrist, in the points' unit."""
        return self.combine(*self.evidence(points, readings))


def read_depth(
    joints_2d: np.ndarray, readings: np.ndarray, right: np.ndarray, reader: DepthReader | None = None
) -> np.ndarray:
    """Wrist-relative depth (M, 21) float32 in pixels, as in `HandSample`.

    joints_2d: (M, 21, 2) pixels. readings: (M, 21, 2) pixels, see `careful_labels.CombinedLooks`.
    right: (M,) bool, of the person's right hand. reader: by default the one of the project.
    """
    reader = depth_reader() if reader is None else reader
    points, size = upright(torch.from_numpy(np.asarray(joints_2d, np.float32)), torch.from_numpy(right))
    with torch.inference_mode():
        depth = reader(points, torch.from_numpy(np.asarray(readings, np.float32)) / size[:, None, None])
    return np.asarray((depth * size[:, None]).numpy(), np.float32)


def save_reader(reader: DepthReader, path: Path, made: str) -> None:
    """Write a reader in half precision. made: how, for people. Raises ModelError where it cannot."""
    tensors = {name: value.half().contiguous() for name, value in reader.state_dict().items()}
    try:
        with written_whole(path) as stream:
            stream.write(save(tensors, metadata={"format": _FORMAT, "made": made}))
    except OSError as error:
        raise ModelError(f"the depth reader cannot be written to {path}: {error.strerror or error}") from None


def load_reader(path: Path) -> DepthReader:
    """A reader, ready for use. Raises ModelError for a file that is missing, damaged or of another format."""
    reader = DepthReader()
    try:
        with safe_open(path, framework="pt") as stored:
            if (stored.metadata() or {}).get("format") != _FORMAT:
                raise ModelError(
                    f"{path} holds no depth reader of this version; make it with `handtrack depth`"
                )
            tensors = {name: stored.get_tensor(name).float() for name in stored.keys()}  # noqa: SIM118
        reader.load_state_dict(tensors)
    except (OSError, SafetensorError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:120]
        raise ModelError(
            f"the depth reader {path} cannot be used ({reason}); make it with `handtrack depth`"
        ) from None
    if not all(math.isfinite(float(value.sum())) for value in tensors.values()):
        raise ModelError(
            f"the depth reader {path} holds values that are no numbers; make it with `handtrack depth`"
        )
    return reader.eval()


@functools.cache
def depth_reader() -> DepthReader:
    """The project's own reader."""
    return load_reader(READER_FILE)
