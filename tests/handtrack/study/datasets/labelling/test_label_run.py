from __future__ import annotations

import errno
import importlib.util
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from handtrack.errors import ModelError, SourceError
from handtrack.study.datasets.labelling import label_run
from handtrack.study.datasets.labelling.label_run import look_at_pictures, picture_names
from handtrack.study.datasets.labelling.pass_store import pictures_done, read_passes


@pytest.fixture
def pictures(tmp_path: Path, shared_data: Path) -> Path:
    """A real hand, a cut-off copy of it, a plain wall, and the picture's facts with a box without an area."""
    folder = tmp_path / "pictures" / "images" / "ti1k"
    folder.mkdir(parents=True)
    real = (shared_data / "images/ti1k/TI1K_IMAGE_0001.jpg").read_bytes()
    (folder / "hand.jpg").write_bytes(real)
    (folder / "cut.jpg").write_bytes(real[:200])
    (folder / "notes.txt").write_text("no picture")
    cv2.imwrite(str(folder / "wall.png"), np.full((200, 200, 3), 127, np.uint8))
    (tmp_path / "pictures" / "manifest.csv").write_text(
        "source,file,width,height,boxes_xyxy_px,labels,licence,repository\n"
        "ti1k,images/ti1k/hand.jpg,400,300,58.8 92.2 241.2 264.7;10 10 10 10,"
        "thumb_tip_norm=0.51961 0.61275 index_tip_norm=0.46732 0.39379,MIT,x\n"
        "ti1k,images/ti1k/wall.png,200,200,20 20 20 90,,MIT,x\n"
    )
    return tmp_path / "pictures"


def test_a_folder_of_pictures_is_labelled_by_one_command(pictures, tmp_path, hand_bundle):
    if importlib.util.find_spec("openvino") is None:
        pytest.skip("needs openvino, which the extra [train] brings")
    from handtrack.cli.labelling import label
    from handtrack.study.datasets.labelling.label_store import LabelledImages

    app = typer.Typer()
    app.command()(label)
    sheet = tmp_path / "kept.png"
    arguments = [str(pictures), "--out", str(tmp_path / "labels"), "--workers", "1", "--sheet", str(sheet)]
    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 0, result.output
    assert "1 hands labelled (100.0 %)" in result.output
    assert "1 hands found in 3 pictures; 1 pictures without a hand, 1 unreadable" in result.output
    assert "error at measured thumb and index tips of 1 hands, many passes" in result.output
    assert sheet.is_file()
    (sample,) = (LabelledImages(pictures, tmp_path / "labels")[i] for i in range(1))
    measured = np.array([(0.51961, 0.61275), (0.46732, 0.39379)]) * [400, 300]
    extent = float(np.ptp(sample.joints_2d, axis=0).max())
    assert (np.linalg.norm(sample.joints_2d[[4, 8]] - measured, axis=1) < 0.08 * extent).all()

    # A second run has nothing left to look at, and says the same.
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 0, again.output
    assert "1 hands labelled (100.0 %)" in again.output


@pytest.fixture
def in_this_process(monkeypatch):
    """Chunks done here, by a worker that finds no hands: no models, no other processes."""

    class Worker(label_run._Worker):
        def __init__(self, root: Path, store: Path, bundle: Path) -> None:
            super().__init__(root, store, {}, None, None)  # type: ignore[arg-type]

    def chunks(root: Path, names: list[str], store: Path, bundle: Path, _workers: int):
        worker = Worker(root, store, bundle)
        for i in range(0, len(names), 2):
            yield worker.look_at_chunk(names[i : i + 2])

    monkeypatch.setattr(label_run, "find_hands", lambda *_: [])
    monkeypatch.setattr(label_run, "_chunks_done", chunks)


def many_pictures(folder: Path, count: int) -> list[str]:
    for i in range(count):
        cv2.imwrite(str(folder / f"{i}.png"), np.zeros((4, 4, 3), np.uint8))
    return picture_names(folder, every=1)


@pytest.mark.usefixtures("in_this_process")
def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path):
    names = many_pictures(tmp_path, 6)
    store = tmp_path / "store"

    def stop(done: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        look_at_pictures(tmp_path, names, store, Path(), progress=stop)
    assert len(pictures_done(store)) == 4
    reports: list[int] = []
    look_at_pictures(tmp_path, names, store, Path(), progress=reports.append)

    assert reports == [6]
    assert read_passes(store, names).names.tolist() == names


@pytest.mark.usefixtures("in_this_process")
def test_a_full_disk_ends_the_run_and_loses_nothing(tmp_path, monkeypatch):
    names = many_pictures(tmp_path, 6)
    store = tmp_path / "store"
    real = pa.OSFile
    opened: list[str] = []

    def nearly_full(path: str, mode: str = "rb"):
        if mode == "wb":
            opened.append(path)
            if len(opened) > 2:
                raise OSError(errno.ENOSPC, "No space left on device", path)
        return real(path, mode)

    monkeypatch.setattr(pa, "OSFile", nearly_full)
    with pytest.raises(SourceError, match="No space left"):
        look_at_pictures(tmp_path, names, store, Path())
    monkeypatch.setattr(pa, "OSFile", real)

    assert len(pictures_done(store)) == 4
    look_at_pictures(tmp_path, names, store, Path())
    assert len(pictures_done(store)) == 6


@pytest.mark.usefixtures("in_this_process")
def test_unreadable_pictures_are_recorded_and_do_not_end_the_run(tmp_path, caplog):
    names = many_pictures(tmp_path, 2)
    (tmp_path / "0.png").write_bytes(b"damaged")
    look_at_pictures(tmp_path, names, tmp_path / "store", Path())

    assert read_passes(tmp_path / "store", names).sizes.tolist() == [[0, 0], [4, 4]]
    assert "0.png" in caplog.text


def test_a_bundle_that_is_none_ends_the_run_with_its_name(tmp_path):
    if importlib.util.find_spec("openvino") is None:
        pytest.skip("needs openvino, which the extra [train] brings")
    names = many_pictures(tmp_path, 1)
    (tmp_path / "x.task").write_bytes(b"no bundle")
    with pytest.raises(ModelError, match=r"x\.task"):
        look_at_pictures(tmp_path, names, tmp_path / "store", tmp_path / "x.task", workers=1)


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(SourceError, match="no pictures"):
        picture_names(tmp_path, every=1)
    with pytest.raises(SourceError, match="not a folder"):
        picture_names(tmp_path / "absent", every=1)


def test_a_clip_that_cannot_be_read_is_left_out_and_reported(tmp_path, caplog):
    many_pictures(tmp_path, 1)
    (tmp_path / "x.webp").write_bytes(b"no clip")

    assert picture_names(tmp_path, every=1) == ["0.png"]
    assert "x.webp" in caplog.text
