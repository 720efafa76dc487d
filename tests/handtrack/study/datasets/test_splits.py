from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import ConfigError
from handtrack.study.datasets.labelling.manifest import read_manifest
from handtrack.study.datasets.labelling.pictures import source_of
from handtrack.study.datasets.splits import load_splits, validation_mask

SHIPPED = Path(__file__).resolve().parents[4] / "configs" / "training" / "splits.yaml"


def test_sources_ranges_and_patterns_choose_the_validation_pictures(tmp_path):
    path = tmp_path / "splits.yaml"
    path.write_text(
        "validation_sources: [whole]\n"
        "validation_ranges: [{first: images/part/003.jpg, last: images/part/005.jpg}]\n"
        "validation_files: ['images/scenes/9_*', clips/x.mp4]\n"
    )
    files = [
        *("images/whole/1.jpg", "images/part/002.jpg", "images/part/003.jpg", "images/part/005.jpg"),
        *("images/part/006.jpg", "images/other/004.jpg", "images/scenes/9_1.jpg", "images/scenes/19_1.jpg"),
        *("clips/x.mp4#0", "clips/x.mp4#44", "clips/y.mp4#0"),
    ]
    chosen = validation_mask(path, np.array(files))

    assert chosen.tolist() == [True, False, True, True, False, False, True, False, True, True, False]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("validation_source: [a]", "validation_source"),
        ("validation_ranges: [{first: a/1.jpg, last: b/2.jpg}]", "validation_ranges"),
        ("validation_ranges: [{first: a/3.jpg, last: a/2.jpg}]", "validation_ranges"),
        ("[", "splits.yaml"),
    ],
)
def test_a_split_file_that_cannot_be_used_is_refused_by_name(tmp_path, text, named):
    path = tmp_path / "splits.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=named):
        load_splits(path)


def test_shipped_splits_hold_out_about_an_eighth_of_the_pictures(shared_data):
    files = sorted(read_manifest(shared_data))
    held_out = validation_mask(SHIPPED, files)
    sources = np.array([source_of(file) for file in files])

    assert 0.08 < held_out.mean() < 0.16
    assert held_out[sources == "rf100_handgestures"].all()
    for source in ("ti1k", "hagrid", "subhih_webcam", "lu_gestures", "turkish_digits"):
        assert 0.05 < held_out[sources == source].mean() < 0.6, source


def test_every_rule_of_the_shipped_splits_names_pictures_that_exist(shared_data):
    splits = load_splits(SHIPPED)
    files = set(read_manifest(shared_data))
    for each in splits.validation_ranges:
        assert {each.first, each.last} <= files
    for pattern in splits.validation_files:
        assert list(shared_data.glob(pattern)), pattern


def test_no_student_of_the_number_signs_is_on_both_sides(shared_data):
    """Each student's pictures carry consecutive numbers, and the cameras' numbers lie far apart."""
    files = [file for file in read_manifest(shared_data) if source_of(file) == "turkish_digits"]
    held_out = validation_mask(SHIPPED, files)
    numbers = np.array([int(Path(file).stem.rpartition("_")[2]) for file in files])

    assert numbers[~held_out].min() - numbers[held_out].max() > 1000
