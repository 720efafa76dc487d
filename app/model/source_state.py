# SPDX-License-Identifier: GPL-3.0-or-later
"""One state of the source, from which everything is derived that the window says of it; no Qt in here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from app.values import Phase
from app.words import QT_TRANSLATE_NOOP, translate
from handtrack.plain_text import printable
from handtrack.sources.base import SourceInfo
from handtrack.sources.own_names import DEMO_CLIP, RENDERED

_OWN_SOURCES = {
    RENDERED: QT_TRANSLATE_NOOP("SourceState", "Rendered hand"),
    DEMO_CLIP: QT_TRANSLATE_NOOP("SourceState", "Demo clip"),
}


@dataclass(frozen=True, slots=True)
class Message:
    """What stands over the picture.

    hint: a quieter line. keeps_picture: the last picture stays beneath it, dimmed. waits: something is being
    waited for.
    """

    words: str
    hint: str = ""
    keeps_picture: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is open, or was chosen last, and what is being done with it.

    label: its short name. info: once it is open. is_session: it is a recording; shows_recorded: the hands are
    those of the recording, so that no setting changes them.
    """

    phase: Phase
    label: str = ""
    info: SourceInfo | None = None
    is_session: bool = False
    shows_recorded: bool = False

    @property
    def words(self) -> str:
        """One line on the source, for the status line."""
        name, info = printable(self.label), self.info
        if self.phase is Phase.IDLE or not name:
            return ""
        if self.phase is Phase.RUNNING and info is not None:
            rate = translate("SourceState", " · {rate:.4g} fps").format(rate=info.fps) if info.fps else ""
            return f"{printable(info.name)} · {info.width} × {info.height}{rate}"
        return f"{name} · {translate('SourceState', _DOING[self.phase])}"

    @property
    def detail(self) -> str:
        """More on the source, for whoever points at the line."""
        return printable(self.info.detail) if self.info is not None and self.phase is Phase.RUNNING else ""

    @property
    def message(self) -> Message | None:
        """What stands over the picture; None while frames are shown."""
        if self.phase is Phase.LOADING and self.shows_recorded:
            return Message(translate("SourceState", "Reading the session…"), waits=True)
        message = _MESSAGES.get(self.phase)
        if message is None:
            return None
        hint = translate("SourceState", message.hint) if message.hint else ""
        return replace(message, words=translate("SourceState", message.words), hint=hint)

    @property
    def shows_rates(self) -> bool:
        """Whether anything runs that has rates."""
        return self.phase is Phase.RUNNING

    @property
    def shows_start_page(self) -> bool:
        """Whether there is nothing to see but what could be opened."""
        return self.phase in (Phase.IDLE, Phase.FAILED)

    @property
    def can_start(self) -> bool:
        """Whether there is a source that can be stopped, or started."""
        return self.phase is not Phase.IDLE and self.phase is not Phase.STOPPING

    @property
    def why_not_record(self) -> str:
        """Why nothing can be recorded now; empty where it can."""
        if self.phase is not Phase.RUNNING:
            return translate("SourceState", "Only while a source runs")
        if not self.shows_recorded:
            return ""
        return translate("SourceState", "This is a recording already; track it again to record it anew")

    @property
    def is_live(self) -> bool:
        """Whether it is a camera, or was one last; cameras are shown as in a mirror."""
        return self.info is None or self.info.live


def source_label(spec: str | int | Path) -> str:
    """How a source is called in the list: a camera by its number or name, a file by its name."""
    text = str(spec)
    name, _, seed = text.partition(":")
    if name in _OWN_SOURCES:
        return f"{translate('SourceState', _OWN_SOURCES[name])} {seed}".rstrip()
    if text.isdecimal():
        return translate("SourceState", "Camera {number}").format(number=text)
    if text.startswith("camera:"):
        return text.removeprefix("camera:")
    return Path(text).name or text


_DOING = {
    Phase.OPENING: QT_TRANSLATE_NOOP("SourceState", "being opened"),
    Phase.LOADING: QT_TRANSLATE_NOOP("SourceState", "the tracker is being loaded"),
    Phase.RUNNING: QT_TRANSLATE_NOOP("SourceState", "running"),
    Phase.STOPPING: QT_TRANSLATE_NOOP("SourceState", "being stopped"),
    Phase.STOPPED: QT_TRANSLATE_NOOP("SourceState", "stopped"),
    Phase.ENDED: QT_TRANSLATE_NOOP("SourceState", "at its end"),
    Phase.FAILED: QT_TRANSLATE_NOOP("SourceState", "not open"),
}
_MESSAGES = {
    Phase.IDLE: Message(
        QT_TRANSLATE_NOOP("SourceState", "No source"),
        QT_TRANSLATE_NOOP("SourceState", "Choose a camera at the right, or open a file."),
    ),
    Phase.OPENING: Message(QT_TRANSLATE_NOOP("SourceState", "Opening the source…"), waits=True),
    Phase.LOADING: Message(
        QT_TRANSLATE_NOOP("SourceState", "Loading the tracker…"),
        QT_TRANSLATE_NOOP("SourceState", "A second or two; the first time a little longer."),
        waits=True,
    ),
    Phase.STOPPING: Message(QT_TRANSLATE_NOOP("SourceState", "Stopping…"), keeps_picture=True, waits=True),
    Phase.STOPPED: Message(
        QT_TRANSLATE_NOOP("SourceState", "Stopped"),
        QT_TRANSLATE_NOOP("SourceState", "Press Space to start again."),
        keeps_picture=True,
    ),
    Phase.ENDED: Message(
        QT_TRANSLATE_NOOP("SourceState", "The end of the source"),
        QT_TRANSLATE_NOOP("SourceState", "Press Space to play it again."),
        keeps_picture=True,
    ),
    Phase.FAILED: Message(
        QT_TRANSLATE_NOOP("SourceState", "No source"),
        QT_TRANSLATE_NOOP("SourceState", "Choose another one, or press Space to try again."),
    ),
}
