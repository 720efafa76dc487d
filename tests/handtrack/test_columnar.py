"""Files of columns that unpack to far more than their size are refused before they take the memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from handtrack.columnar import ExpansionError, allowed_bytes, read_arrow_file, read_parquet, unpacked_bytes

ZEROS = pa.table({"value": np.zeros(10_000_000)})  # 80 MB
NOISE = pa.table({"value": np.random.default_rng(0).normal(size=100_000)})


def arrow_file(path: Path, table: pa.Table, compression: str | None) -> Path:
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema, options=options) as writer:
        writer.write_table(table)
    return path


def test_an_arrow_file_that_unpacks_to_far_more_than_its_size_is_refused(tmp_path):
    path = arrow_file(tmp_path / "zeros.arrow", ZEROS, "zstd")
    assert path.stat().st_size * 200 < ZEROS.nbytes

    with pytest.raises(ExpansionError, match="unpack to 80 MB"):
        read_arrow_file(path, most_bytes=1 << 24)


def test_many_batches_are_counted_together(tmp_path):
    path = tmp_path / "many.arrow"
    part = ZEROS.slice(0, 1_000_000).combine_chunks()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, part.schema, options=options) as writer:
        for _ in range(10):
            writer.write_table(part)
    assert allowed_bytes(path.stat().st_size) < 10 * part.nbytes

    with pytest.raises(ExpansionError):
        read_arrow_file(path, most_bytes=1 << 24)


@pytest.mark.parametrize("compression", [None, "zstd", "lz4"])
def test_an_honest_arrow_file_is_read(tmp_path, compression):
    path = arrow_file(tmp_path / "noise.arrow", NOISE, compression)
    assert read_arrow_file(path, most_bytes=1 << 24).equals(NOISE)


def test_an_arrow_file_of_dictionaries_is_refused(tmp_path):
    table = pa.table({"name": pa.array(["a", "b", "a"]).dictionary_encode()})
    path = arrow_file(tmp_path / "names.arrow", table, None)
    with pytest.raises(ValueError, match="another kind"):
        read_arrow_file(path, most_bytes=1 << 24)


def test_another_file_is_no_arrow_file(tmp_path):
    path = tmp_path / "text.arrow"
    path.write_text("some text")
    with pytest.raises(pa.ArrowInvalid):
        read_arrow_file(path, most_bytes=1 << 24)


def test_a_parquet_file_that_repeats_one_value_for_ever_is_refused(tmp_path):
    path = tmp_path / "zeros.parquet"
    pq.write_table(ZEROS, path)
    metadata = pq.read_metadata(path)
    # What it states of itself looks harmless.
    assert metadata.row_group(0).total_byte_size < allowed_bytes(path.stat().st_size) < ZEROS.nbytes

    with pytest.raises(ExpansionError):
        read_parquet(path)


def test_an_honest_parquet_file_is_read(tmp_path):
    path = tmp_path / "noise.parquet"
    pq.write_table(NOISE, path, compression="zstd")
    assert read_parquet(path).equals(NOISE)


@pytest.mark.parametrize("compression", [None, "zstd"])
def test_the_size_of_a_batch_is_known_before_it_is_unpacked(compression):
    options = pa.ipc.IpcWriteOptions(compression=compression)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, NOISE.schema, options=options) as stream:
        stream.write_table(NOISE)
    messages = pa.MessageReader.open_stream(sink.getvalue())
    messages.read_next_message()

    found = unpacked_bytes(messages.read_next_message())
    assert NOISE.nbytes <= found <= NOISE.nbytes + 128
