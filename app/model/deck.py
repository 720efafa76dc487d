# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person does with the time of a source: play it, pause it, go through it frame by frame.

A file and a session have a transport that leads their source; of a camera the last seconds are kept; stills
are leafed through. Each is a deck, and all of them look alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from app.model.recent_frames import RecentFrames
from handtrack.hand import Frame, FrameResult
from handtrack.sources.base import SourceInfo
from handtrack.sources.stills import StillSource
from handtrack.sources.transport import Transport


@dataclass(frozen=True, slots=True)
class DeckState:
    """What a deck holds, and where it stands.

    kind: "file", "camera" or "stills". playing: whether frames come by themselves; of a camera, whether what
    it sees now is shown. position, begin, end: seconds, as `moment_of` has them; of stills their numbers.
    speed, loop, part: as of a transport; a camera and stills have one speed and no loop.
    frame: seconds from one frame to the next, about. name: of the still that is shown.
    """

    kind: str
    playing: bool
    position: float
    begin: float
    end: float
    speed: float = 1.0
    loop: bool = False
    part: tuple[float, float] | None = None
    frame: float = 1 / 30
    name: str = ""


def moment_of(frame: Frame) -> float:
    """Where a frame stands in the time of its source, seconds: its position, or when it was captured."""
    return frame.timestamp if frame.position is None else frame.position


class Deck(Protocol):
    """What the window asks of any source; what a source cannot do is passed over."""

    @property
    def playing(self) -> bool:
        """Whether frames come by themselves; asked several times a frame, where `state` costs more."""
        ...

    @property
    def state(self) -> DeckState:
        """As it stands now."""
        ...

    def note(self, result: FrameResult) -> bool:
        """A new result came; gives whether it is to be shown."""
        ...

    def take(self) -> FrameResult | None:
        """A frame from before that is to be shown now, once."""
        ...

    def play(self) -> None:
        """Let frames come by themselves."""
        ...

    def pause(self) -> None:
        """Stay at the frame that is shown."""
        ...

    def step(self, frames: int) -> None:
        """Pause, and go on by so many frames, or back."""
        ...

    def seek(self, position: float) -> None:
        """Go to the frame of a moment."""
        ...

    def again(self) -> None:
        """Have the frame that is shown tracked once more, where it stands still."""
        ...


class FileDeck:
    """A file or a session, led by its transport."""

    def __init__(self, transport: Transport, info: SourceInfo) -> None:
        self.transport = transport
        self._frame = 1 / info.fps if info.fps else 1 / 25
        self._end = info.duration or 0.0
        self._position = 0.0

    @property
    def playing(self) -> bool:
        """Whether frames come by themselves."""
        return self.transport.playing

    @property
    def state(self) -> DeckState:
        """As it stands now."""
        transport = self.transport
        return DeckState(
            "file",
            transport.playing,
            self._position,
            0.0,
            self._end,
            transport.speed,
            transport.loop,
            transport.part,
            self._frame,
        )

    def note(self, result: FrameResult) -> bool:
        """Where the file is: at the frame that is shown, which comes later than it was read."""
        self._position = moment_of(result.frame)
        self._end = max(self._end, self._position)
        return True

    def take(self) -> FrameResult | None:
        """None: every frame comes from the source."""
        return None

    def play(self) -> None:
        """Play on from the frame that is shown."""
        self.transport.play()

    def pause(self) -> None:
        """Stay."""
        self.transport.pause()

    def step(self, frames: int) -> None:
        """Pause, and go on by so many frames, or back."""
        self.transport.step(frames)

    def seek(self, position: float) -> None:
        """Go to the frame of a moment, playing or paused."""
        self.transport.seek(min(position, self._end))

    def again(self) -> None:
        """Track the present frame once more while it is paused."""
        self.transport.again()


class StillsDeck:
    """Pictures that stand alone; their time is their number."""

    def __init__(self, source: StillSource) -> None:
        self._source = source
        self._number, self._count, self._name = 1, 1, ""

    @property
    def playing(self) -> bool:
        """Whether frames come by themselves."""
        return False

    @property
    def state(self) -> DeckState:
        """As it stands now."""
        return DeckState("stills", False, self._number, 1, self._count, frame=1, name=self._name)

    def note(self, result: FrameResult) -> bool:
        """Which picture it is."""
        still = result.frame.still
        if still is not None:
            self._number, self._count, self._name = still.number, still.count, still.name
        return True

    def take(self) -> FrameResult | None:
        """None: every picture comes from the source."""
        return None

    def play(self) -> None:
        """Stills do not go on by themselves."""

    def pause(self) -> None:
        """They never do."""

    def step(self, frames: int) -> None:
        """Show the picture so many further on, or back."""
        self._source.step(frames)

    def seek(self, position: float) -> None:
        """Show the picture of a number."""
        if round(position) != self._number:
            self._source.step(round(position) - self._number)

    def again(self) -> None:
        """Track the present picture once more."""
        self._source.step(0)


class CameraDeck:
    """What a camera sees now, or, while it is paused, its last seconds.

    It is tracked, and recorded, whether it is paused here or not.
    """

    def __init__(self, recent: RecentFrames) -> None:
        self.recent = recent
        self._live = True
        self._newest = self._position = 0.0
        self._moments = np.zeros(0)
        self._number = 0
        self._wanted: int | None = None

    @property
    def playing(self) -> bool:
        """Whether frames come by themselves."""
        return self._live

    @property
    def state(self) -> DeckState:
        """As it stands now."""
        kept = self._moments if not self._live else self.recent.span()
        begin, end = (float(kept[0]), float(kept[-1])) if len(kept) else (self._newest, self._newest)
        return DeckState("camera", self._live, self._position, begin, max(end, self._position))

    def note(self, result: FrameResult) -> bool:
        """What the camera sees now is shown, and kept, unless it is paused."""
        if not self._live:
            return False
        self._newest = self._position = moment_of(result.frame)
        self.recent.add(result)
        return True

    def take(self) -> FrameResult | None:
        """The kept frame at the cursor, once after it was moved."""
        number, self._wanted = self._wanted, None
        result = None if number is None else self.recent.at(number)
        if result is not None and number is not None:
            self._number, self._position = number, moment_of(result.frame)
        return result

    def play(self) -> None:
        """Show what the camera sees now."""
        self._live = True

    def pause(self) -> None:
        """Stay at the frame that is shown; those before it can be looked at."""
        if self._live:
            self._live = False
            self._moments = self.recent.moments()
            self._number = len(self._moments) - 1

    def step(self, frames: int) -> None:
        """Pause, and show the kept frame so many further on, or back."""
        self.pause()
        if len(self._moments):
            here = self._number if self._wanted is None else self._wanted
            self._wanted = min(max(here + frames, 0), len(self._moments) - 1)

    def seek(self, position: float) -> None:
        """Pause, and show the kept frame of a moment."""
        self.pause()
        if len(self._moments):
            self._wanted = max(int(np.searchsorted(self._moments, position + 1e-6)) - 1, 0)

    def again(self) -> None:
        """What a camera saw is not tracked again."""
