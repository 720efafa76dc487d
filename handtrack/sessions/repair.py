"""Making a session whole again from what a cut or damage left of it; nothing that was there is destroyed."""

from __future__ import annotations

import logging
import os
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from handtrack.errors import SessionError
from handtrack.reading import file_states
from handtrack.sessions.checking import check_session
from handtrack.sessions.folder import (
    MANIFEST_NAME,
    STREAM_NAME,
    TABLE_NAME,
    DurableFile,
    finished_file,
    reason,
    sync_folder,
    video_parts,
)
from handtrack.sessions.manifest import (
    FORMAT_VERSION,
    Manifest,
    NoManifestError,
    VideoSize,
    read_manifest,
    write_manifest,
)
from handtrack.sessions.reader import Session
from handtrack.sessions.schema import SCHEMA
from handtrack.sessions.table_copy import copy_stream
from handtrack.sessions.table_stream import CheckedStream
from handtrack.sessions.tables import read_table
from handtrack.sessions.video import even_size, read_pictures
from handtrack.version import __version__

logger = logging.getLogger(__name__)

_STILL_WRITTEN_S: Final = 10.0
"""A recording forces its rows to the disk every second at least, so what is this old is written no more."""
_ROWS_AT_A_TIME: Final = 512


@dataclass(frozen=True, slots=True)
class SessionRepair:
    """done: what a repair did, a sentence each, none where nothing was to do. kept: files it replaced."""

    done: tuple[str, ...]
    kept: tuple[Path, ...]


def repair_session(folder: str | Path) -> SessionRepair:
    """Rebuild the stream, `hands.parquet` and the manifest of a session from the rows that can be read.

    Each file that is replaced is kept beside as NAME.before-repair. Raises SessionError where nothing can be
    read, the session is of a newer format, is still recorded or ended seconds ago, or cannot be written.
    """
    folder = Path(folder)
    made = False
    try:
        manifest = read_manifest(folder)
    except NoManifestError:
        if not (folder / STREAM_NAME).is_file():
            raise
        manifest, made = _manifest_from_nothing(folder), True
    if not made and not check_session(folder).problems:
        return SessionRepair((), ())
    if manifest.status == "recording":
        _check_not_written(folder)
    rows = read_table(folder, manifest)
    session = Session(folder, manifest, rows.table, rows.whole, rows.damage)
    try:
        return _rebuild(session, made)
    except (OSError, pa.ArrowException) as error:
        raise SessionError(
            f"{folder} cannot be repaired: {reason(error)}; make room, or repair a copy of it elsewhere"
        ) from error


def _check_not_written(folder: Path) -> None:
    newest = max(file.st_mtime for file in file_states(folder))
    if time.time() - newest < _STILL_WRITTEN_S:
        raise SessionError(
            f"{folder} was written to less than {_STILL_WRITTEN_S:.0f} seconds ago; "
            "end the recording, then repair it"
        )


def _rebuild(session: Session, made: bool) -> SessionRepair:
    folder, manifest = session.folder, session.manifest
    rewrites = made or not session.whole or bool(session.damage)
    replaced = (*([STREAM_NAME] if rewrites else []), TABLE_NAME, MANIFEST_NAME)
    kept = [_kept_beside(folder / name) for name in replaced]
    done = []
    if rewrites:
        with finished_file(folder / STREAM_NAME) as path, DurableFile(path) as file:
            stream = CheckedStream(file, SCHEMA)
            for batch in session.table.select(SCHEMA.names).cast(SCHEMA).to_batches(_ROWS_AT_A_TIME):
                stream.write(batch)
            stream.close()
            file.sync()
        done.append(f"{STREAM_NAME} has the {len(session)} frames that could be read")
    crc = copy_stream(folder)
    done.append(f"{TABLE_NAME} was made anew")
    write_manifest(folder, _closed(session, crc))
    sync_folder(folder)
    done.append(
        f"{MANIFEST_NAME} was made anew from the rows" if made else f"{MANIFEST_NAME} says what is there"
    )
    if manifest.status == "complete" and not made and manifest.frames != len(session):
        done.append(f"of {manifest.frames} recorded frames, {len(session)} are left")
    return SessionRepair(tuple(done), tuple(path for path in kept if path is not None))


def _closed(session: Session, crc: str) -> Manifest:
    """The manifest of a session that is closed now, with what its rows say."""
    manifest = session.manifest
    losses = list(manifest.losses)
    ended = manifest.ended
    if manifest.status != "complete":
        ended = "cut; closed by a repair"
    elif manifest.frames != len(session) or manifest.hands != len(session.hands):
        losses.append(
            f"of {manifest.frames} recorded frames, damage left {len(session)} "
            f"({len(session.hands)} of {manifest.hands} hands)"
        )
    settings = manifest.settings
    if session.has_video and not _has_pictures(session.folder):
        # Of a closed session a missing video is an error; here it is known.
        losses.append("no picture of the video can be read")
        settings = {**settings, "recording": {**_section(settings), "video": "none"}}
    dropped = int(session.table["dropped"].to_numpy().max(initial=0))
    return manifest.model_copy(
        update={
            "format_version": FORMAT_VERSION,
            "status": "complete",
            "settings": settings,
            "frames": len(session),
            "hands": len(session.hands),
            "dropped": max(dropped, manifest.dropped or 0),
            "duration": float(session.positions()[-1]) if len(session) else 0.0,
            "ended": ended,
            "losses": tuple(losses),
            "table_crc32": crc,
        }
    )


def _section(settings: dict[str, Any]) -> dict[str, Any]:
    found = settings.get("recording")
    return found if isinstance(found, dict) else {}


def _manifest_from_nothing(folder: Path) -> Manifest:
    """A manifest of an interrupted session, from the stream's rows and the video alone."""
    began = datetime.fromtimestamp((folder / STREAM_NAME).stat().st_mtime, UTC).replace(microsecond=0)
    manifest = Manifest(
        format_version=FORMAT_VERSION, program_version=__version__, created=began, status="recording"
    )
    table = read_table(folder, manifest).table
    if not len(table):
        raise SessionError(f"{folder} holds no {MANIFEST_NAME} and no frame; nothing can be rebuilt from it")
    # Only the sizes tell whether pictures were kept in half.
    frame = (table["frame_width"][0].as_py(), table["frame_height"][0].as_py())
    parts = video_parts(folder)
    picture = next((image for part in parts[:1] for _, image in read_pictures(part)), None)
    kept, video = "none", None
    if picture is not None:
        width, height = picture.shape[1], picture.shape[0]
        kept = "full" if (width, height) == even_size(*frame) else "half"
        video = VideoSize(frame_width=frame[0], frame_height=frame[1], width=width, height=height)
    losses = (f"{MANIFEST_NAME} was lost with its source and settings; it was made from the rows",)
    return manifest.model_copy(
        update={"settings": {"recording": {"video": kept}}, "video": video, "losses": losses}
    )


def _has_pictures(folder: Path) -> bool:
    try:
        return any(True for part in video_parts(folder)[:1] for _ in read_pictures(part))
    except OSError:
        return False


def _kept_beside(path: Path) -> Path | None:
    """Another name for what a file holds now, which stays when the file is replaced; None without a file."""
    if not path.is_file():
        return None
    number, kept = 1, path.with_name(f"{path.name}.before-repair")
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.name}.before-repair-{number}")
    try:
        os.link(path, kept)
    except OSError:  # a file system without such names
        shutil.copy2(path, kept)
    return kept
