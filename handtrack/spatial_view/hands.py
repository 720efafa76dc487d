"""Hands where they are before the camera, with how unsure each joint is in each direction."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from handtrack.config import CameraSettings
from handtrack.errors import ConfigError
from handtrack.geometry import Intrinsics
from handtrack.hand import FrameResult
from handtrack.position import wrist_distance, wrist_position
from handtrack.sessions.reader import Session
from handtrack.skeleton import JOINT_NAMES


@dataclass(frozen=True, slots=True)
class SpatialHands:
    """N hands; an index of numpy gives the same arrays of fewer hands.

    time: (N,) seconds from the source's first frame. track_id: (N,). handedness: (N,) "left" or "right".
    joints: (N, 21, 3) metres, camera axes. across, along: (N, 21) metres, one standard deviation of each
    joint square to the ray on which the camera sees it, and along that ray.
    """

    time: np.ndarray
    track_id: np.ndarray
    handedness: np.ndarray
    joints: np.ndarray
    across: np.ndarray
    along: np.ndarray

    def __len__(self) -> int:
        return len(self.time)

    def __getitem__(self, which: Any) -> SpatialHands:
        return SpatialHands(*(getattr(self, field.name)[which] for field in fields(self)))

    def between(self, begin: float, end: float) -> SpatialHands:
        """The hands from one moment to another, both with their own."""
        return self[(self.time >= begin - 1e-6) & (self.time <= end + 1e-6)]


def no_hands() -> SpatialHands:
    """None at all."""
    one = np.zeros((0, len(JOINT_NAMES)))
    empty = np.zeros(0)
    return SpatialHands(empty, empty.astype(int), empty.astype("<U5"), np.zeros((*one.shape, 3)), one, one)


def joined_hands(parts: Sequence[SpatialHands]) -> SpatialHands:
    """All hands of the parts, in their order."""
    parts = parts or [no_hands()]
    columns = ([getattr(part, field.name) for part in parts] for field in fields(SpatialHands))
    return SpatialHands(*map(np.concatenate, columns))


def hands_of_result(result: FrameResult, time: float, field_of_view: float) -> SpatialHands:
    """The hands of one frame that was tracked or played just now, at a time in seconds."""
    hands = result.hands
    if not hands:
        return no_hands()
    unknown = np.full(3, np.nan)
    return _placed(
        time=np.full(len(hands), time),
        track_id=np.array([hand.track_id for hand in hands]),
        handedness=np.array([hand.handedness for hand in hands], dtype="<U5"),
        joints_2d=np.stack([hand.joints_2d for hand in hands]),
        joints_3d=np.stack([hand.joints_3d for hand in hands]),
        sigma_2d=np.stack([hand.sigma_2d for hand in hands]),
        sigma_3d=np.stack([hand.sigma_3d for hand in hands]),
        wrists=np.stack([unknown if hand.wrist_position is None else hand.wrist_position for hand in hands]),
        cameras=[camera_of(result.frame.size, field_of_view)] * len(hands),
    )


def hands_of_session(session: Session) -> SpatialHands:
    """Every hand of a session; those whose place was not recorded are placed as their joints say."""
    hands, field_of_view = session.hands, field_of_view_of(session)
    rows = session.bounds[hands.frame]
    sizes = zip(
        session.table["frame_width"].to_numpy()[rows].tolist(),
        session.table["frame_height"].to_numpy()[rows].tolist(),
        strict=True,
    )
    return _placed(
        time=session.positions()[hands.frame],
        track_id=hands.track_id,
        handedness=hands.handedness,
        joints_2d=hands.joints_2d,
        joints_3d=hands.joints_3d,
        sigma_2d=hands.sigma_2d,
        sigma_3d=hands.sigma_3d,
        wrists=hands.wrist_position,
        cameras=[camera_of(size, field_of_view) for size in sizes],
    )


@functools.lru_cache
def camera_of(size: tuple[int, int], field_of_view: float) -> Intrinsics:
    """The camera whose frames have a width and height, pixels."""
    return Intrinsics.from_field_of_view(*size, field_of_view)


def field_of_view_of(session: Session) -> float:
    """Degrees that the camera of a session was taken to see; the usual ones where it does not say so."""
    settings = session.manifest.settings.get("camera")
    degrees = settings.get("field_of_view") if isinstance(settings, dict) else None
    try:
        return CameraSettings(field_of_view=degrees).field_of_view
    except ValueError:
        return CameraSettings().field_of_view


def joint_numbers(names: Sequence[str]) -> tuple[int, ...]:
    """Numbers of joints by name. Raises ConfigError with the near or all names."""
    import difflib

    for name in names:
        if name not in JOINT_NAMES:
            near = difflib.get_close_matches(name, JOINT_NAMES, n=1)
            hint = f"did you mean {near[0]}?" if near else f"take one of {', '.join(JOINT_NAMES)}"
            raise ConfigError(f"there is no joint {name!r}; {hint}")
    return tuple(JOINT_NAMES.index(name) for name in names)


def _placed(
    *,
    time: np.ndarray,
    track_id: np.ndarray,
    handedness: np.ndarray,
    joints_2d: np.ndarray,
    joints_3d: np.ndarray,
    sigma_2d: np.ndarray,
    sigma_3d: np.ndarray,
    wrists: np.ndarray,
    cameras: Sequence[Intrinsics],
) -> SpatialHands:
    wrists = wrists.astype(np.float64)
    for row in np.flatnonzero(~np.isfinite(wrists).all(axis=1)).tolist():
        distance = wrist_distance(joints_2d[row], joints_3d[row].astype(np.float64), cameras[row])
        wrists[row] = wrist_position(joints_2d[row], distance, cameras[row])
    joints = joints_3d + wrists[:, None]
    focal = np.array([camera.focal for camera in cameras]).reshape(-1, 1)
    # A sigma_3d is the root mean square of three axes, of which the picture tells two.
    across = sigma_2d * np.abs(joints[..., 2]) / focal
    along = np.sqrt(np.maximum(3 * np.square(sigma_3d, dtype=np.float64) - 2 * np.square(across), 0.0))
    # What is no number cannot be drawn; what is behind the camera was never seen.
    drawn = np.isfinite(joints).all(axis=(1, 2)) & (joints[..., 2] > 0).all(axis=1)
    drawn &= np.isfinite(across).all(axis=1) & np.isfinite(along).all(axis=1)
    return SpatialHands(time, track_id, handedness, joints, across, along)[drawn]
