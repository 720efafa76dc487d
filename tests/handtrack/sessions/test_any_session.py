"""Properties of the readers: whatever lies in a folder, a session comes out of it or one named error."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handtrack.errors import SessionError
from handtrack.safe_yaml import YamlError, parse_yaml
from handtrack.sessions import read_session, render_summary, summarise
from handtrack.sessions.manifest import Manifest, read_manifest
from handtrack.sessions.schema import HAND_ARRAYS, SCHEMA

MANIFEST: dict[str, Any] = {
    "format": "handtrack-session",
    "format_version": 1,
    "program_version": "0.1.0",
    "created": "2026-11-28T05:39:51Z",
    "status": "complete",
    "frames": 2,
    "hands": 1,
}

ODD = "[]{}:,-&*!?|>'\"%@`#\n\t ab1.~\0\x1b\ud800\ufeffé手"
QUICKLY = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(ODD, max_size=20) | st.dates()
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(scalars, inner, max_size=3)
)


@QUICKLY
@given(st.text(ODD, max_size=80))
def test_any_text_is_yaml_or_no_yaml(text: str) -> None:
    complaint = ""
    try:
        parse_yaml(text)
    except YamlError as error:
        complaint = str(error)

    assert complaint.isprintable()


@QUICKLY
@given(st.dictionaries(st.sampled_from(sorted(Manifest.model_fields)), values, max_size=4))
def test_any_manifest_is_read_or_refused(changes: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        text = yaml.safe_dump(MANIFEST | changes, allow_unicode=True)
        (Path(name) / "session.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            found: str = read_manifest(Path(name)).format
        except SessionError as error:
            found = str(error)

    assert "handtrack-session" in found or "session.yaml" in found or "session format" in found


@st.composite
def tables(draw: st.DrawFn) -> pa.Table:
    """A table with the columns of a session and anything in them."""
    rows = draw(st.integers(0, 4))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    gaps = draw(st.sampled_from([0.0, 0.0, 0.3]))
    columns = {}
    for field in SCHEMA:
        kind = "even" if draw(st.integers(0, 9)) else "odd"
        made = [_value(random, field.type, kind) if random.random() >= gaps else None for _ in range(rows)]
        columns[field.name] = pa.array(made, field.type)
    if draw(st.booleans()):
        columns["video_time_ms"] = pa.array(range(rows), pa.int64())
    return pa.table(columns)


def _value(random: np.random.Generator, kind: pa.DataType, way: str) -> Any:
    if pa.types.is_boolean(kind):
        return bool(random.integers(2))
    if pa.types.is_integer(kind):
        return int(random.integers(1, 9)) if way == "even" else int(random.integers(-(2**31), 2**31))
    if pa.types.is_floating(kind):
        return float(random.choice([0.5, 1.0] if way == "even" else [np.nan, np.inf, -np.inf, 1e300, -0.0]))
    if pa.types.is_string(kind):
        return str(random.choice(["left", "right"])) if way == "even" else "\x1b[2J"
    size = kind.list_size if pa.types.is_fixed_size_list(kind) else 2 if way == "even" else random.integers(5)
    return [
        None if way == "odd" and random.random() < 0.1 else _value(random, kind.value_type, way)
        for _ in range(size)
    ]


@QUICKLY
@given(tables(), st.sampled_from(["complete", "recording"]), st.integers(0, 4))
def test_any_table_with_the_right_columns_is_read_or_refused(
    table: pa.Table, status: str, frames: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        manifest = MANIFEST | {"status": status, "frames": frames, "hands": frames}
        (folder / "session.yaml").write_text(yaml.safe_dump(manifest))
        with pa.ipc.new_stream(folder / "hands.arrows", table.schema) as stream:
            stream.write_table(table)
        pq.write_table(table, folder / "hands.parquet")
        try:
            session = read_session(folder)
            render_summary(summarise(folder))
        except SessionError:
            return
        for record in session.records():
            assert record.size[0] > 0
            for hand in record.hands:
                assert hand.handedness in ("left", "right")
                assert hand.joints_3d.shape == (21, 3)
                assert len(hand.trace) >= 0


def test_the_made_tables_include_whole_sessions() -> None:
    # Or the property above would only be of refusals.
    random = np.random.default_rng(0)
    row = {field.name: pa.array([_value(random, field.type, "even")], field.type) for field in SCHEMA}
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "session.yaml").write_text(yaml.safe_dump(MANIFEST | {"frames": 1}))
        with pa.ipc.new_stream(Path(name) / "hands.arrows", pa.table(row).schema) as stream:
            stream.write_table(pa.table(row))
        session = read_session(name)

    assert session.whole
    assert set(HAND_ARRAYS) <= set(session.table.column_names)
