from __future__ import annotations

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import ConfigError, SourceError
from handtrack.study.datasets.labelling.label_archive import update_archive
from handtrack.study.datasets.labelling.label_store import (
    TABLE_FILE,
    LabelledImages,
    load_labels,
    read_labels,
    write_labels,
)
from handtrack.study.datasets.labelling.label_table import LabelTable


def table() -> LabelTable:
    """Three hands in two pictures: kept, rejected, and kept without a single look."""
    generator = np.random.default_rng(0)

    def numbers(*shape: int) -> np.ndarray:
        return generator.normal(100, 10, (3, *shape)).astype(np.float32)

    single = np.array([0.2, 0.9, np.nan], np.float32)
    without = np.isnan(single)
    single_2d, single_depth = numbers(21, 2), numbers(21)
    single_2d[without], single_depth[without] = np.nan, np.nan
    return LabelTable(
        name=np.array(["images/a/1.png", "images/a/1.png", "images/b/2.png"]),
        verdict=np.array(["kept", "absent", "kept"]),
        origin=np.array(["looks", "looks", "box"]),
        presence=np.array([1.0, 0.2, 0.9], np.float32),
        right=np.array([0.1, 0.8, 0.9], np.float32),
        joints_2d=numbers(21, 2),
        spread=np.abs(numbers(21)),
        depth=numbers(21),
        fitted_depth=numbers(21),
        fitted_2d=numbers(21, 2),
        residual=numbers(),
        depth_residual=numbers(),
        single_2d=single_2d,
        single_depth=single_depth,
        single_right=single,
    )


def test_an_archive_keeps_what_training_needs(tmp_path):
    before, path = table(), tmp_path / "labels.parquet"
    update_archive(path, before, ())
    after = read_labels(path)
    for name in ("name", "verdict", "origin", "presence", "right"):
        assert np.array_equal(getattr(after, name), getattr(before, name))
    for name in ("joints_2d", "spread", "depth"):
        assert np.abs(getattr(after, name) - getattr(before, name)).max() <= 1 / 16 + 1e-6
    assert np.isnan(after.fitted_2d).all()
    assert [label.file for label in load_labels(path)] == ["images/a/1.png", "images/b/2.png"]
    assert load_labels(path, "single") == []


def test_an_archive_keeps_the_labels_of_pictures_that_were_not_labelled_anew(tmp_path):
    path = tmp_path / "labels.parquet"
    update_archive(path, table(), ())
    again = table()
    again = LabelTable(**{field.name: getattr(again, field.name)[2:] for field in dataclasses.fields(again)})
    update_archive(path, again, ["images/b/2.png"])
    assert read_labels(path).name.tolist() == ["images/a/1.png", "images/a/1.png", "images/b/2.png"]
    update_archive(path, again, ["images/a/1.png", "images/b/2.png"])
    assert read_labels(path).name.tolist() == ["images/b/2.png"]


def test_a_damaged_archive_is_one_clear_error(tmp_path):
    path = tmp_path / "labels.parquet"
    update_archive(path, table(), ())
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(ConfigError, match="are damaged"):
        read_labels(path)


def test_another_parquet_file_is_refused(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(ConfigError, match="holds no labels of this program"):
        read_labels(path)


def test_an_archive_that_cannot_be_written_is_one_clear_error(tmp_path):
    with pytest.raises(SourceError, match="cannot be written"):
        update_archive(tmp_path / "no folder" / "labels.parquet", table(), ())


@pytest.fixture
def root(tmp_path) -> Path:
    for name, level in (("images/a/1.png", 10), ("images/b/2.png", 20)):
        (tmp_path / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(tmp_path / "data" / name), np.full((200, 200, 3), level, np.uint8))
    return tmp_path / "data"


def test_the_table_comes_back_from_disk(tmp_path):
    before = table()
    write_labels(tmp_path / "store", before)
    after = read_labels(tmp_path / "store")

    for field in dataclasses.fields(LabelTable):
        first, second = getattr(before, field.name), getattr(after, field.name)
        if first.dtype.kind == "U":
            assert first.tolist() == second.tolist()
        else:
            assert second.dtype == np.float32
            assert np.array_equal(first, second, equal_nan=True)


def test_careful_labels_are_those_of_the_hands_kept(tmp_path):
    write_labels(tmp_path, table())
    labels = load_labels(tmp_path)

    assert [(label.file, label.handedness) for label in labels] == [
        ("images/a/1.png", "left"),
        ("images/b/2.png", "right"),
    ]
    assert np.array_equal(labels[1].joints_2d, table().joints_2d[2])
    assert np.array_equal(labels[1].spread, table().spread[2])
    assert labels[0].handedness_score == pytest.approx(0.9)
    assert labels[0].source == "a"


def test_single_labels_are_all_that_one_look_says(tmp_path):
    write_labels(tmp_path, table())
    labels = load_labels(tmp_path, "single")

    assert [(label.file, label.handedness) for label in labels] == [
        ("images/a/1.png", "left"),
        ("images/a/1.png", "right"),
    ]
    assert np.array_equal(labels[1].joints_2d, table().single_2d[1])
    assert np.array_equal(labels[1].depth, table().single_depth[1])
    assert not labels[1].spread.any()


def test_labelled_images_give_samples_with_their_pictures(tmp_path, root):
    write_labels(tmp_path / "store", table())
    images = LabelledImages(root, tmp_path / "store")
    sample = images[1]

    assert len(images) == 2
    assert images.files.tolist() == ["images/a/1.png", "images/b/2.png"]
    assert (sample.source, sample.key, sample.handedness) == ("b", "images/b/2.png", "right")
    assert sample.image.shape == (200, 200, 3)
    assert sample.image.mean() == 20
    assert np.array_equal(sample.joints_2d, table().joints_2d[2])
    assert np.array_equal(sample.depth, table().depth[2])


def test_a_picture_that_has_become_unreadable_is_named(tmp_path, root):
    write_labels(tmp_path / "store", table())
    images = LabelledImages(root, tmp_path / "store")
    (root / "images/b/2.png").write_bytes(b"cut")
    with pytest.raises(SourceError, match=r"2\.png"):
        images[1]


def test_places_of_hands_are_known_also_where_they_were_rejected(tmp_path, root):
    rejected = dataclasses.replace(table(), presence=np.array([1.0, 0.7, 0.9], np.float32))
    write_labels(tmp_path / "store", rejected)
    points = LabelledImages(root, tmp_path / "store").points_by_file()
    assert {name: len(hands) for name, hands in points.items()} == {"images/a/1.png": 2, "images/b/2.png": 1}

    write_labels(tmp_path / "store", table())
    points = LabelledImages(root, tmp_path / "store").points_by_file()
    assert len(points["images/a/1.png"]) == 1, "the teacher sees no hand at the second place"


def test_missing_and_damaged_labels_say_what_to_run(tmp_path, root):
    with pytest.raises(ConfigError, match="handtrack label"):
        LabelledImages(root, tmp_path / "store")
    write_labels(tmp_path / "store", table())
    path = tmp_path / "store" / TABLE_FILE
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(ConfigError, match="damaged"):
        LabelledImages(root, tmp_path / "store")


def test_labels_of_other_pictures_are_refused(tmp_path):
    write_labels(tmp_path / "store", table())
    with pytest.raises(ConfigError, match=r"1\.png"):
        LabelledImages(tmp_path, tmp_path / "store")
