"""Files of true hands: nothing is lost in them, and what is wrong with one is said in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from handtrack.errors import SourceError
from handtrack.sources.truth_file import ClipTruth, read_truth, truth_path, write_truth
from tests.handtrack.sources.moving_hand import true_hand


@pytest.fixture
def truth() -> ClipTruth:
    """Frames with one hand, none, and two."""
    hands = ((true_hand(),), (), (true_hand(3.0), true_hand(9.0, "left")))
    return ClipTruth((128, 112), np.array([0, 33, 67], np.int64), hands)


@pytest.fixture
def written(truth: ClipTruth, tmp_path: Path) -> Path:
    path = tmp_path / "clip.truth.arrow"
    write_truth(path, truth)
    return path


def rewritten(path: Path, table: pa.Table) -> Path:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return path


def table_of(path: Path) -> pa.Table:
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def refusal(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        read_truth(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


def test_every_hand_comes_back_exactly(truth, written):
    back = read_truth(written)
    assert back.size == (128, 112)
    assert back.times_ms.tolist() == [0, 33, 67]
    assert [len(hands) for hands in back.hands] == [1, 0, 2]
    for before, after in zip(truth.hands, back.hands, strict=True):
        for one, other in zip(before, after, strict=True):
            assert one.handedness == other.handedness
            for name in ("joints_2d", "joints_3d", "visible"):
                array = getattr(other, name)
                np.testing.assert_array_equal(getattr(one, name), array)
                assert getattr(one, name).dtype == array.dtype
                assert not array.flags.writeable


def test_a_frame_has_the_truth_of_its_own_time_only(truth):
    assert truth.at(0.0668) is truth.hands[2]
    assert truth.at(0.033) == (), "known to hold no hand"
    assert truth.at(0.05) is None, "not known"
    assert truth.at(9.0) is None
    assert ClipTruth((2, 2), np.zeros(0, np.int64), ()).at(0.0) is None


def test_the_truth_lies_beside_the_video():
    assert truth_path(Path("films/hand.mp4")) == Path("films/hand.truth.arrow")


def test_a_missing_file_is_named(tmp_path):
    assert "No such file" in refusal(tmp_path / "gone.truth.arrow")


@pytest.mark.parametrize("kept", [0, 9, 200, 0.5, 0.95])
def test_a_cut_file_is_refused(written, kept):
    data = written.read_bytes()
    written.write_bytes(data[: int(kept * len(data)) if isinstance(kept, float) else kept])
    assert "make the clip again" in refusal(written)


def test_another_arrow_file_is_refused(tmp_path):
    path = rewritten(tmp_path / "other.truth.arrow", pa.table({"time_ms": [1, 2]}))
    assert "another format" in refusal(path)


def test_a_later_version_of_the_format_is_refused(written):
    table = table_of(written)
    metadata = table.schema.metadata | {b"format_version": b"2"}
    assert "version 2" in refusal(rewritten(written, table.replace_schema_metadata(metadata)))


def test_a_missing_column_is_named(written):
    assert "'visible'" in refusal(rewritten(written, table_of(written).drop_columns(["visible"])))


def test_a_column_of_another_type_is_named(written):
    table = table_of(written)
    column = table.schema.get_field_index("time_ms")
    assert "'time_ms'" in refusal(
        rewritten(written, table.set_column(column, "time_ms", table["time_ms"].cast(pa.int32())))
    )


@pytest.mark.parametrize("value", ["middle", None])
def test_a_hand_that_is_none_is_refused(written, value):
    table = table_of(written)
    column = table.schema.get_field_index("joints_3d" if value is None else "handedness")
    if value is None:
        broken = pa.array([[np.nan] * 63] * len(table), table.schema.field(column).type)
    else:
        broken = pa.array([value] * len(table))
    assert "cannot be read" in refusal(
        rewritten(written, table.set_column(column, table.schema.names[column], broken))
    )


@pytest.mark.parametrize("size", ["[" * 5000, "[0, 10]", "[1e999, 10]", '["a", "b"]', "[true, 10]", "{}"])
def test_frames_of_no_size_are_refused(written, size):
    table = table_of(written)
    metadata = table.schema.metadata | {b"frame_size": size.encode()}
    assert "cannot be read" in refusal(rewritten(written, table.replace_schema_metadata(metadata)))


def test_a_column_that_is_there_twice_is_named(written):
    table = table_of(written)
    assert "'visible'" in refusal(rewritten(written, table.append_column("visible", table["visible"])))


def test_a_file_larger_than_any_truth_is_not_read(written):
    with written.open("r+b") as file:
        file.truncate(1 << 40)
    assert "it is larger than 50 MB" in refusal(written)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no /dev/zero")
def test_a_device_is_no_truth():
    assert "no regular file" in refusal(Path("/dev/zero"))


def test_a_file_whose_messages_end_before_they_begin_is_refused(written):
    content = bytearray(written.read_bytes())
    content[8:12] = bytes(4)  # no message follows
    written.write_bytes(content)
    with pytest.raises(SourceError, match="before its schema"):
        read_truth(written)
