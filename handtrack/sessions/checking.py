"""Whether a session is as it was recorded: its hashes, its gaps, its clock and its pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from handtrack.sessions.folder import STREAM_NAME, TABLE_NAME, file_crc, reason, video_parts
from handtrack.sessions.reader import Session, read_session

_GAP_STEPS: Final = 3.0
"""Times the usual distance of two frames from which on one counts as a gap."""
_DRIFT_MS: Final = 2
"""By which a picture's time and its row's may differ: each is rounded to a millisecond once."""


@dataclass(frozen=True, slots=True)
class SessionCheck:
    """What a check found, a sentence each.

    good: what was verified. notes: what is odd, but may be so in a whole session, such as gaps. problems:
    what is not as it was recorded and `repair_session` can make whole from what is left. lost: pictures that
    nothing can rebuild.
    """

    good: tuple[str, ...]
    notes: tuple[str, ...]
    problems: tuple[str, ...]
    lost: tuple[str, ...]


def check_session(folder: str | Path) -> SessionCheck:
    """Verify a recorded session. Raises SessionError as `read_session` does, where nothing can be read.

    Pictures are looked for by their times; none is decoded.
    """
    session = read_session(folder)
    good: list[str] = []
    notes: list[str] = []
    problems: list[str] = []
    lost: list[str] = []
    _check_tables(session, good, problems)
    _check_gaps(session, good, notes)
    _check_clock(session, good, notes)
    _check_pictures(session, good, notes, lost)
    return SessionCheck(tuple(good), tuple(notes), tuple(problems), tuple(lost))


def _check_tables(session: Session, good: list[str], problems: list[str]) -> None:
    manifest = session.manifest
    if manifest.status != "complete":
        problems.append("the session was not closed: a recording that still runs, or one that was cut")
        problems.extend(session.damage)
        return
    problems += session.damage
    if not session.whole:
        problems.append(
            f"{manifest.frames} frames with {manifest.hands} hands were recorded, "
            f"{len(session)} with {len(session.hands)} can be read"
        )
    elif not session.damage:
        sums = "checksums match" if manifest.format_version > 1 else "version 1 has no checksums"
        good.append(f"{STREAM_NAME}: all {len(session)} frames, {sums}")
    table = session.folder / TABLE_NAME
    if any(TABLE_NAME in sentence for sentence in session.damage):
        return
    try:
        if manifest.table_crc32 is None and manifest.format_version > 1:
            problems.append(f"{TABLE_NAME} could not be made when the recording ended")
        elif manifest.table_crc32 not in (None, file_crc(table)):
            problems.append(f"{TABLE_NAME} does not match its checksum")
        elif manifest.table_crc32 is not None:
            good.append(f"{TABLE_NAME}: checksum matches")
    except FileNotFoundError:
        problems.append(f"{TABLE_NAME} is missing")
    except OSError as error:
        problems.append(f"{TABLE_NAME} cannot be read: {reason(error)}")


def _check_gaps(session: Session, good: list[str], notes: list[str]) -> None:
    first = session.bounds[:-1]
    steps = np.diff(session.table["frame_index"].to_numpy()[first])
    missing = int((steps[steps > 0] - 1).sum())
    if missing:
        notes.append(f"frames missing between the recorded ones, by the source's numbers: {missing}")
    if np.any(steps <= 0):
        notes.append("the source's numbers begin again, as when a file is played again")
    apart = np.diff(session.table["timestamp"].to_numpy()[first])
    usual = float(np.median(apart)) if len(apart) else 0.0
    gaps = int((apart > _GAP_STEPS * usual).sum()) if usual > 0 else 0
    if gaps:
        longest = int(np.argmax(apart))
        at = session.positions()[longest]
        notes.append(
            f"gaps in time: {gaps}; the longest is {apart[longest]:.2f} s, {at:.2f} s from the start"
        )
    if not (missing or gaps):
        good.append("no gap between the frames")


def _check_clock(session: Session, good: list[str], notes: list[str]) -> None:
    first = session.bounds[:-1]
    times = session.table["timestamp"].to_numpy()[first]
    pictures = session.table["video_time_ms"].to_numpy()[first]
    back = int((np.diff(times) <= 0).sum())
    if back:
        notes.append(f"frames at which the clock stands or goes back: {back}")
        return
    drift = np.abs(1000 * (times - times[:1]) - (pictures - pictures[:1]))
    if (late := int((drift > _DRIFT_MS).sum())) > 0:
        notes.append(f"pictures with another time than their rows: {late}, by up to {drift.max():.0f} ms")
    else:
        good.append("the clock rises with every frame, and rows and pictures have the same times")


def _check_pictures(session: Session, good: list[str], notes: list[str], lost: list[str]) -> None:
    if not session.has_video:
        good.append("pictures were not kept, as the settings said")
        return
    if not len(session):
        return
    wanted = session.table["video_time_ms"].to_numpy()[session.bounds[:-1]]
    try:
        found = int(np.isin(wanted, session.picture_times()).sum())
    except OSError as error:
        what = video_parts(session.folder) or [session.video]
        lost.append(f"{what[0].name} cannot be read: {reason(error)}")
        return
    if found == len(session):
        good.append(f"the video has all {found} pictures")
    elif session.manifest.status == "complete":
        lost.append(f"the video has {found} of {len(session)} pictures")
    else:
        notes.append(f"the video has {found} of {len(session)} pictures")
