"""What an export refuses, and what it says then: one sentence, and nothing left behind or replaced."""

from __future__ import annotations

import importlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from handtrack.errors import ConfigError, ExportError, SessionError
from handtrack.exports import FORMATS, export_session
from handtrack.sessions import read_session
from handtrack.sessions.folder import STREAM_NAME, TABLE_NAME
from handtrack.sessions.schema import SCHEMA
from tests.handtrack.cli.calling import failed_with_one_line, handtrack
from tests.handtrack.exports.conftest import record


def formats(*, following_hands: bool = False) -> list[object]:
    """The formats to try; one whose package is not installed is skipped, by name."""
    return [
        pytest.param(
            name,
            marks=pytest.mark.skipif(
                each.package is not None and importlib.util.find_spec(each.package) is None,
                reason=f"{each.package} is not installed",
            ),
        )
        for name, each in FORMATS.items()
        if each.follows_hands or not following_hands
    ]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_writer_and_is_described(name):
    assert callable(importlib.import_module(f"handtrack.exports.{name}").write)
    document = Path(__file__).resolve().parents[3] / "docs" / "exports.md"
    assert f"`{name}`" in document.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", formats())
def test_the_verb_writes_the_format(moving, tmp_path, name):
    out = tmp_path / f"hands.{name}"
    done = handtrack("export", moving.folder, "--to", name, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"{name}: {out}"
    assert [path.name for path in tmp_path.iterdir()] == [out.name]


@pytest.mark.parametrize("name", formats())
def test_a_file_that_is_there_is_replaced_by_force_alone(moving, tmp_path, name):
    out = tmp_path / "hands"
    out.write_text("precious", encoding="utf-8")
    line = failed_with_one_line(handtrack("export", moving.folder, "--to", name, "--out", out), 1)
    assert "exists" in line
    assert "--force" in line
    assert out.read_text(encoding="utf-8") == "precious"
    assert handtrack("export", moving.folder, "--to", name, "--out", out, "--force").exit_code == 0
    assert out.read_bytes()[:8] != b"precious"


def test_a_folder_and_a_place_that_is_not_there_are_refused(moving, tmp_path):
    with pytest.raises(ExportError, match="is a folder"):
        export_session(moving, "csv", tmp_path, force=True)
    with pytest.raises(ExportError, match="does not exist"):
        export_session(moving, "csv", tmp_path / "nowhere" / "hands.csv")


def test_a_format_that_there_is_none_of_is_wrong_usage(moving, tmp_path):
    line = failed_with_one_line(handtrack("export", moving.folder, "--to", "fbx", "--out", tmp_path / "x"), 2)
    assert "csv, parquet" in line
    with pytest.raises(ConfigError, match="fbx"):
        export_session(moving, "fbx", tmp_path / "x")


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if each.package])
def test_a_package_that_is_missing_is_named_with_its_extra(moving, tmp_path, monkeypatch, name):
    package, find = FORMATS[name].package, importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else find(name))
    with pytest.raises(ExportError, match=rf"needs {package}.*handtrack-sigma\[{FORMATS[name].extra}\]"):
        export_session(moving, name, tmp_path / "hands")
    assert list(tmp_path.iterdir()) == []


def test_the_formats_of_numbers_need_no_extra():
    code = (
        "import sys\n"
        "import handtrack.exports.csv, handtrack.exports.npz, handtrack.exports.jsonl\n"
        "import handtrack.exports.bvh, handtrack.exports.glb, handtrack.exports.c3d, handtrack.exports.rrd\n"
        "print({'pygltflib', 'ezc3d', 'rerun', 'trimesh'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_track_that_there_is_none_of_is_refused_with_those_that_are(moving, tmp_path):
    with pytest.raises(ExportError, match="no track 5; it has 3, 7"):
        export_session(moving, "csv", tmp_path / "hands.csv", track=5)


@pytest.mark.parametrize("name", formats(following_hands=True))
def test_what_does_not_move_is_no_motion(moving, tmp_path, name):
    stills = record(tmp_path / "stills", stills=True)
    with pytest.raises(ExportError, match="pictures that stand alone"):
        export_session(stills, name, tmp_path / "hands")
    with pytest.raises(ExportError, match="no hand in any frame"):
        export_session(moving[:0], name, tmp_path / "hands")


@pytest.mark.parametrize("name", ["csv", "parquet", "npz", "jsonl"])
def test_a_session_without_a_hand_gives_a_file_without_one(moving, tmp_path, name):
    assert export_session(moving[:0], name, tmp_path / "hands") == ()
    assert (tmp_path / "hands").is_file()


def test_a_session_without_pictures_has_no_video(closed_copy, tmp_path):
    (closed_copy / "video.mkv").unlink()
    with pytest.raises((ExportError, SessionError), match=r"video\.mkv cannot be read"):
        export_session(closed_copy, "mp4", tmp_path / "hands.mp4")
    assert not (tmp_path / "hands.mp4").exists()


@pytest.fixture
def closed_copy(moving, tmp_path):
    """A copy of the moving session, to be damaged."""
    return Path(shutil.copytree(moving.folder, tmp_path / "copy"))


def test_a_cut_session_is_exported_as_far_as_it_goes_and_says_so(closed_copy, tmp_path):
    (closed_copy / TABLE_NAME).unlink()
    stream = closed_copy / STREAM_NAME
    stream.write_bytes(stream.read_bytes()[:-30])
    notes = export_session(closed_copy, "npz", tmp_path / "hands.npz")
    assert any("damaged at its end" in note for note in notes)


@pytest.mark.parametrize("verb", ["export", "check", "show"])
def test_foreign_tables_and_other_hands_are_one_sentence(closed_copy, tmp_path, verb):
    arguments = ["--to", "csv", "--out", tmp_path / "x.csv"] if verb == "export" else []
    (closed_copy / TABLE_NAME).unlink()
    table = read_session(closed_copy).table
    wide = pa.nulls(len(table), pa.list_(pa.float32(), 3 * 26))
    other = table.set_column(table.schema.get_field_index("joints_3d"), "joints_3d", wide)
    from handtrack.sessions.table_stream import CheckedStream

    with (closed_copy / STREAM_NAME).open("wb") as file:
        stream = CheckedStream(file, other.schema.with_metadata(SCHEMA.metadata))
        for batch in other.to_batches():
            stream.write(batch)
        stream.close()
    line = failed_with_one_line(handtrack(verb, closed_copy, *arguments), 1)
    assert "'joints_3d' has 26 joints, and this program knows hands of 21" in line


def test_what_is_no_session_is_one_sentence(tmp_path):
    line = failed_with_one_line(handtrack("export", tmp_path, "--to", "csv", "--out", tmp_path / "x.csv"), 1)
    assert "is not a session" in line
