# SPDX-License-Identifier: GPL-3.0-or-later
"""The recording of the window: begun, told of while it runs, and ended away from the window's thread."""

from __future__ import annotations

import shutil
from pathlib import Path

from PyQt6.QtCore import QObject, pyqtSignal

from app.values import RecordingProgress
from app.words import translate
from handtrack.config import RecordingSettings, Settings
from handtrack.pipeline import Pipeline
from handtrack.sessions.live_recorder import LiveRecorder
from handtrack.sources.base import SourceInfo


class Recordings(QObject):
    """At most one recording at a time."""

    changed = pyqtSignal(object)
    """RecordingProgress."""
    failed = pyqtSignal(str)
    """One sentence for people."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._recorder: LiveRecorder | None = None
        self._total: int | None = None
        self._folder_of_next: Path | None = None

    @property
    def running(self) -> bool:
        """Whether frames are recorded now."""
        return self._recorder is not None

    @property
    def frames(self) -> int:
        """Frames that are recorded so far."""
        return 0 if self._recorder is None else self._recorder.frames_written

    @property
    def wanted(self) -> bool:
        """Whether frames are recorded, or will be once a file is played from its start."""
        return self.running or self._folder_of_next is not None

    def announce(self, folder: Path) -> None:
        """The source that is opened next is recorded there, once through."""
        self._folder_of_next = folder
        self.changed.emit(RecordingProgress(True, folder, 0.0, 0))

    def take_folder(self) -> Path | None:
        """Where the source that is opened now is recorded; None where it is not."""
        folder, self._folder_of_next = self._folder_of_next, None
        return folder

    def withdraw(self) -> None:
        """The source that is opened next is not recorded after all."""
        self.report_none(self.take_folder())

    def report_none(self, folder: Path | None) -> None:
        """Say that the recording that was announced there, if one was, has not begun and will not."""
        if folder is not None:
            self.changed.emit(RecordingProgress(False, folder, 0.0, 0))

    def start(self, pipeline: Pipeline, folder: Path, settings: Settings) -> None:
        """Begin to record. Raises SessionError."""
        recorder = LiveRecorder(pipeline, folder, settings)
        recorder.start()
        self._recorder = recorder
        self._total = None
        self.report(pipeline.source_info)

    def mark(self, name: str = "") -> bool:
        """Mark the frame that is recorded now; False where none is."""
        return self._recorder is not None and self._recorder.mark(name)

    @property
    def paused(self) -> bool:
        """Whether the recording passes frames over for now."""
        return self._recorder is not None and self._recorder.paused

    def pause_or_resume(self) -> None:
        """Pass frames over from now on, or record them again."""
        if self._recorder is not None:
            (self._recorder.resume if self._recorder.paused else self._recorder.pause)()

    def needs_new_part(self, settings: RecordingSettings) -> bool:
        """Whether the recording is as long as one is to be."""
        minutes = settings.part_minutes
        return minutes is not None and self._recorder is not None and self._recorder.seconds >= 60 * minutes

    def room_is_out(self, settings: RecordingSettings) -> str | None:
        """A sentence where the disk has less room than is to be left free; None where there is enough."""
        if self._recorder is None or not settings.least_free_mb:
            return None
        try:
            free = shutil.disk_usage(self._recorder.folder).free / 1e6
        except OSError:
            return None  # the recorder itself says what is wrong
        if free >= settings.least_free_mb:
            return None
        words = translate(
            "Recordings",
            "The recording was ended, for the disk has {free:.0f} MB left; make room, or choose another"
            " folder.",
        )
        return words.format(free=free)

    def take(self) -> LiveRecorder | None:
        """The recording, to be ended by whoever takes it."""
        recorder, self._recorder = self._recorder, None
        return recorder

    def report(self, info: SourceInfo | None) -> None:
        """Say how far the recording is; info: of the source."""
        if self._recorder is not None:
            self._total = None if info is None else info.frame_count
            self.changed.emit(self._progress(self._recorder, active=True))

    def report_ended(self, recorder: LiveRecorder) -> None:
        """Say how a recording ended."""
        if recorder.error is not None:
            self.failed.emit(str(recorder.error))
        self.changed.emit(self._progress(recorder, active=False))

    @property
    def broken(self) -> bool:
        """Whether the recording cannot go on."""
        return self._recorder is not None and self._recorder.error is not None

    def _progress(self, recorder: LiveRecorder, active: bool) -> RecordingProgress:
        return RecordingProgress(
            active,
            recorder.folder,
            recorder.seconds,
            recorder.frames_written,
            total=self._total,
            losses=recorder.losses,
            paused=active and recorder.paused,
            failed=not active and not recorder.saved and (recorder.running or recorder.error is not None),
        )
