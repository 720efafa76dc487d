"""A recorded session as it is looked at, from any moment of it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np

from handtrack.errors import ViewError
from handtrack.sessions.playback import RecordedHands, SessionSource
from handtrack.spatial_view.hands import (
    SpatialHands,
    camera_of,
    field_of_view_of,
    hands_of_result,
    hands_of_session,
)
from handtrack.spatial_view.scene import Moment
from handtrack.spatial_view.scenery import Frustum, picture_depth
from handtrack.spatial_view.trails import TRAIL_S


class Recorded:
    """A session that is open; a context manager.

    source: its frames. hands: all that was tracked. depth: where the picture stands, metres. duration:
    seconds from the first frame to the last.
    Raises SourceError where the session cannot be read or is empty, ViewError where it has no hand.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = SessionSource(folder)
        self.source.open()
        try:
            session = self.source.session
            assert session is not None
            self._session, self._player = session, RecordedHands(self.source)
            self.field_of_view = field_of_view_of(session)
            self.hands: SpatialHands = hands_of_session(session)
            self.duration = float(session.positions()[-1])
            if not len(self.hands):
                raise ViewError(f"{folder} has no hand in any frame; there is nothing to see in space")
            self.depth = picture_depth(self.hands)
        except BaseException:
            self.source.close()
            raise

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of it, a sentence each."""
        session = self._session
        notes = list(session.damage)
        if not np.isfinite(session.hands.wrist_position).all():
            notes.append(
                f"{self.folder} does not say where each hand was; it is placed by its joints for a field of "
                f"view of {self.field_of_view:g} degrees"
            )
        return tuple(notes)

    def check_time(self, option: str, seconds: float) -> None:
        """Raise ViewError for a moment that lies outside the session."""
        if not -1e-6 <= seconds <= self.duration + 0.05:
            raise ViewError(
                f"{option} {seconds:g} lies outside {self.folder}; "
                f"give a moment from 0 to {self.duration:.2f} s"
            )

    def moment(self, at: float | None) -> Moment:
        """What is known at so many seconds from the first frame; None: the first frame with a hand."""
        if at is None:
            at = float(self.hands.time[0])
        self.check_time("--at", at)
        self.source.seek(at)
        frame = self.source.read()
        assert frame is not None
        assert frame.position is not None
        picture = frame.image if self._session.has_video else None
        return Moment(
            time=frame.position,
            hands=hands_of_result(self._player.process_frame(frame), frame.position, self.field_of_view),
            past=self.between(frame.position - TRAIL_S, frame.position),
            frustum=Frustum(camera_of(frame.size, self.field_of_view), frame.size, self.depth),
            image=picture,
            passed=frame.position / self.duration if self.duration else None,
        )

    def note(self, time: float, hands: SpatialHands) -> None:
        """Nothing: all hands are known already, whatever was shown so far."""

    def between(self, begin: float, end: float) -> SpatialHands:
        """The hands from one moment to another, both with their own."""
        return self.hands.between(begin, end)

    def nearest_hand(self, at: float) -> float:
        """The moment nearest to another at which a hand was seen."""
        return float(self.hands.time[np.abs(self.hands.time - at).argmin()])

    def __enter__(self) -> Recorded:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.source.close()
