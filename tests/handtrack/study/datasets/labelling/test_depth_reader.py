from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from handtrack.errors import ModelError
from handtrack.study.datasets.labelling.combined_looks import CombinedLooks, combine_passes
from handtrack.study.datasets.labelling.depth_reader import (
    DepthReader,
    depth_reader,
    load_reader,
    read_depth,
    save_reader,
)
from handtrack.study.evaluation.metrics import aligned_errors_mm

from .hands_for_tests import passes_of, skeleton


def looks_at(
    hand: np.ndarray, right: bool = True, palm_pixels: float = 100.0, deeper: float = 1.0
) -> CombinedLooks:
    """What the teacher says of a hand (21, 3) in palm lengths. deeper: times the depth that it really has."""
    passes = passes_of(
        hand * np.array([1.0, 1.0, deeper]), palm_pixels=palm_pixels, noise=0.0, right=float(right)
    )
    return combine_passes([passes])


@pytest.mark.parametrize("bend", [5.0, 35.0, 65.0])
@pytest.mark.parametrize("right", [True, False])
def test_depth_is_read_of_hands_that_the_reader_has_never_seen(bend: float, right: bool) -> None:
    # This skeleton is the fitted template of real hands: the reader has learned from the rendered mesh.
    hand = skeleton(bend, right=right) * 100
    looks = looks_at(hand / 100, right)
    found = read_depth(looks, np.array([right]))
    placed = np.column_stack([looks.joints_2d[0], found[0]])

    assert found.shape == (1, 21)
    assert found[0, 0] == 0
    assert aligned_errors_mm(placed, hand).mean() < 10


def test_both_sides_are_read_alike() -> None:
    as_right = read_depth(looks_at(skeleton(40)), np.array([True]))
    as_left = read_depth(looks_at(skeleton(40, right=False), right=False), np.array([False]))

    assert np.allclose(as_right, as_left, atol=0.1)


def test_depth_grows_with_the_picture() -> None:
    small = read_depth(looks_at(skeleton(40)), np.array([True]))
    large = read_depth(looks_at(skeleton(40), palm_pixels=300.0), np.array([True]))

    assert np.allclose(3 * small, large, rtol=1e-2, atol=0.5)


def test_the_teachers_depth_decides_where_the_points_leave_a_choice() -> None:
    # A flat hand leaning to the camera and one leaning away have the same points.
    hand = skeleton(5) * np.array([1.0, 0.7, 0.0])
    hand[:, 2] = hand[:, 1]
    towards = read_depth(looks_at(hand), np.array([True]))
    away = read_depth(looks_at(hand, deeper=-1.0), np.array([True]))
    tips = [8, 12, 16, 20]

    assert towards[0, tips].mean() < away[0, tips].mean() - 20


def test_a_reader_comes_back_from_its_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    reader = DepthReader().eval()
    save_reader(reader, tmp_path / "made/reader.safetensors", "test")
    again = load_reader(tmp_path / "made/reader.safetensors")
    before = read_depth(looks_at(skeleton(30)), np.array([True]), reader)
    after = read_depth(looks_at(skeleton(30)), np.array([True]), again)

    assert np.abs(before - after).max() < 0.02 * np.abs(before).max()
    assert not again.training


def test_what_is_no_reader_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reader.safetensors"
    with pytest.raises(ModelError, match="handtrack depth"):
        load_reader(path)
    path.write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot be used"):
        load_reader(path)
    save_file({"x": torch.zeros(1)}, path)
    with pytest.raises(ModelError, match="no depth reader of this version"):
        load_reader(path)
    save_file({"x": torch.zeros(1)}, path, metadata={"format": "handtrack-depth-reader-2"})
    with pytest.raises(ModelError, match="cannot be used"):
        load_reader(path)
    broken = DepthReader()
    with torch.no_grad():
        broken.mix[3, 1] = math.nan
    save_reader(broken, path, "test")
    with pytest.raises(ModelError, match="no numbers"):
        load_reader(path)


def test_a_reader_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="cannot be written"):
        save_reader(DepthReader(), tmp_path / "file" / "reader.safetensors", "test")


def test_the_projects_reader_is_small_and_there() -> None:
    from handtrack.study.datasets.labelling.depth_reader import READER_FILE

    assert READER_FILE.stat().st_size < 1_000_000
    assert depth_reader() is depth_reader()
