"""What is truly in a clip of moving hands, as plain arrays over its frames and its hands."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Handedness, read_only
from handtrack.resources import written_whole
from handtrack.skeleton import JOINT_COUNT

UNKNOWN, GONE, COVERED, PARTLY, SHOWN = range(-1, 4)
"""How much of a hand a frame shows: nobody knows; nothing; nearly nothing, for another hand is before it;
some; all of it."""

_COVERED_FROM: Final = 0.7  # share of the joints in the frame from which a covered hand cannot be followed
_SHOWN_TO: Final = 0.2  # and to which a hand counts as wholly shown
_VERSION: Final = 1


@dataclass(frozen=True, slots=True, eq=False)
class MotionTruth:
    """A clip's truth. F frames, K hands, each in its own column throughout.

    kind: of clip, for the table. fps: frame n is at n / fps seconds. hands: (K,) "left" or "right", None
    where nobody says. joints_2d: (F, K, 21, 2) pixels, NaN where not known. middle: (F, K, 2) and size:
    (F, K), pixels: middle and larger side of the hand's box, NaN where not known. state: (F, K), `SHOWN` and
    so on. complete: all hands of all frames are known, so that a hand shown elsewhere is a ghost. show: what
    is made of each picture (H, W, 3) uint8 BGR of the video before it is seen. every: of the video's frames,
    only every so many-th is.
    """

    name: str
    kind: str
    video: Path
    fps: float
    hands: tuple[Handedness | None, ...]
    joints_2d: np.ndarray
    middle: np.ndarray
    size: np.ndarray
    state: np.ndarray
    complete: bool
    show: Callable[[np.ndarray], np.ndarray] | None = None
    every: int = 1

    @property
    def frames(self) -> int:
        """How many there are."""
        return len(self.state)


def states(joints_2d: np.ndarray, covered: np.ndarray, frame_size: tuple[int, int]) -> np.ndarray:
    """How much of each hand is shown, (F, K), of joints (F, K, 21, 2) pixels and which another hand covers.

    covered: (F, K, 21) bool. A hand with NaN joints is gone, and so is one with all joints beyond the frame.
    """
    with np.errstate(invalid="ignore"):
        inside = ((joints_2d >= 0) & (joints_2d <= np.asarray(frame_size) - 1)).all(axis=3)
    count = inside.sum(axis=2)
    share = (covered & inside).sum(axis=2) / np.maximum(count, 1)
    result = np.full(count.shape, PARTLY, np.int8)
    result[(count == JOINT_COUNT) & (share <= _SHOWN_TO)] = SHOWN
    result[share >= _COVERED_FROM] = COVERED
    result[count == 0] = GONE
    return result


def boxes(joints_2d: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle (F, K, 2) and larger side (F, K) of the boxes of joints (F, K, 21, 2); NaN where they are."""
    low, high = joints_2d.min(axis=2), joints_2d.max(axis=2)
    return (low + high) / 2, (high - low).max(axis=2)


def save_truth(
    path: Path,
    *,
    name: str,
    kind: str,
    fps: int,
    frame_size: tuple[int, int],
    hands: tuple[Handedness, ...],
    arrays: dict[str, np.ndarray],
) -> None:
    """Write a rendered clip's truth.

    arrays: joints_2d, joints_3d, visible and covered, (F, K, 21, ...), as in `synthesis.film.film.FilmFrame`.
    Raises OSError when the disk does not take it.
    """
    with written_whole(path) as file:
        np.savez_compressed(
            file,
            version=_VERSION,
            name=name,
            kind=kind,
            fps=fps,
            frame_size=frame_size,
            hands=np.array(hands, "U5"),
            **arrays,  # type: ignore[arg-type]  # numpy's stub takes its own keyword for one of them
        )


def load_truth(path: Path, video: Path) -> MotionTruth:
    """The truth of a rendered clip. Raises SourceError where it cannot be read."""
    try:
        # Opened here: numpy leaves a file open that turns out to be none of its own.
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            return _truth(file, video)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise SourceError(
            f"the truth {path} cannot be read ({' '.join(str(error).split())}): "
            "remove it, and the clip is rendered again"
        ) from None


def _truth(file: Any, video: Path) -> MotionTruth:
    if int(file["version"]) != _VERSION:
        raise ValueError(f"it has version {int(file['version'])}, and this program reads {_VERSION}")
    joints = file["joints_2d"].astype(np.float64)
    hands = tuple(str(hand) for hand in file["hands"])
    if joints.shape[1:] != (len(hands), JOINT_COUNT, 2) or not set(hands) <= {"left", "right"}:
        raise ValueError("its arrays do not belong together")
    width, height = file["frame_size"].tolist()
    middle, size = boxes(joints)
    return MotionTruth(
        str(file["name"]),
        str(file["kind"]),
        video,
        float(file["fps"]),
        hands,  # type: ignore[arg-type]  # checked above
        read_only(joints),
        read_only(middle),
        read_only(size),
        read_only(states(joints, file["covered"], (width, height))),
        complete=True,
    )
