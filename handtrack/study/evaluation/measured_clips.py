"""Clips in whose frames a person measured the hand's box and the tips of thumb and index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.study.evaluation.clips import clip_frames

FPS: Final = 30.0
"""Frames a second at which the clips are shown, whatever the files say: they were put together from single
frames of a camera."""


@dataclass(frozen=True, slots=True)
class MeasuredFrame:
    """box: (4,) x0 y0 x1 y1. tips: (2, 2), thumb and index. Both in pixels."""

    box: np.ndarray
    tips: np.ndarray

    @property
    def side(self) -> float:
        """The larger side of the box, pixels."""
        return float((self.box[2:] - self.box[:2]).max())

    @property
    def middle(self) -> np.ndarray:
        """Middle (2,) of the box."""
        return (self.box[:2] + self.box[2:]) / 2

    def nearest(self, hands: list[np.ndarray]) -> int | None:
        """Which of several hands' joints (21, 2) lies nearest to the box; None where there is no hand."""
        if not hands:
            return None
        middles = [(joints.min(axis=0) + joints.max(axis=0)) / 2 for joints in hands]
        return int(np.argmin([np.linalg.norm(middle - self.middle) for middle in middles]))

    def errors(self, joints_2d: np.ndarray, tips: tuple[int, int]) -> np.ndarray:
        """Distance (2,) of the given joints of (21, 2) from the measured tips, over the box's larger side."""
        return np.asarray(np.linalg.norm(joints_2d[list(tips)] - self.tips, axis=1) / self.side)


@dataclass(frozen=True, slots=True)
class MeasuredClip:
    """A clip and what was measured in it, still normalised to width and height.

    rows: by the frame's number, counted from 0, (8,): box x0 y0 x1 y1, thumb x y, index x y.
    """

    path: Path
    rows: Mapping[int, np.ndarray]

    def frames(self) -> Iterator[tuple[Frame, MeasuredFrame | None]]:
        """All frames in order, with what was measured. Raises SourceError where the clip cannot be read."""
        last = -1
        for frame in clip_frames(self.path):
            last = frame.index
            row = self.rows.get(frame.index)
            yield replace(frame, timestamp=frame.index / FPS), row if row is None else _measured(row, frame)
        if max(self.rows) > last:
            raise SourceError(
                f"{self.path} ends with frame {last + 1}, but frame {max(self.rows) + 1} was measured; copy "
                "the clip and its text again"
            )


def load_measured_clips(folder: Path) -> list[MeasuredClip]:
    """Clips (.mp4) of a folder with a text of the same name (.txt) beside each, in the order of their names.

    A line of the text: `Frame_N x0 y0 x1 y1 thumb_x thumb_y index_x index_y`, N counted from 1, all
    normalised to width and height. Raises SourceError naming what is missing or the line that cannot be read.
    """
    paths = sorted(path for path in folder.glob("*.mp4") if path.with_suffix(".txt").is_file())
    if not paths:
        raise SourceError(f"{folder} holds no clip (.mp4) with measured finger tips (.txt) beside it")
    return [MeasuredClip(path, _rows(path.with_suffix(".txt"))) for path in paths]


def _rows(path: Path) -> dict[int, np.ndarray]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from None
    rows = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, *values = line.split()
        try:
            frame = int(name.removeprefix("Frame_"))
            row = np.array(values, np.float64)
        except ValueError:
            frame, row = 0, np.empty(0)
        if frame < 1 or row.shape != (8,) or not np.isfinite(row).all() or not (row[2:4] > row[:2]).all():
            raise SourceError(
                f"{path}, line {number} cannot be read; expected Frame_N, a box x0 y0 x1 y1, and x and y of "
                "thumb and index"
            )
        rows[frame - 1] = row
    if not rows:
        raise SourceError(f"{path} holds no measured frame; copy it again")
    return rows


def _measured(row: np.ndarray, frame: Frame) -> MeasuredFrame:
    scaled = row.reshape(4, 2) * np.array(frame.size)
    return MeasuredFrame(scaled[:2].ravel(), scaled[2:])
