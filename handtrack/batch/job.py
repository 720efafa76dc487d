"""One source into one session: the work itself, the same in a process here and on a machine of a cluster."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from handtrack.batch.making import Making, has_no_end, source_state
from handtrack.batch.naming import digest
from handtrack.batch.outcome import Outcome, read_origin, write_origin
from handtrack.config import Settings
from handtrack.errors import HandtrackError, SessionError, SourceError
from handtrack.plain_text import printable
from handtrack.processing import Progress, process_source
from handtrack.sessions.folder import reason, sync_folder
from handtrack.sessions.manifest import read_manifest

logger = logging.getLogger(__name__)

UNFINISHED_NAME: Final = ".unfinished"
"""Folder beside the sessions for those that are not done; whatever lies in it is nobody's."""

_REPLACED: Final = ".replaced"


@dataclass(frozen=True, slots=True)
class Job:
    """A source to be tracked, in values that go through JSON.

    source: absolute path. session: absolute path of the folder that the session is to have. settings: all, as
    `Settings.model_dump(mode="json")` gives them. replace: a session made otherwise may be there, and goes.
    """

    source: str
    session: str
    settings: dict[str, Any]
    replace: bool = False

    def as_json(self) -> dict[str, Any]:
        """The values."""
        return asdict(self)

    def failed(self, error: str) -> Outcome:
        """The outcome of a job that came to nothing."""
        return Outcome(
            source=self.source,
            session="",
            status="failed",
            error=printable(error),
            ended=datetime.now(UTC),
            worker=worker_name(),
        )


def worker_name() -> str:
    """This machine and process."""
    return f"{socket.gethostname()}-{os.getpid()}"


def do(job: Job, progress: Progress | None = None) -> Outcome:
    """Track every frame of a source into a session, which appears at once and whole.

    Whatever is wrong with the source is in the outcome. It can be done any number of
    times, also at the same time on two machines: the first whole session stays.
    """
    try:
        return _done(job, progress)
    except HandtrackError as error:
        return job.failed(str(error))
    except Exception as error:
        logger.warning("%s failed unexpectedly", job.source, exc_info=True)
        return job.failed(f"it failed unexpectedly ({type(error).__name__}: {reason(error)})")


def _done(job: Job, progress: Progress | None) -> Outcome:
    began = time.monotonic()
    session = Path(job.session)
    settings = Settings.model_validate(job.settings)
    making = Making.of(settings)
    if has_no_end(job.source):
        raise SourceError(f"{job.source} has no end; record it alone, without other sources")
    state = source_state(job.source)
    if (found := _finished(session, job, making)) is not None:
        return found
    with _unfinished(session) as folder:
        try:
            summary = process_source(job.source, folder, settings, progress=progress)
        except HandtrackError as error:
            # Another attempt that took these files away may have done it meanwhile.
            if (found := _finished(session, job, making)) is not None:
                return found
            if isinstance(error, SessionError) and isinstance(error.__cause__, OSError):
                why = reason(error.__cause__)
                raise SessionError(f"{session} cannot be written: {why}; try it again with room") from None
            raise
        manifest = read_manifest(folder)
        if state is None or source_state(job.source) != state:
            raise SourceError(f"{job.source} was changed or taken away while it was read; try it again")
        outcome = Outcome(
            source=job.source,
            session=session.name,
            status="done",
            frames=summary.frames,
            hands=manifest.hands or 0,
            mean_loops=summary.mean_loops,
            video_seconds=manifest.duration,
            seconds_taken=time.monotonic() - began,
            losses=printable("; ".join(summary.losses)),
            ended=datetime.now(UTC),
            worker=worker_name(),
            source_bytes=state.bytes,
            source_mtime_ns=state.mtime_ns,
            settings_sha256=making.settings_sha256,
            weights_sha256=making.weights_sha256,
        )
        try:
            write_origin(folder, outcome)
            _put_in_place(folder, session, job.replace)
        except OSError as error:
            if (found := _finished(session, job, making)) is not None:
                return found
            raise SessionError(f"{session} cannot take the finished session: {reason(error)}") from None
    return outcome


def _finished(session: Path, job: Job, making: Making) -> Outcome | None:
    """What another attempt at the same job came to. Raises SessionError where something else is there."""
    found = read_origin(session)
    if found is not None and found.source == job.source:
        difference = making.difference(found, session, source_state(job.source))
        if not difference:
            return found
        if not job.replace:
            raise SessionError(made_otherwise(session, difference))
    elif session.exists():
        raise SessionError(f"{session} is there and is no session of {job.source}; take it away")
    return None


def made_otherwise(session: Path, difference: str) -> str:
    """The sentence about a session that is not what is wanted now."""
    return f"{session} was made {difference}; make it anew with --force, or name another folder"


def _put_in_place(folder: Path, session: Path, replace: bool) -> None:
    before = folder.with_suffix(_REPLACED)
    try:
        if replace and session.exists():
            os.rename(session, before)
        os.rename(folder, session)
    except OSError:
        if before.exists() and not session.exists():
            os.rename(before, session)
        raise
    sync_folder(session.parent)


@contextlib.contextmanager
def _unfinished(session: Path) -> Iterator[Path]:
    """A folder to make a session in; what is left in it at the end goes.

    What other attempts at this session left goes first. One that still runs somewhere finds its files gone
    and ends: two can therefore never write to one folder.
    """
    room = session.parent / UNFINISHED_NAME
    prefix = f"{digest(session.name):016x}."
    try:
        room.mkdir(parents=True, exist_ok=True)
        for entry in os.scandir(room):
            if entry.name.startswith(prefix):
                shutil.rmtree(entry.path, ignore_errors=True)
    except OSError as error:
        raise SessionError(f"{room} cannot be written ({reason(error)}); name another folder") from None
    folder = room / f"{prefix}{worker_name()}.{secrets.token_hex(4)}.part"
    try:
        yield folder
    finally:
        for left in (folder, folder.with_suffix(_REPLACED)):
            shutil.rmtree(left, ignore_errors=True)
