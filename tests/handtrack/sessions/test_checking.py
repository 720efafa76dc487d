"""`check` names what is wrong with a session, and `repair` makes whole what a cut or damage left of it."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml

from handtrack.errors import SessionError
from handtrack.sessions import (
    SessionRecorder,
    check_session,
    read_session,
    repair_session,
    summarise,
)
from handtrack.sessions.folder import MANIFEST_NAME, STREAM_NAME, TABLE_NAME, VIDEO_NAME
from handtrack.sessions.manifest import read_manifest, write_manifest
from tests.handtrack.cli.calling import failed_with_one_line, handtrack


def aged(folder: Path) -> Path:
    """The folder as if it had been written a minute ago."""
    for path in folder.iterdir():
        status = path.stat()
        os.utime(path, (status.st_atime - 60, status.st_mtime - 60))
    return folder


def cut(folder: Path, to: float) -> Path:
    """A session as a power cut leaves it: still recording, no table, a part of its stream."""
    stream = folder / STREAM_NAME
    os.truncate(stream, int(stream.stat().st_size * to))
    (folder / TABLE_NAME).unlink()
    unknown = dict.fromkeys(("frames", "hands", "dropped", "duration", "ended", "table_crc32"))
    write_manifest(folder, read_manifest(folder).model_copy(update={"status": "recording", **unknown}))
    return aged(folder)


def test_a_whole_session_has_no_problem_and_is_left_alone(recorded):
    before = {path.name: path.read_bytes() for path in recorded.iterdir()}
    found = check_session(recorded)

    assert (found.problems, found.lost, found.notes) == ((), (), ())
    assert len(found.good) == 5
    assert repair_session(recorded).done == ()
    assert {path.name: path.read_bytes() for path in recorded.iterdir()} == before
    assert handtrack("check", recorded).exit_code == 0


@pytest.mark.parametrize("to", [0.5, 0.8, 0.999])
def test_a_cut_session_is_closed_with_every_row_that_was_there(recorded, to):
    folder = cut(recorded, to)
    left = read_session(folder).table
    old = (folder / STREAM_NAME).read_bytes()
    assert "not closed" in check_session(folder).problems[0]

    repaired = repair_session(folder)
    session = read_session(folder)

    assert 0 < len(left) <= 40 * 2
    assert session.whole
    assert session.damage == ()
    assert session.table.equals(left)
    assert pq.read_table(folder / TABLE_NAME).equals(left)
    assert session.manifest.ended == "cut; closed by a repair"
    assert session.manifest.marks == read_manifest(recorded).marks
    assert check_session(folder).problems == ()
    assert summarise(folder).status == "complete"
    assert sum(1 for _ in session.frames()) == len(session)
    (kept,) = [path for path in repaired.kept if path.name.startswith(STREAM_NAME)]
    assert kept.read_bytes() == old
    assert repair_session(folder).done == ()


def test_a_lost_table_is_made_anew(recorded):
    table = pq.read_table(recorded / TABLE_NAME)
    (recorded / TABLE_NAME).unlink()

    assert check_session(recorded).problems == (f"{TABLE_NAME} is missing",)
    repair_session(recorded)
    assert pq.read_table(recorded / TABLE_NAME).equals(table)
    assert check_session(recorded).problems == ()


def test_a_damaged_table_is_found_by_its_checksum(recorded):
    data = bytearray((recorded / TABLE_NAME).read_bytes())
    data[len(data) // 2] ^= 1
    (recorded / TABLE_NAME).write_bytes(data)

    assert check_session(recorded).problems == (f"{TABLE_NAME} does not match its checksum",)
    repaired = repair_session(recorded)
    assert check_session(recorded).problems == ()
    assert recorded / f"{TABLE_NAME}.before-repair" in repaired.kept
    assert (recorded / f"{TABLE_NAME}.before-repair").read_bytes() == bytes(data)


def test_a_damaged_stream_is_made_anew_from_the_table(recorded):
    whole = read_session(recorded).table
    data = bytearray((recorded / STREAM_NAME).read_bytes())
    data[len(data) // 2] ^= 1
    (recorded / STREAM_NAME).write_bytes(data)

    assert check_session(recorded).problems
    repair_session(recorded)
    session = read_session(recorded)
    assert session.table.equals(whole)
    assert session.damage == ()


def test_where_both_are_damaged_what_is_left_is_closed_and_the_loss_is_said(recorded):
    (recorded / TABLE_NAME).unlink()
    data = bytearray((recorded / STREAM_NAME).read_bytes())
    data[len(data) // 2] ^= 1
    (recorded / STREAM_NAME).write_bytes(data)

    repair_session(recorded)
    session = read_session(recorded)
    assert session.whole
    assert 0 < len(session) < 40
    assert f"of 40 recorded frames, damage left {len(session)}" in session.manifest.losses[-1]


@pytest.mark.parametrize("text", [None, "", "format: [", "format: something else"])
def test_a_lost_manifest_is_made_from_the_rows(recorded, text):
    rows = read_session(recorded).table
    path = recorded / MANIFEST_NAME
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")
    aged(recorded)

    repair_session(recorded)
    session = read_session(recorded)
    assert session.table.equals(rows)
    assert session.manifest.frames == 40
    assert "lost with its source and settings" in session.manifest.losses[0]
    assert all(frame.image is not None for frame in session.frames())
    assert check_session(recorded).problems == ()


def test_a_lost_video_is_named_and_known_afterwards(recorded):
    cut(recorded, 0.9)
    (recorded / VIDEO_NAME).unlink()

    repair_session(recorded)
    session = read_session(recorded)
    assert "no picture of the video can be read" in session.manifest.losses
    assert all(frame.image is None for frame in session.frames())


def test_a_session_that_lacks_pictures_says_that_nothing_rebuilds_them(recorded):
    (recorded / VIDEO_NAME).unlink()

    found = check_session(recorded)
    assert found.problems == ()
    assert len(found.lost) == 1
    assert repair_session(recorded).done == ()
    assert "nothing can rebuild" in failed_with_one_line(handtrack("check", recorded), 1)


def test_a_running_recording_is_not_touched(tmp_path, settings, make_result):
    with SessionRecorder(tmp_path / "running", settings=settings) as recorder:
        recorder.write(make_result(0))
        with pytest.raises(SessionError, match="end the recording"):
            repair_session(recorder.folder)


def test_a_newer_format_is_refused_and_not_rebuilt(recorded):
    path = recorded / MANIFEST_NAME
    values = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(values | {"format_version": 3, "created": ["new"]}), encoding="utf-8")

    for verb in ("check", "repair", "show"):
        line = failed_with_one_line(handtrack(verb, recorded), 1)
        assert "has session format 3" in line
        assert "install a newer handtrack" in line


@pytest.mark.parametrize("verb", ["check", "repair"])
def test_a_folder_that_is_no_session_is_one_sentence(verb, tmp_path):
    assert "not a session" in failed_with_one_line(handtrack(verb, tmp_path), 1)
    assert "does not exist" in failed_with_one_line(handtrack(verb, tmp_path / "nowhere"), 1)


def test_gaps_and_a_clock_that_goes_back_are_noted(tmp_path, settings, make_result):
    with SessionRecorder(tmp_path / "gaps", settings=settings) as recorder:
        for index in (0, 1, 2, 3, 4, 20, 21):
            recorder.write(make_result(index))
    notes = check_session(tmp_path / "gaps").notes
    assert notes[0].endswith("by the source's numbers: 15")
    assert notes[1] == "gaps in time: 1; the longest is 0.53 s, 0.13 s from the start"

    with SessionRecorder(tmp_path / "back", settings=settings) as recorder:
        for index, timestamp in enumerate((1.0, 1.1, 0.9, 1.2)):
            recorder.write(make_result(index, timestamp=timestamp))
    assert "frames at which the clock stands or goes back: 1" in check_session(tmp_path / "back").notes
