"""Damage to the files of a session: what is read is as it was recorded, and what is lost is said."""

from __future__ import annotations

import math
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import av
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from handtrack.errors import SessionError
from handtrack.sessions import SessionRecorder, read_session, summarise, tables
from handtrack.sessions.folder import STREAM_NAME, TABLE_NAME, file_crc
from handtrack.sessions.manifest import read_manifest, write_manifest
from handtrack.sessions.row_checks import problem_of
from handtrack.sessions.schema import SCHEMA, frame_bounds, to_batch
from handtrack.sessions.table_stream import CheckedStream, read_checked

PLACES = 200


@pytest.fixture
def old(recorded: Path) -> Path:
    """The closed session as format version 1 wrote it: a stream without checksums, hashes or counts."""
    table = read_session(recorded).table
    with pa.ipc.new_stream(recorded / STREAM_NAME, SCHEMA) as stream:
        for batch in read_checked(recorded / STREAM_NAME, SCHEMA).batches or table.to_batches():
            stream.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=SCHEMA))
    manifest = read_manifest(recorded)
    counts = {"untracked": None, "failed": None, "missed": None, "table_crc32": None}
    write_manifest(recorded, manifest.model_copy(update={"format_version": 1, **counts}))
    return recorded


def flips(path: Path, count: int, seed: int = 0) -> Iterator[int]:
    """Gives a place whenever another byte of the file is wrong; at the end the file is as it was."""
    whole, randomly = path.read_bytes(), random.Random(seed)
    for _ in range(count):
        place = randomly.randrange(len(whole))
        damaged = bytearray(whole)
        damaged[place] ^= randomly.randrange(1, 256)
        path.write_bytes(damaged)
        yield place
    path.write_bytes(whole)


def use(folder: Path, *, pictures: bool = False, records: bool = False) -> pa.Table | None:
    """Read a session as everything that reads sessions does; None where that is refused by name."""
    try:
        session = read_session(folder)
        if records:
            for _ in session.records():
                pass
        if pictures:
            summarise(folder)
            for _ in session.frames():
                pass
    except SessionError:
        return None
    return session.table


def is_part_of(rows: pa.Table, whole: pa.Table) -> bool:
    """Whether rows are some frames of a table, each whole and unchanged."""
    found = pc.is_in(whole["video_time_ms"], value_set=pc.unique(rows["video_time_ms"]))
    return bool(whole.filter(found).equals(rows))


def test_a_wrong_byte_in_the_stream_costs_its_batch_and_nothing_else(recorded):
    (recorded / TABLE_NAME).unlink()
    whole = read_session(recorded).table
    batches = read_checked(recorded / STREAM_NAME, SCHEMA).batches
    largest = max(len(frame_bounds(pa.Table.from_batches([batch]))) - 1 for batch in batches)

    assert len(batches) >= 5
    for place in flips(recorded / STREAM_NAME, 150):
        session = read_session(recorded)
        assert is_part_of(session.table, whole), place
        assert len(session) >= 40 - largest, place
        assert session.whole == (len(session) == 40), place
        if not session.whole:
            assert session.damage, place


def test_whole_rows_under_a_damaged_schema_are_read(recorded):
    (recorded / TABLE_NAME).unlink()
    whole = read_session(recorded).table
    stream = recorded / STREAM_NAME
    data = bytearray(stream.read_bytes())
    data[data.index(b"gate_threshold") + 2] = 0xC2  # no text any more
    stream.write_bytes(data)

    session = read_session(recorded)

    assert session.whole
    assert session.table.equals(whole)
    assert session.damage == ("1 part does not match the checksum in hands.arrows",)


