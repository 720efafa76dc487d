"""One session to one file of another format."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import cast

from handtrack.errors import ConfigError, ExportError
from handtrack.exports.formats import FORMATS
from handtrack.exports.job import ExportJob
from handtrack.extras import installing
from handtrack.sessions.folder import finished_file, reason
from handtrack.sessions.reader import Session, read_session
from handtrack.sessions.resmoothing import smoothed

Writer = Callable[[ExportJob, Path], Iterable[str]]


def export_session(
    session: Session | str | Path,
    to: str,
    out: str | Path,
    *,
    smooth: bool = False,
    force: bool = False,
    track: int | None = None,
    hand_mesh: str | Path | None = None,
) -> tuple[str, ...]:
    """Write a session, or its folder's, to a file; gives what is to be known of the file, a sentence each.

    to: a name of `FORMATS`. smooth: with joints smoothed both ways by their sigmas, instead of those that
    were shown live. force: replace a file that is there. track: only this track's hands. hand_mesh: a glTF
    file with a rigged hand, which a GLB then has in the place of sticks.

    Raises ConfigError for a format that there is none of, ExportError where a file exists, cannot be written,
    a package is missing or there is nothing to write, and SessionError where the session cannot be read.
    """
    out = Path(out)
    format_ = FORMATS.get(to)
    if format_ is None:
        raise ConfigError(f"there is no format {to!r}; take one of {', '.join(FORMATS)}")
    if format_.package is not None and importlib.util.find_spec(format_.package) is None:
        raise ExportError(
            f"{to} needs {format_.package}, which is not installed; run: {installing(format_.extra)}"
        )
    if hand_mesh is not None and to != "glb":
        raise ConfigError(f"a hand mesh is moved in a glb alone, not in {to}")
    check_target(out, force)
    if not isinstance(session, Session):
        session = read_session(session)
    _check_wanted(session, to, track)
    mesh = None if hand_mesh is None else Path(hand_mesh)
    job = ExportJob(smoothed(session) if smooth else session, track, mesh)
    writer = cast(Writer, importlib.import_module(f"handtrack.exports.{to}").write)
    try:
        with finished_file(out) as unfinished:
            return (*session.damage, *writer(job, unfinished))
    except OSError as error:
        raise ExportError(f"{out} cannot be written: {reason(error)}; name another file") from error


def check_target(out: Path, force: bool) -> None:
    """Raise ExportError where a file cannot be written, or is there and is not to be replaced."""
    if out.is_dir():
        raise ExportError(f"{out} is a folder; name a file")
    if out.exists() and not force:
        raise ExportError(f"{out} exists; name another file, or replace it with --force")
    if not out.absolute().parent.is_dir():
        raise ExportError(f"the folder {out.parent} does not exist; make it, or name another file")


def _check_wanted(session: Session, to: str, track: int | None) -> None:
    source = session.manifest.source
    if FORMATS[to].follows_hands and source is not None and source.stills:
        raise ExportError(
            f"{session.folder} is of pictures that stand alone, and {to} is of motion; "
            "take csv, parquet, npz or jsonl"
        )
    if track is not None and track not in session.hands.track_id:
        known = ", ".join(map(str, sorted({int(number) for number in session.hands.track_id})[:20]))
        raise ExportError(f"{session.folder} has no track {track}; it has {known or 'none'}")
    if FORMATS[to].follows_hands and not len(session.hands):
        raise ExportError(f"{session.folder} has no hand in any frame; nothing can be written as {to}")
