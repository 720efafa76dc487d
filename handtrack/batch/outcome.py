"""What became of one source: a row of the summary, and what a finished session says of its making."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from handtrack.plain_text import counted
from handtrack.reading import read_limited
from handtrack.sessions.folder import MANIFEST_NAME, write_atomically

ORIGIN_NAME: Final = "origin.json"
_FORMAT: Final = "handtrack-origin-1"
_MOST_BYTES: Final = 1_000_000


class Outcome(BaseModel):
    """What became of one source.

    source: its absolute path. session: the session's folder, within that of the run. error: why it failed,
    one sentence. hands: seen, summed over the frames. mean_loops: over all hands, None without one.
    video_seconds: from the first frame to the last. seconds_taken: with all that was to load.
    losses: what the source lost or left out. ended: when it was done or given up. worker: machine and
    process. source_bytes, source_mtime_ns: what the file was then; of a folder the sum and the latest.
    settings_sha256: of the settings that decide what a session holds.
    """

    # A later program may add values.
    model_config = ConfigDict(extra="ignore", frozen=True)

    source: str
    session: str
    status: Literal["done", "failed"]
    error: str = ""
    frames: int = 0
    hands: int = 0
    mean_loops: float | None = None
    video_seconds: float | None = None
    seconds_taken: float | None = None
    losses: str = ""
    ended: datetime
    worker: str = ""
    source_bytes: int | None = None
    source_mtime_ns: int | None = None
    settings_sha256: str = ""
    weights_sha256: str = ""

    @property
    def failed(self) -> bool:
        """Whether there is no session of it."""
        return self.status == "failed"

    def __str__(self) -> str:
        """One line for people."""
        if self.failed:
            return self.error
        loops = "no hand was found" if self.mean_loops is None else f"{self.mean_loops:.2f} loops on average"
        line = f"{counted(self.frames, 'frame')} in {self.seconds_taken or 0:.1f} s, {loops}"
        return f"{line}; {self.losses}" if self.losses else line


def write_origin(folder: Path, outcome: Outcome) -> None:
    """Say in a session's folder what it was made of. Raises OSError."""
    values = {"format": _FORMAT, **outcome.model_dump(mode="json")}
    write_atomically(folder / ORIGIN_NAME, json.dumps(values, indent=1).encode())


def read_origin(folder: Path) -> Outcome | None:
    """What a finished session was made of; None where there is none, or only a part of one."""
    try:
        values = json.loads(read_limited(folder / ORIGIN_NAME, _MOST_BYTES))
        if values.pop("format") != _FORMAT or not (folder / MANIFEST_NAME).is_file():
            return None
        return Outcome.model_validate(values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, ValidationError):
        return None
