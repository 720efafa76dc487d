# SPDX-License-Identifier: GPL-3.0-or-later
"""The modes that a camera says it has, and what of them is offered to a person; no Qt in here."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

USUAL_SIZES: Final = ((640, 480), (800, 600), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160))
USUAL_RATES: Final = (15.0, 24.0, 30.0, 50.0, 60.0, 90.0, 120.0)
USUAL_FORMATS: Final = ("MJPG", "YUYV", "H264")


@dataclass(frozen=True, slots=True)
class CameraMode:
    """A size in pixels, the range of frames a second in which it comes, and its four-letter format."""

    width: int
    height: int
    slowest: float
    fastest: float
    fourcc: str


Modes = Mapping[str, Sequence[CameraMode]]
"""The modes of each camera, by its name; of two with one name together."""


@dataclass(frozen=True, slots=True)
class OfferedModes:
    """What can be asked of a camera: the modes that it has; the usual ones where it named none."""

    modes: tuple[CameraMode, ...] = ()

    @property
    def reported(self) -> bool:
        """Whether the camera itself has named them."""
        return bool(self.modes)

    def sizes(self) -> tuple[tuple[int, int], ...]:
        """Widths and heights, pixels, rising."""
        own = sorted({(mode.width, mode.height) for mode in self.modes})
        return tuple(own) or USUAL_SIZES

    def rates(self, size: tuple[int, int]) -> tuple[float, ...]:
        """Frames a second that pictures of a size come in, rising; of all sizes where it has not this one."""
        own = self._of(size)
        ends = {end for mode in own for end in (mode.slowest, mode.fastest)}
        between = {rate for rate in USUAL_RATES if any(mode.slowest <= rate <= mode.fastest for mode in own)}
        return tuple(sorted(ends | between)) or USUAL_RATES

    def formats(self, size: tuple[int, int]) -> tuple[str, ...]:
        """Four-letter formats that pictures of a size come in; of all sizes where it has not this one."""
        return tuple(sorted({mode.fourcc for mode in self._of(size)})) or USUAL_FORMATS

    def _of(self, size: tuple[int, int]) -> list[CameraMode]:
        return [mode for mode in self.modes if (mode.width, mode.height) == size] or list(self.modes)


def to_text(modes: Modes) -> str:
    """The modes as one line of JSON."""
    return json.dumps({name: [asdict(mode) for mode in own] for name, own in modes.items()})


def from_text(text: str) -> dict[str, tuple[CameraMode, ...]]:
    """The modes out of such a line. Raises ValueError where it is none."""
    try:
        return {name: tuple(CameraMode(**mode) for mode in own) for name, own in json.loads(text).items()}
    except (TypeError, AttributeError) as error:
        raise ValueError(f"no modes of cameras: {error}") from None
