"""The table that sums up: rows of all runs on a folder, whole at any moment."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pandas
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from handtrack.batch.outcome import Outcome
from handtrack.batch.summary_table import SummaryTable
from handtrack.batch.watching import SUMMARY_NAME
from handtrack.errors import SessionError


def done(name: str, frames: int = 3) -> Outcome:
    return Outcome(
        source=f"/v/{name}.mp4",
        session=name,
        status="done",
        frames=frames,
        mean_loops=1.5,
        ended=datetime(2026, 11, 1, tzinfo=UTC),
    )


def failed(name: str) -> Outcome:
    return Outcome(
        source=f"/v/{name}.mp4",
        session="",
        status="failed",
        error="no",
        ended=datetime(2026, 11, 1, tzinfo=UTC),
    )


def written(folder: Path, *outcomes: Outcome) -> pandas.DataFrame:
    table = SummaryTable(folder)
    for outcome in outcomes:
        if outcome.session:
            (folder / outcome.session).mkdir(exist_ok=True)
        table.add(outcome)
    table.close()
    table.close()
    return pandas.read_parquet(folder / SUMMARY_NAME)


def test_rows_are_those_of_the_outcomes_and_nothing_else_is_left(tmp_path):
    table = written(tmp_path, done("one"), failed("two"))

    assert list(table["source"]) == ["/v/one.mp4", "/v/two.mp4"]
    assert list(table["status"]) == ["done", "failed"]
    assert table["frames"][0] == 3
    assert table["mean_loops"][0] == 1.5
    assert table["mean_loops"].isna()[1]
    assert table["error"][1] == "no"
    assert table["ended"][0] == pandas.Timestamp(2026, 11, 1, tz="UTC")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", SUMMARY_NAME]


def test_a_later_run_keeps_the_rows_of_what_it_did_not_come_to_and_drops_what_is_gone(tmp_path):
    written(tmp_path, done("one"), done("two"), failed("three"), done("gone"))
    (tmp_path / "gone").rmdir()

    table = written(tmp_path, done("two", frames=9), failed("four"))

    assert sorted(table["source"]) == [f"/v/{name}.mp4" for name in ("four", "one", "three", "two")]
    assert table.set_index("session")["frames"]["two"] == 9


def test_the_table_before_stays_until_the_new_one_is_whole(tmp_path):
    written(tmp_path, done("one"))

    later = SummaryTable(tmp_path)
    later.add(done("two"))

    assert list(pandas.read_parquet(tmp_path / SUMMARY_NAME)["session"]) == ["one"]
    later.close()


@pytest.mark.parametrize("content", ["text", "other"])
def test_another_file_of_that_name_is_not_replaced(tmp_path, content):
    path = tmp_path / SUMMARY_NAME
    if content == "text":
        path.write_text("mine")
    else:
        pq.write_table(pa.table({"mine": [1]}), path)
    before = path.read_bytes()

    with pytest.raises(SessionError, match="take it away"):
        SummaryTable(tmp_path)

    assert path.read_bytes() == before


def test_a_path_that_is_no_text_is_written_out(tmp_path):
    table = written(tmp_path, done("name \\udcff"))

    assert table["source"][0] == "/v/name \\udcff.mp4"
