# SPDX-License-Identifier: GPL-3.0-or-later
"""When a recording begins, is cut into parts, and ends."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import QObject, pyqtSignal

from app.player import Player
from app.recordings import Recordings
from app.sources import Sources
from app.values import Phase
from app.words import translate
from handtrack.config import Settings
from handtrack.errors import HandtrackError
from handtrack.sessions.folder import new_session_folder, prepare_session_folder, sessions_home


class RecordingControl(QObject):
    """Begins and ends recordings of the source that is open."""

    failed = pyqtSignal(str)
    """One sentence for people."""

    def __init__(
        self,
        sources: Sources,
        player: Player,
        recordings: Recordings,
        settings: Callable[[], Settings],
        parent: QObject | None = None,
    ) -> None:
        """settings: gives those in force."""
        super().__init__(parent)
        self._sources, self._player, self._recordings = sources, player, recordings
        self._settings = settings

    def start(self) -> bool:
        """Record; False, and `failed` with a sentence, where that cannot be.

        A camera is recorded from now on, and of stills those that are shown meanwhile, the present one first.
        A file is played again from its start and recorded once through, with every frame tracked.
        """
        sources, recordings = self._sources, self._recordings
        if recordings.wanted:
            return True
        if sources.pipeline is None or sources.phase is not Phase.RUNNING:
            self.failed.emit(
                translate("Recordings", "Nothing can be recorded before a source runs; start one first.")
            )
            return False
        if sources.state.shows_recorded:
            self.failed.emit(
                translate(
                    "Recordings", "This is a recording already; choose “Track again” to make another of it."
                )
            )
            return False
        try:
            folder = new_session_folder(sessions_home(self._settings().recording))
            if not self._player.plays_file:
                recordings.start(sources.pipeline, folder, self._settings())
                self._player.again()
                return True
            if prepare_session_folder(folder):
                folder.rmdir()
        except HandtrackError as error:
            self.failed.emit(str(error))
            return False
        sources.start()
        recordings.announce(folder)
        return True

    def stop(self) -> None:
        """End the recording; tracking goes on."""
        self._recordings.withdraw()
        if self._recordings.running:
            self._sources.end_recording(self._recordings.take())
        self._sources.may_be_moved()

    def watch(self) -> None:
        """End a recording that cannot go on, begin another part of a long one, and say how far it is."""
        recordings, settings = self._recordings, self._settings().recording
        no_room = recordings.room_is_out(settings)
        if recordings.broken or no_room:
            self.stop()
            if no_room:
                self.failed.emit(no_room)
            return
        pipeline = self._sources.pipeline
        recordings.report(None if pipeline is None else pipeline.source_info)
        if recordings.needs_new_part(settings) and pipeline is not None:
            before = recordings.take()
            try:
                # Before the old one ends, so that no frame falls between the two.
                folder = new_session_folder(sessions_home(settings))
                recordings.start(pipeline, folder, self._settings())
            except HandtrackError as error:
                self.failed.emit(str(error))
            self._sources.end_recording(before)
