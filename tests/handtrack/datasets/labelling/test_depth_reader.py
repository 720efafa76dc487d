from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from handtrack.datasets.labelling.depth_reader import (
    DepthReader,
    depth_reader,
    load_reader,
    read_depth,
    save_reader,
    upright,
)
from handtrack.errors import ModelError
from handtrack.evaluation.metrics import aligned_errors_mm

from .hands_for_tests import skeleton

PIXELS = 100.0


def seen(hand: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Points (1, 21, 2) and true depths (1, 21) in pixels of a hand (21, 3) in palm lengths."""
    return (hand[None, :, :2] * PIXELS + 300).astype(np.float32), (hand[None, :, 2] * PIXELS).astype(
        np.float32
    )


def readings_of(depth: np.ndarray) -> np.ndarray:
    """What a teacher would say: too flat in the image, too deep in its world coordinates."""
    return np.stack([depth * 0.35, depth * 1.3], axis=-1)


def test_upright_hands_do_not_depend_on_place_size_turn_and_side() -> None:
    points, _ = seen(skeleton(30))
    turn = np.array([[math.cos(1.0), math.sin(1.0)], [-math.sin(1.0), math.cos(1.0)]], np.float32)
    changed = (points @ turn) * 2.5 + 40
    mirrored = points * np.array([-1.0, 1.0], np.float32)
    yes, no = torch.tensor([True]), torch.tensor([False])

    plain, size = upright(torch.from_numpy(points), yes)
    again, larger = upright(torch.from_numpy(changed), yes)
    left, _ = upright(torch.from_numpy(mirrored), no)

    assert torch.allclose(plain, again, atol=1e-4)
    assert torch.allclose(plain, left, atol=1e-5)
    assert float(larger / size) == pytest.approx(2.5, rel=1e-4)
    assert plain[0, 0].tolist() == [0, 0]
    assert float(plain[0, 9, 0]) == pytest.approx(0, abs=1e-5)
    assert float(plain[0, 9, 1]) < 0, "the fingers are up"


@pytest.mark.parametrize("bend", [5.0, 35.0, 65.0])
@pytest.mark.parametrize("right", [True, False])
def test_depth_is_read_of_hands_that_the_reader_has_never_seen(bend: float, right: bool) -> None:
    # This skeleton is the fitted template of real hands: the reader has learned from the rendered mesh.
    points, depth = seen(skeleton(bend, right=right))
    found = read_depth(points, readings_of(depth), np.array([right]))
    truth, placed = (np.column_stack([points[0], z[0]]) for z in (depth, found))

    assert found.shape == (1, 21)
    assert found[0, 0] == 0
    assert aligned_errors_mm(placed, truth).mean() < 10


def test_both_sides_are_read_alike() -> None:
    points, depth = seen(skeleton(40))
    mirrored = points * np.array([-1.0, 1.0], np.float32)
    as_right = read_depth(points, readings_of(depth), np.array([True]))
    as_left = read_depth(mirrored, readings_of(depth), np.array([False]))

    assert np.allclose(as_right, as_left, atol=0.1)


def test_depth_grows_with_the_picture() -> None:
    points, depth = seen(skeleton(40))
    small = read_depth(points, readings_of(depth), np.array([True]))
    large = read_depth(points * 3, readings_of(depth * 3), np.array([True]))

    assert np.allclose(3 * small, large, rtol=1e-3, atol=0.1)


def test_the_teachers_depth_decides_where_the_points_leave_a_choice() -> None:
    # A flat hand leaning to the camera and one leaning away have the same points.
    hand = skeleton(5) * np.array([1.0, 0.7, 0.0])
    hand[:, 2] = hand[:, 1]
    points, depth = seen(hand)
    towards = read_depth(points, readings_of(depth), np.array([True]))
    away = read_depth(points, readings_of(-depth), np.array([True]))
    tips = [8, 12, 16, 20]

    assert towards[0, tips].mean() < away[0, tips].mean() - 0.2 * PIXELS


def test_a_reader_comes_back_from_its_file(tmp_path: Path) -> None:
    torch.manual_seed(0)
    reader = DepthReader().eval()
    save_reader(reader, tmp_path / "made/reader.safetensors", "test")
    again = load_reader(tmp_path / "made/reader.safetensors")
    points, depth = seen(skeleton(30))
    before = read_depth(points, readings_of(depth), np.array([True]), reader)
    after = read_depth(points, readings_of(depth), np.array([True]), again)

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
    save_file({"x": torch.zeros(1)}, path, metadata={"format": "handtrack-depth-reader-1"})
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
    from handtrack.datasets.labelling.depth_reader import READER_FILE

    assert READER_FILE.stat().st_size < 1_000_000
    assert depth_reader() is depth_reader()
