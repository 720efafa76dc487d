# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a person chooses to what a pipeline needs: source, finder of hands, and deck; no Qt in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.model.deck import CameraDeck, Deck, FileDeck, StillsDeck
from app.model.recent_frames import RecentFrames
from app.model.remembering import RememberingTracker
from app.model.wrapped_tracker import WrappedTracker
from handtrack.config import Settings
from handtrack.hand import Frame, FrameResult
from handtrack.pipeline.tracking import Tracker
from handtrack.sessions.folder import is_session
from handtrack.sources.base import Source, SourceInfo
from handtrack.sources.transport import Transport

if TYPE_CHECKING:
    from handtrack.sessions import Session
    from handtrack.sessions.playback import SessionSource
    from handtrack.tracking.tracker import HandTracker

SourceSpec = str | int | Path

KEPT_SECONDS = 60.0
"""Of a camera so much is kept to be looked at again."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was chosen, ready to be played.

    wait: whether every frame is tracked, however long that takes. once_through: whether it is played from its
    beginning to its end, with nobody moving it. recorded: whether its hands are those of a recording, and are
    not tracked. session: gives the session that is played, once it is open.
    """

    source: Source
    make_tracker: Callable[[], Tracker]
    make_deck: Callable[[SourceInfo], Deck]
    wait: bool
    once_through: bool = False
    recorded: bool = False
    session: Callable[[], Session | None] = lambda: None


def open_for_window(
    spec: SourceSpec,
    settings: Settings,
    load_tracker: Callable[[], HandTracker],
    *,
    once_through: bool = False,
    track_again: bool = False,
) -> Opened:
    """Make ready what a specification names, the folder of a session included.

    once_through: a file is played from its beginning to its end, and that is the end. track_again: the hands
    of a session are tracked anew, and the recorded ones stand beside them. Raises SourceError.
    """
    # Here, because sources import OpenCV and FFmpeg, and the window shows first.
    transport = Transport(loop=settings.playback.loop)
    if not isinstance(spec, int) and is_session(spec):
        return _open_session(Path(spec), load_tracker, transport, once_through, track_again)
    from handtrack.sources import open_source
    from handtrack.sources.played import PlayedSource, Seekable
    from handtrack.sources.stills import StillSource

    source = open_source(spec, settings, realtime=not once_through)
    if once_through:
        if isinstance(source, Seekable) and not isinstance(source, StillSource):
            source = PlayedSource(source, transport, ends=True)
        return Opened(source, load_tracker, partial(FileDeck, transport), wait=True, once_through=True)
    if isinstance(source, StillSource):
        stills = source
        # Stills come when a person asks for them: nothing is late, so nothing is left out.
        return Opened(source, load_tracker, lambda _: StillsDeck(stills), wait=True)
    if isinstance(source, PlayedSource):
        moved = source.transport
        return Opened(
            source,
            lambda: RememberingTracker(load_tracker(), moved),
            partial(FileDeck, moved),
            wait=False,
        )
    return Opened(source, load_tracker, lambda _: CameraDeck(RecentFrames(KEPT_SECONDS)), wait=False)


def _open_session(
    folder: Path,
    load_tracker: Callable[[], HandTracker],
    transport: Transport,
    once_through: bool,
    track_again: bool,
) -> Opened:
    from handtrack.sessions.playback import RecordedHands, SessionSource
    from handtrack.sources.played import PlayedSource

    frames = SessionSource(folder)

    def who_finds_hands() -> Tracker:
        if not track_again:
            return RecordedHands(frames)
        return RememberingTracker(_TrackedAgain(load_tracker(), frames), transport)

    return Opened(
        PlayedSource(frames, transport, ends=once_through),
        who_finds_hands,
        partial(FileDeck, transport),
        wait=once_through,
        once_through=once_through,
        recorded=not track_again,
        session=lambda: frames.session,
    )


class _TrackedAgain(WrappedTracker):
    """A tracker whose results carry the hands that were recorded of the same frame."""

    def __init__(self, tracker: HandTracker, recorded: SessionSource) -> None:
        super().__init__(tracker)
        self._recorded = recorded

    def process_frame(self, frame: Frame) -> FrameResult:
        assert frame.position is not None
        return replace(super().process_frame(frame), before=self._recorded.record(frame.position).hands)
