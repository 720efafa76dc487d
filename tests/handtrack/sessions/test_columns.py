"""Arrays that are made without pandas are those that Arrow makes with it."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from handtrack.sessions.columns import column, fixed_lists, lists

ROOT = Path(__file__).resolve().parents[3]

# Writes a session as `handtrack process` does, and tells what came with it.
RECORDING_PROGRAM = """
import sys
from pathlib import Path
from handtrack.config import Settings
from handtrack.sessions import SessionRecorder
from tests.handtrack.sessions.conftest import hand_of, result_of

with SessionRecorder(Path(sys.argv[1]), settings=Settings()) as recorder:
    for index in range(3):
        recorder.write(result_of(index, (hand_of(index),) * index))
print("pandas" in sys.modules)
"""


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], pa.int64()),
        ([1, None, 2**40], pa.int64()),
        ([1, 2**31 - 1, -(2**31)], pa.int32()),
        ([0.1, None, float("nan"), float("inf")], pa.float64()),
        ([None, None], pa.float64()),
        ([True, False, None] * 5, pa.bool_()),
        (["left", None, "", "ö€", "right"], pa.string()),
        ([], pa.string()),
        ([datetime(2026, 3, 1, 12, 30, 1, 250_999, UTC), None], pa.timestamp("ms", tz="UTC")),
        ([datetime(1969, 12, 31, 23, 59, tzinfo=UTC)], pa.timestamp("ms", tz="UTC")),
    ],
)
def test_a_column_is_what_arrow_makes_of_the_values(values: list[object], kind: pa.DataType) -> None:
    made = column(values, kind)

    made.validate(full=True)
    assert made.type == kind
    # As text, for NaN is no other NaN.
    assert str(made) == str(pa.array(values, kind))
    assert made.null_count == values.count(None)


def test_a_number_that_has_no_room_is_refused() -> None:
    with pytest.raises(OverflowError):
        column([2**31], pa.int32())


def test_lists_are_what_arrow_makes_of_the_values() -> None:
    rows, there = np.arange(12, dtype=np.float32).reshape(4, 3), np.array([True, False, True, True])
    inner = fixed_lists(rows, there)
    outer = lists([2, 0, 0, 2], inner, np.array([True, True, False, True]))

    for made in (inner, outer):
        made.validate(full=True)
    expected = [[0, 1, 2], None, [6, 7, 8], [9, 10, 11]]
    assert inner.equals(pa.array(expected, pa.list_(pa.float32(), 3)))
    grouped = [expected[:2], [], None, expected[2:]]
    assert outer.equals(pa.array(grouped, pa.list_(pa.list_(pa.float32(), 3))))


def test_a_recording_does_not_import_pandas(tmp_path: Path) -> None:
    """It would in the thread that writes, and no other thread runs meanwhile."""
    pytest.importorskip("pandas")
    done = subprocess.run(
        [sys.executable, "-c", RECORDING_PROGRAM, str(tmp_path / "session")],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout == "False\n"
