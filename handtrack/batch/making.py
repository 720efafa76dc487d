"""What decides the contents of a session: its source as it is now, the settings and the weights."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from handtrack.batch.outcome import Outcome
from handtrack.config import Settings
from handtrack.errors import SessionError
from handtrack.model.weights_file import shipped_weights, weights_digest
from handtrack.plain_text import printable
from handtrack.reading import file_states
from handtrack.sessions.manifest import read_manifest
from handtrack.sources.own_names import CAMERA_PREFIX, DEMO_CLIP, RENDERED, RENDERED_PREFIX

_DECIDING: Final[dict[str, Any]] = {
    "camera": {"field_of_view": True},
    "source": True,
    "playback": {"images_as_video": True, "image_fps": True},
    "tracker": True,
    "recording": {"video": True, "video_crf": True, "video_preset": True, "traces": True},
    "streaming": {"processors": True},
}
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Making:
    """Settings and weights that sessions are made with.

    settings: those that decide, by their names. weights: path of their file, None for the shipped ones.
    """

    settings: dict[str, Any]
    settings_sha256: str
    weights: str | None
    weights_sha256: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """With these settings, and the weights that they name. Raises ModelError where these are unfit."""
        deciding = _deciding(settings.model_dump(mode="json", include=_DECIDING))
        text = json.dumps(deciding, sort_keys=True)
        own = settings.tracker.weights
        return cls(
            settings=deciding,
            settings_sha256=hashlib.sha256(text.encode()).hexdigest(),
            weights=None if own is None else str(own),
            weights_sha256=weights_digest(own or shipped_weights()),
        )

    def difference(self, made: Outcome, session: Path, source: SourceState | None) -> str:
        """What a session was made otherwise, in a few words; "" for nothing."""
        if source is not None and (made.source_bytes, made.source_mtime_ns) != (
            source.bytes,
            source.mtime_ns,
        ):
            return "from the file as it was before"
        if made.weights_sha256 != self.weights_sha256:
            return "with other weights"
        if made.settings_sha256 != self.settings_sha256:
            return f"with other settings ({self._other_settings(session)})"
        return ""

    def _other_settings(self, session: Path) -> str:
        try:
            before = _deciding(read_manifest(session).settings)
        except SessionError as error:
            return str(error)
        other = [
            f"{name} was {printable(json.dumps(before.get(name)))}, is {printable(json.dumps(value))}"
            for name, value in self.settings.items()
            if before.get(name) != value
        ]
        more = [f"{len(other) - _MOST_NAMED} more"] if len(other) > _MOST_NAMED else []
        return "; ".join([*other[:_MOST_NAMED], *more]) or "of another version of the program"


@dataclass(frozen=True, slots=True)
class SourceState:
    """What a file is at a time; of a folder the size of all its files, and the last change of any."""

    bytes: int
    mtime_ns: int


def source_state(source: str) -> SourceState | None:
    """The state of a video file, a picture or a folder of pictures; None where there is nothing to read."""
    if source == DEMO_CLIP:
        from handtrack.sources.demo_clip import demo_clip

        source = str(demo_clip())
    try:
        found = os.stat(source)
        if not stat.S_ISDIR(found.st_mode):
            return SourceState(found.st_size, found.st_mtime_ns)
        files = [found, *file_states(source)]
    except (OSError, ValueError):
        return None
    return SourceState(sum(each.st_size for each in files[1:]), max(each.st_mtime_ns for each in files))


def has_no_end(source: str) -> bool:
    """Whether a source is a camera or a hand that is rendered without end."""
    return (
        source.strip().removeprefix("-").isdecimal()
        or source == RENDERED
        or source.startswith((CAMERA_PREFIX, RENDERED_PREFIX))
    )


def _deciding(settings: dict[str, Any]) -> dict[str, Any]:
    """Values by name, such as "tracker.max_hands"; of the weights the hash counts, not where they lie."""
    values = {}
    for section, wanted in _DECIDING.items():
        found = settings.get(section)
        for name, value in found.items() if isinstance(found, dict) else ():
            if wanted is True or (isinstance(wanted, dict) and name in wanted):
                values[f"{section}.{name}"] = value
    values.pop("tracker.weights", None)
    return values
