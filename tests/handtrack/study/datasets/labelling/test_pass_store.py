from __future__ import annotations

import logging

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.labelling.pass_store import (
    LookedAtPicture,
    pictures_done,
    read_passes,
    write_passes,
)

from .hands_for_tests import candidate_of, passes_of, picture_of, skeleton


def test_pictures_and_their_hands_come_back(tmp_path):
    first, second = passes_of(skeleton(), seed=1), passes_of(skeleton(60), seed=2, right=0.1)
    no_single = candidate_of(second, single=False)
    pictures = [
        LookedAtPicture("b.jpg", (640, 480), ((candidate_of(first), first), (no_single, second))),
        LookedAtPicture("a.jpg", (10, 20)),
        LookedAtPicture("broken.jpg", None),
    ]
    write_passes(tmp_path, pictures)
    table = read_passes(tmp_path, ["a.jpg", "b.jpg", "broken.jpg"])

    assert table.names.tolist() == ["a.jpg", "b.jpg", "broken.jpg"]
    assert table.sizes.tolist() == [[10, 20], [640, 480], [0, 0]]
    assert table.picture.tolist() == [1, 1]
    assert table.looks.tolist() == [4, 2]
    assert np.array_equal(table.joints, np.stack([first.joints_2d, second.joints_2d]))
    assert np.array_equal(table.world, np.stack([first.world, second.world]))
    assert np.array_equal(table.right[1], second.right)
    assert np.array_equal(table.single_joints[0], first.joints_2d[0])
    assert np.allclose(table.single_right, [0.9, np.nan], equal_nan=True)
    assert np.isnan(table.single_joints[1]).all()


def test_only_wanted_pictures_are_read(tmp_path):
    write_passes(tmp_path, [picture_of("a.jpg", [passes_of(skeleton())]), LookedAtPicture("b.jpg", (4, 4))])
    assert read_passes(tmp_path, ["b.jpg"]).names.tolist() == ["b.jpg"]
    assert len(read_passes(tmp_path, ["b.jpg"]).picture) == 0


def test_half_written_files_are_never_read(tmp_path):
    write_passes(tmp_path, [LookedAtPicture("a.jpg", (4, 4))])
    (whole,) = tmp_path.iterdir()
    (tmp_path / "half.123.partial").write_bytes(whole.read_bytes()[:100])

    assert pictures_done(tmp_path) == {"a.jpg"}
    assert read_passes(tmp_path, ["a.jpg"]).names.tolist() == ["a.jpg"]


def test_damaged_files_are_removed_to_be_made_again(tmp_path, caplog):
    write_passes(tmp_path, [LookedAtPicture("a.jpg", (4, 4))])
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(SourceError, match="damaged"):
        read_passes(tmp_path, ["a.jpg"])
    with caplog.at_level(logging.WARNING):
        assert pictures_done(tmp_path) == set()

    assert "made again" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_an_empty_store_says_what_to_run(tmp_path):
    with pytest.raises(SourceError, match="handtrack label"):
        read_passes(tmp_path, [])
