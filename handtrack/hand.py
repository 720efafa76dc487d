"""The values that travel from the camera to the window and the disk: frozen, with read-only arrays."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from handtrack.checks import checked_count, checked_number

_LAST_INDEX = 2**63 - 1
"""What a session's column holds."""

Handedness = Literal["left", "right"]


def read_only(array: np.ndarray, dtype: type | None = None) -> np.ndarray:
    """The array (converted to dtype if given) with its write flag off."""
    array = np.ascontiguousarray(array, dtype=dtype)
    array.flags.writeable = False
    return array


@dataclass(frozen=True, slots=True)
class HandTruth:
    """Where a hand truly is, as only a source that made the picture itself can know.

    joints_2d: (21, 2) float32, pixels of the frame. joints_3d: (21, 3) float32, metres, wrist at the
    origin, camera axes, as in `Hand`. visible: (21,) bool, false where something hides the joint.
    """

    joints_2d: np.ndarray
    joints_3d: np.ndarray
    visible: np.ndarray
    handedness: Handedness


@dataclass(frozen=True, slots=True)
class Still:
    """Which of a set of pictures a frame is. name: of its file. number: from 1 to count."""

    name: str
    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture from a source. Raises ValueError for a timestamp or an index that is no number.

    image: (H, W, 3) uint8, BGR, contiguous, never mirrored.
    timestamp: capture time in seconds, finite, monotonic within a source.
    index: running number given by the source, from 0; a gap means frames that were dropped before us.
    truth: the hands in the picture, where the source knows them (rendered hands); None elsewhere.
    still: set where the picture stands alone, as a photo does: what was before and after says nothing of it.
    position: seconds from the source's first frame, where it can be played from any place; None elsewhere.
    cut: what was before says nothing of this frame, because a person went to another place of the source.
    """

    image: np.ndarray
    timestamp: float
    index: int
    truth: tuple[HandTruth, ...] | None = None
    still: Still | None = None
    position: float | None = None
    cut: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "timestamp", checked_number("a frame's timestamp", self.timestamp))
        object.__setattr__(self, "index", checked_count("a frame's index", self.index, 0, _LAST_INDEX))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]


@dataclass(frozen=True, slots=True)
class Crop:
    """A square, turned window on a frame that is the network's input.

    centre: (x, y) pixels of the frame. size: side in pixels of the frame.
    angle: radians; the frame direction (sin angle, -cos angle) points up in the crop.
    mirrored: the crop is flipped left to right, so that a left hand looks like a right one.
    """

    centre: tuple[float, float]
    size: float
    angle: float
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class IterationEstimate:
    """What the estimator believed after one loop. Arrays as in `Hand`."""

    joints_2d: np.ndarray
    joints_3d: np.ndarray
    sigma_2d: np.ndarray
    sigma_3d: np.ndarray
    exit_probability: float


@dataclass(frozen=True, slots=True)
class Hand:
    """One tracked hand in one frame.

    joints_2d: (21, 2) float32, pixels of the frame, x right, y down.
    joints_3d: (21, 3) float32, metres, wrist at the origin, x right, y down, z away from the camera.
    sigma_2d: (21,) float32, pixels, one standard deviation along each image axis.
    sigma_3d: (21,) float32, metres, one standard deviation along each axis (root mean square of x, y, z).
    iterations: loops used, 1..max. exit_probability: the gate's output after the last of them.
    score: probability in 0..1 that the crop holds a hand.
    track_id: the same hand's in every frame of a video; in a still the hand's number in its picture.
    trace: the estimate after each loop in the crop, for display and study. In a still the joints are the
    mean of what five crops of the hand say, of which this is the first.
    raw_joints_2d, raw_joints_3d: before temporal smoothing (the same arrays when smoothing is off).
    crops: crops of the frame that were looked at; one, unless the hand was not where it was expected.
    wrist_position: (3,) float32, metres from the camera, x right, y down, z away from it; smoothed as the
    joints are. It hangs on the field of view and the palm's length, see `handtrack.position`.
    sigma_position: (3,) float32, metres, one standard deviation along each axis, for that field of view and
    palm. Both are None in sessions from before they were recorded.
    """

    joints_2d: np.ndarray
    joints_3d: np.ndarray
    sigma_2d: np.ndarray
    sigma_3d: np.ndarray
    iterations: int
    exit_probability: float
    handedness: Handedness
    score: float
    track_id: int
    crop: Crop
    trace: tuple[IterationEstimate, ...]
    raw_joints_2d: np.ndarray
    raw_joints_3d: np.ndarray
    crops: int = 1
    wrist_position: np.ndarray | None = None
    sigma_position: np.ndarray | None = None

    @property
    def effort(self) -> tuple[str, ...]:
        """What it cost, in words: its loops, and its crops if they were several."""
        loops = "1 loop" if self.iterations == 1 else f"{self.iterations} loops"
        return (loops,) if self.crops == 1 else (loops, f"{self.crops} crops")


@dataclass(frozen=True, slots=True)
class FrameResult:
    """All that is known of one frame.

    frame: the very frame that the hands were found in.
    detector_ran: whether the whole-frame detector was used for this frame.
    gate_threshold: the threshold in force. max_iterations: the loops the network may use.
    timings: milliseconds by stage ("detect", "crop", "estimate", "smooth", "total").
    before: the hands that an earlier tracking found in the same frame, to be compared; None without one.
    """

    frame: Frame
    hands: tuple[Hand, ...]
    detector_ran: bool
    gate_threshold: float
    max_iterations: int
    timings: dict[str, float] = field(default_factory=dict)
    before: tuple[Hand, ...] | None = None