def test_the_parquet_file_stands_in_for_a_damaged_part_and_that_is_said(recorded):
    whole = read_session(recorded).table
    data = bytearray((recorded / STREAM_NAME).read_bytes())
    data[len(data) // 2] ^= 1
    (recorded / STREAM_NAME).write_bytes(data)

    session = read_session(recorded)

    assert session.table.equals(whole)
    assert session.damage == (
        "1 part does not match the checksum in hands.arrows",
        "the rows are those of hands.parquet",
    )
    assert summarise(recorded).damage == session.damage


def test_a_wrong_byte_in_the_parquet_file_is_never_read(recorded):
    (recorded / STREAM_NAME).unlink()

    for place in flips(recorded / TABLE_NAME, 100):
        with pytest.raises(SessionError):
            read_session(recorded)
        assert place >= 0
    assert read_session(recorded).whole


def test_a_damaged_stream_of_version_1_is_refused_or_read(old):
    (old / TABLE_NAME).unlink()

    for _ in flips(old / STREAM_NAME, 100):
        use(old, records=True)
    # The names of the columns are in the first kilobytes.
    data = (old / STREAM_NAME).read_bytes()
    for place in range(40, 5000, 31):
        (old / STREAM_NAME).write_bytes(data[:place] + b"\xc2" + data[place + 1 :])
        use(old)


def test_where_the_tables_of_version_1_differ_the_compressed_one_is_taken(old):
    whole = read_session(old).table
    assert read_session(old).damage == ()
    others = 0
    for _ in flips(old / STREAM_NAME, 60):
        session = read_session(old)
        assert session.table.equals(whole)
        others += session.damage == (
            "hands.arrows and hands.parquet differ",
            "the rows are those of hands.parquet",
        )

    assert others > 30


@pytest.mark.parametrize("name", ["session.yaml", "hands.arrows", "hands.parquet", "video.mkv"])
def test_every_file_may_be_cut_anywhere(request, name):
    pictures = name == "video.mkv"
    folder = request.getfixturevalue("briefly_recorded" if pictures else "recorded")
    whole = read_session(folder).table
    path = folder / name
    data = path.read_bytes()
    if name == "hands.arrows":
        (folder / TABLE_NAME).unlink()
    if name == "hands.parquet":
        (folder / STREAM_NAME).unlink()

    for number in range(PLACES):
        path.write_bytes(data[: number * len(data) // PLACES])
        rows = use(folder, pictures=pictures)
        assert rows is None or is_part_of(rows, whole)


@pytest.mark.parametrize("name", ["session.yaml", "video.mkv"])
def test_a_wrong_byte_elsewhere_is_refused_by_name_or_harmless(request, name):
    pictures = name == "video.mkv"
    folder = request.getfixturevalue("briefly_recorded" if pictures else "recorded")
    whole = read_session(folder).table

    for _ in flips(folder / name, PLACES // 2):
        rows = use(folder, pictures=pictures)
        assert rows is None or is_part_of(rows, whole)


def test_a_stream_full_of_false_seals_comes_to_an_end(recorded):
    seal = b"\xff\xff\xff\xff\x00\x01\x00\x00crc32 00000000 of 000000000300 bytes at %012d columns 00000000"
    begin = recorded / STREAM_NAME
    (recorded / TABLE_NAME).unlink()
    begin.write_bytes(b"".join(seal % (100 * number) for number in range(20_000)))

    assert use(recorded) is None


def test_a_manifest_without_end_is_refused(recorded):
    with (recorded / "session.yaml").open("a") as file:
        file.write("more: [" + "1, " * 500_000 + "]\n")

    with pytest.raises(SessionError, match="larger than 1 MB"):
        read_session(recorded)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", ["session.yaml", "hands.arrows", "hands.parquet"])
def test_what_is_no_file_is_not_waited_for(recorded, name):
    (recorded / "hands.arrows").unlink()
    (recorded / name).unlink(missing_ok=True)
    os.mkfifo(recorded / name)

    assert (use(recorded) is None) == (name != "hands.arrows")


def test_a_session_that_was_killed_before_its_first_picture_is_read(tmp_path, settings, make_result):
    folder = tmp_path / "s"
    recorder = SessionRecorder(folder, settings=settings)
    killed = Path(shutil.copytree(folder, tmp_path / "killed"))
    recorder.close()

    session = read_session(killed)

    assert (len(session), session.whole, list(session.frames())) == (0, False, [])
    assert summarise(killed).frames == 0


def test_rows_that_came_to_the_disk_before_their_pictures_are_read(tmp_path, recorded):
    killed = Path(shutil.copytree(recorded, tmp_path / "killed"))
    manifest = yaml.safe_load((killed / "session.yaml").read_text())
    (killed / "session.yaml").write_text(yaml.safe_dump(manifest | {"status": "recording", "frames": None}))
    (killed / TABLE_NAME).unlink()
    (killed / "video.mkv").write_bytes(b"")

    frames = list(read_session(killed).frames())

    assert [frame.image for frame in frames] == [None] * 40


def test_a_video_whose_tags_are_no_text_is_read(recorded):
    path = recorded / "video.mkv"
    data = path.read_bytes()
    with av.open(str(path)) as container:
        written_by = container.metadata["ENCODER"].encode()
    path.write_bytes(data.replace(written_by, b"\xff" * len(written_by)))

    assert all(frame.image is not None for frame in read_session(recorded).frames())


def test_rows_that_nobody_records_are_damage(tmp_path, old, make_hand, make_result):
    from handtrack.sessions.schema import FrameRecord

    good = to_batch([FrameRecord.of(make_result(0, (make_hand(1),)), 0, 0)])
    (old / TABLE_NAME).unlink()
    for name, values in {
        "handedness": pa.array(["middle"]),
        "score": pa.array([None], pa.float64()),
        "trace_exit_probability": pa.array([[0.5] * 7], pa.list_(pa.float64())),
        "frame_width": pa.array([0], pa.int32()),
        "frame_height": pa.array([2**31 - 1], pa.int32()),
        "timestamp": pa.array([math.nan], pa.float64()),
        "frame_index": pa.array([-1], pa.int64()),
    }.items():
        bad = good.set_column(SCHEMA.names.index(name), SCHEMA.field(name), values)
        with pa.ipc.new_stream(old / STREAM_NAME, SCHEMA) as stream:
            stream.write_batch(good)
            stream.write_batch(bad)
        session = read_session(old)
        assert (len(session), len(session.record(0).hands)) == (1, 1), name
        assert "1 part does not match" in session.damage[0]


def test_a_session_from_before_a_column_was_added_reads_as_whole(recorded: Path) -> None:
    """As version 2 wrote it before hands told of their crops and places: stream and Parquet without them."""
    table = read_session(recorded).table.drop_columns(["crops", "wrist_position", "sigma_position"])
    with (recorded / STREAM_NAME).open("wb") as file:
        stream = CheckedStream(file, table.schema)
        for batch in table.to_batches():
            stream.write(batch)
        stream.close()
    pq.write_table(table, recorded / TABLE_NAME)
    manifest = read_manifest(recorded)
    write_manifest(recorded, manifest.model_copy(update={"table_crc32": file_crc(recorded / TABLE_NAME)}))

    session = read_session(recorded)

    assert session.whole
    assert session.damage == ()
    hands = [hand for frame in session.frames() for hand in frame.record.hands]
    assert hands
    assert {hand.crops for hand in hands} == {1}
    assert {(hand.wrist_position, hand.sigma_position) for hand in hands} == {(None, None)}
    assert summarise(recorded).distance is None


def bomb() -> pa.RecordBatch:
    """Rows that take a few kilobytes compressed and 60 MB unpacked."""
    values = {"string": "left", "bool": False}
    columns = []
    for field in SCHEMA:
        kind = field.type
        nothing = [0.0] * kind.list_size if pa.types.is_fixed_size_list(kind) else []
        value = nothing if pa.types.is_nested(kind) else values.get(str(kind), 0)
        columns.append(pa.array([value] * 50_000, kind))
    return pa.RecordBatch.from_arrays(columns, schema=SCHEMA)


@pytest.fixture
def rows_looked_at(monkeypatch) -> list[int]:
    """How many rows each table had that was unpacked and looked at."""
    counts: list[int] = []

    def counting(table: pa.Table) -> str | None:
        counts.append(len(table))
        return problem_of(table)

    monkeypatch.setattr(tables, "problem_of", counting)
    return counts


def test_a_stream_that_unpacks_to_far_more_than_its_size_is_not_unpacked(recorded, monkeypatch):
    """Each message may be larger than any that is recorded, and its checksum right."""
    whole = read_session(recorded).table
    compressed = pa.ipc.IpcWriteOptions(compression="zstd")
    plain = pa.ipc.new_stream
    monkeypatch.setattr(pa.ipc, "new_stream", lambda sink, schema: plain(sink, schema, options=compressed))
    with (recorded / STREAM_NAME).open("wb") as file:
        stream = CheckedStream(file, SCHEMA)
        stream.write(bomb())
        stream.close()
    assert (recorded / STREAM_NAME).stat().st_size < 200_000

    contents = read_checked(recorded / STREAM_NAME, SCHEMA)
    assert not contents.batches
    assert contents.damaged == 1
    assert read_session(recorded).table.equals(whole)  # those of the Parquet file


def test_a_stream_of_version_1_that_unpacks_to_far_more_than_its_size_is_not_unpacked(old, rows_looked_at):
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(str(old / STREAM_NAME), SCHEMA, options=options) as stream:
        stream.write_batch(bomb())
    (old / TABLE_NAME).unlink()

    assert len(read_session(old).table) == 0
    assert max(rows_looked_at) == 0


def test_a_parquet_file_that_unpacks_to_far_more_than_its_size_is_not_unpacked(recorded, rows_looked_at):
    pq.write_table(pa.Table.from_batches([bomb()]), recorded / TABLE_NAME, compression="zstd")
    manifest = read_manifest(recorded)
    crc = file_crc(recorded / TABLE_NAME)
    write_manifest(recorded, manifest.model_copy(update={"table_crc32": crc}))
    (recorded / STREAM_NAME).unlink()

    with pytest.raises(SessionError, match="damaged"):
        read_session(recorded)
    assert not rows_looked_at
