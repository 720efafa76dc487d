from __future__ import annotations

import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from handtrack.errors import SessionError
from handtrack.sessions import read_session


def rewrite_manifest(folder, **values):
    path = folder / "session.yaml"
    path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text()) | values))


def cut(path, size):
    os.truncate(path, size)


def test_frames_pair_pictures_with_their_hands(recorded):
    frames = list(read_session(recorded).frames())

    assert [frame.record.index for frame in frames] == list(range(40))
    for frame in frames:
        result = frame.result()
        assert result.frame.image.shape == (48, 64, 3)
        assert not result.frame.image.flags.writeable
        assert result.frame.image.mean() == pytest.approx(20 + 3 * frame.record.index, abs=2)
        assert len(result.hands) == frame.record.index % 3
        assert (result.frame.timestamp, result.gate_threshold) == (
            pytest.approx(100 + frame.record.index / 30),
            pytest.approx(0.25 + frame.record.index / 1000),
        )


def test_a_stream_cut_anywhere_gives_back_its_whole_batches(recorded):
    (recorded / "hands.parquet").unlink()
    stream = recorded / "hands.arrows"
    whole = read_session(recorded).table
    size = stream.stat().st_size
    found = []
    for length in [*range(size - 1, 8000, -(size // 25)), 8000]:
        cut(stream, length)
        session = read_session(recorded)
        assert session.table.equals(whole.slice(0, session.table.num_rows))
        found.append(session.table.num_rows)
        if session.table.num_rows < whole.num_rows:
            assert not session.whole

    assert found == sorted(found, reverse=True)
    assert found[0] > 0
    assert found[-1] == 0


def test_a_stream_that_was_never_flushed_is_an_empty_session(recorded):
    (recorded / "hands.parquet").unlink()
    cut(recorded / "hands.arrows", 0)

    session = read_session(recorded)

    assert (len(session), session.whole) == (0, False)
    assert list(session.frames()) == []


def test_zeros_after_the_last_batch_do_not_matter(recorded):
    (recorded / "hands.parquet").unlink()
    whole = read_session(recorded).table
    stream = recorded / "hands.arrows"
    # What a file system may leave after a power cut: a file that is longer than what was written to it.
    cut(stream, stream.stat().st_size - 8)
    cut(stream, stream.stat().st_size + 3000)

    assert read_session(recorded).table.equals(whole)


@pytest.mark.parametrize("damage", ["cut", "gone", "overwritten"])
def test_the_parquet_table_stands_in_for_a_damaged_stream(recorded, damage):
    stream = recorded / "hands.arrows"
    if damage == "cut":
        cut(stream, stream.stat().st_size // 2)
    elif damage == "gone":
        stream.unlink()
    else:
        stream.write_bytes(b"not arrow" * 100)

    session = read_session(recorded)

    assert (len(session), session.whole) == (40, True)
    assert len(session.record(5).hands) == 2


def test_damage_in_both_tables_is_one_sentence(recorded):
    for name in ("hands.arrows", "hands.parquet"):
        (recorded / name).write_bytes(b"not a table" * 100)

    with pytest.raises(SessionError, match=r"hands\.arrows is damaged from its first byte"):
        read_session(recorded)


def test_a_video_cut_short_gives_the_pictures_before_the_cut(recorded):
    video = recorded / "video.mkv"
    cut(video, video.stat().st_size * 3 // 4)

    found = [frame.image is not None for frame in read_session(recorded).frames()]

    assert len(found) == 40
    assert 0 < sum(found) < 40
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("damage", ["gone", "noise"])
def test_hands_are_readable_without_the_video(recorded, damage):
    video = recorded / "video.mkv"
    video.unlink()
    if damage == "noise":
        video.write_bytes(np.random.default_rng(0).bytes(5000))
    session = read_session(recorded)

    assert len(list(session.records())) == 40
    with pytest.raises(SessionError, match=r"video\.mkv cannot be read"):
        next(session.frames())


def test_a_lost_picture_has_no_result(recorded):
    video = recorded / "video.mkv"
    cut(video, video.stat().st_size // 2)
    last = list(read_session(recorded).frames())[-1]

    assert len(last.record.hands) == 0
    with pytest.raises(SessionError, match="the picture of frame 39 is not in the video"):
        last.result()


def test_a_folder_that_is_missing_or_no_session_is_named(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(SessionError, match="nowhere does not exist"):
        read_session(tmp_path / "nowhere")
    with pytest.raises(SessionError, match="file is not a folder"):
        read_session(tmp_path / "file")
    with pytest.raises(SessionError, match=r"is not a session: session\.yaml is missing"):
        read_session(tmp_path)


def test_missing_hands_are_named(recorded):
    (recorded / "hands.arrows").unlink()
    (recorded / "hands.parquet").unlink()

    with pytest.raises(SessionError, match=r"not a whole session: hands\.arrows is missing"):
        read_session(recorded)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "does not say 'format: handtrack-session'"),
        (b"- a\n- b\n", "does not say 'format: handtrack-session'"),
        (b"key: [unclosed", "it is not YAML"),
        (b"\xff\xfe\x00bad", "it is not YAML"),
        (b"\0\0\0\0", "it is not YAML"),
        (b"format: handtrack-session\nformat_version: 1\n", "program_version: Field required"),
    ],
)
def test_a_damaged_manifest_is_one_sentence(recorded, content, complaint):
    (recorded / "session.yaml").write_bytes(content)

    with pytest.raises(SessionError) as failure:
        read_session(recorded)

    assert complaint in str(failure.value)
    assert "\n" not in str(failure.value)


@pytest.mark.parametrize(
    ("key", "value"), [("status", "done"), ("format_version", "new"), ("frames", -0.5), ("created", "soon")]
)
def test_a_wrong_value_in_the_manifest_is_named(recorded, key, value):
    rewrite_manifest(recorded, **{key: value})

    with pytest.raises(SessionError, match=rf"session\.yaml is damaged: {key}:"):
        read_session(recorded)


def test_a_manifest_cannot_run_code(recorded, tmp_path):
    trap = tmp_path / "trap"
    (recorded / "session.yaml").write_text(
        f"format: handtrack-session\nsettings: !!python/object/apply:os.mkdir ['{trap}']\n"
    )

    with pytest.raises(SessionError, match="it is not YAML"):
        read_session(recorded)

    assert not trap.exists()


def test_a_format_of_the_future_asks_for_a_newer_program(recorded):
    rewrite_manifest(recorded, format_version=3)

    with pytest.raises(
        SessionError, match="has session format 3, this program reads up to 2; install a newer"
    ):
        read_session(recorded)


def test_unknown_manifest_keys_are_passed_over(recorded):
    rewrite_manifest(recorded, mood="good")

    assert len(read_session(recorded)) == 40


@pytest.mark.parametrize("name", ["hands.arrows", "hands.parquet"])
def test_a_table_with_other_columns_is_refused(recorded, name):
    rewrite_manifest(recorded, format_version=1, table_crc32=None)
    table = pa.table({"frame_index": [1, 2]})
    if name == "hands.arrows":
        with pa.ipc.new_stream(recorded / name, table.schema) as stream:
            stream.write_table(table)
    else:
        cut(recorded / "hands.arrows", 10)
        pq.write_table(table, recorded / name)

    with pytest.raises(SessionError, match=rf"{name} is not of a session: the column 'timestamp' is missing"):
        read_session(recorded)
