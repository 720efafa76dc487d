from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets import whole_pictures as module
from handtrack.study.datasets.hand_rows import SIZE, TAUGHT, UP_X, X, Y
from handtrack.study.datasets.labelling.label_store import write_labels
from handtrack.study.datasets.whole_pictures import whole_pictures
from tests.made_labels import made_labels


@pytest.fixture
def joints() -> np.ndarray:
    return (np.array([200, 150]) + np.random.default_rng(1).uniform(-60, 60, (21, 2))).astype(np.float32)


@pytest.fixture
def folder(tmp_path: Path, joints: np.ndarray) -> Path:
    """Pictures of 640 x 480: a labelled hand, boxes alone, nothing, a face, a rejected hand, validation."""
    lines = ["source,file,width,height,boxes_xyxy_px,labels,licence,repository"]
    boxes = {"labelled": "130 80 270 220", "boxed": "10 20 110 60;300 300 400 460", "face": "", "nothing": ""}
    for name in ("labelled", "boxed", "face", "nothing", "rejected", "held_out"):
        picture = np.full((480, 640, 3), 90, np.uint8)
        path = tmp_path / "images" / "a" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), picture)
        labels = "no_hand" if name == "face" else ""
        lines.append(f"a,images/a/{name}.png,640,480,{boxes.get(name, '1 1 50 50')},{labels},MIT,x")
    (tmp_path / "manifest.csv").write_text("\n".join(lines) + "\n")
    names = ["images/a/labelled.png", "images/a/rejected.png"]
    made = made_labels(names, ["kept", "spread"], np.stack([joints, joints]))
    seen = replace(made, presence=np.array([1.0, 0.8], np.float32), right=np.array([0.9, 0.2], np.float32))
    write_labels(tmp_path / "labels", seen)
    (tmp_path / "splits.yaml").write_text("validation_files: [images/a/held_out.png]\n")
    return tmp_path


def _open(folder: Path, validation: bool = False):
    return whole_pictures(folder, folder / "labels", folder / "splits.yaml", validation, folder / "kept")


def test_labels_say_all_and_boxes_what_labels_do_not(folder, joints):
    pictures = _open(folder)
    boxed, face, labelled, rejected = pictures.hands  # in the order of their names
    assert len(pictures) == 4, "a picture of which nothing is known is left out"
    assert boxed[:, [X, Y]].tolist() == [[30, 20], [175, 190]], "at half the size"
    assert boxed[:, SIZE].tolist() == [50, 80]
    assert np.isnan(boxed[:, UP_X]).all()
    assert len(face) == 0
    assert len(labelled) == 1, "the box is the labelled hand's"
    assert np.isfinite(labelled).all()
    assert labelled[0, TAUGHT] == 1
    assert rejected[:, TAUGHT].tolist() == [1, 0], "its box, and a place that may be a hand"
    assert pictures.picture(0).shape == (240, 320, 3)


def test_validation_is_kept_apart(folder):
    assert len(_open(folder, validation=True)) == 1


def test_what_is_kept_is_read_again(folder, monkeypatch):
    first = _open(folder)
    monkeypatch.setattr(module, "read_picture", None)
    again = _open(folder)
    assert np.array_equal(first.data, again.data)
    assert [rows.shape for rows in again.hands] == [rows.shape for rows in first.hands]


def test_a_damaged_folder_is_named(folder):
    _open(folder)
    (kept,) = (folder / "kept").glob("training-*")
    (kept / "pictures.npy").write_bytes((kept / "pictures.npy").read_bytes()[:200])
    with pytest.raises(SourceError, match="delete the folder"):
        _open(folder)
