"""STB in a tiny folder as published: labels in MATLAB files, pictures of 640 x 480 by sequence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from scipy.io import savemat

from handtrack.errors import SourceError
from handtrack.study.datasets.published.stb import TEST_SEQUENCES, StereoBenchmark, View

FRAMES = 2
EYES: tuple[View, View] = ("BB_left", "BB_right")
# Published: palm, then little, ring, middle, index finger and thumb, each from MCP to tip.
OURS_OF_PUBLISHED = [0, 17, 18, 19, 20, 13, 14, 15, 16, 9, 10, 11, 12, 5, 6, 7, 8, 1, 2, 3, 4]


def published(sequence: str) -> np.ndarray:
    """Joints (3, 21, N) in mm, as the files hold them."""
    seed = sum(map(ord, sequence))
    low, high = np.array([-80.0, -80, 500]), np.array([80.0, 80, 700])
    points = np.random.default_rng(seed).uniform(low, high, (FRAMES, 21, 3))
    return points.transpose(2, 1, 0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "labels").mkdir()
    for number, sequence in enumerate(TEST_SEQUENCES):
        savemat(tmp_path / "labels" / f"{sequence}_BB.mat", {"handPara": published(sequence)})
        (tmp_path / "images" / sequence).mkdir(parents=True)
        for view in EYES:
            for frame in range(FRAMES):
                image = np.full((480, 640, 3), 100 * number + 10 * frame, np.uint8)
                cv2.imwrite(str(tmp_path / "images" / sequence / f"{view}_{frame}.png"), image)
    return tmp_path


def in_our_order(sequence: str, frame: int) -> np.ndarray:
    points = np.zeros((21, 3))
    points[OURS_OF_PUBLISHED] = published(sequence)[:, :, frame].T
    return points


def test_sequences_follow_each_other_frame_by_frame(folder: Path) -> None:
    dataset = StereoBenchmark(folder, "BB_left")

    assert len(dataset) == 2 * FRAMES
    assert [int(dataset[i].image.mean()) for i in range(4)] == [0, 10, 100, 110]
    assert {dataset[i].handedness for i in range(4)} == {"left"}
    assert dataset[3].key == "images/B1Random/BB_left_1.png"


def test_joints_come_in_our_order_in_metres(folder: Path) -> None:
    sample = StereoBenchmark(folder, "BB_left")[1]

    expected = in_our_order("B1Counting", 1) / 1000
    assert sample.joints_3d is not None
    assert sample.joints_3d[1:] == pytest.approx(expected[1:], abs=1e-6)
    assert sample.joints_2d[1:] == pytest.approx(
        expected[1:, :2] / expected[1:, 2:] * 822.79041 + [318.47345, 250.31296], abs=1e-2
    )


def test_the_right_view_sees_the_hand_shifted_by_the_base_line(folder: Path) -> None:
    left, right = (StereoBenchmark(folder, view)[0].joints_3d for view in EYES)
    assert left is not None
    assert right is not None

    assert left - right == pytest.approx(np.tile([0.120054, 0, 0], (21, 1)), abs=1e-6)


def test_the_wrist_is_made_from_the_palm_by_a_rule_that_the_name_tells(folder: Path) -> None:
    dataset = StereoBenchmark(folder, "BB_left")
    points = in_our_order("B1Counting", 0) / 1000
    sample = dataset[0]
    assert sample.joints_3d is not None

    assert sample.joints_3d[0] == pytest.approx(points[13] + 2 * (points[0] - points[13]), abs=1e-6)
    assert "2.0x_ring" in dataset.name
    assert sample.depth[0] == 0


@pytest.mark.parametrize(
    "name",
    ["labels/B1Counting_BB.mat", "images/B1Counting/BB_left_0.png", "images/B1Random/BB_left_1.png"],
)
def test_a_missing_file_is_named_at_once(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(SourceError, match=f"{name} is missing"):
        StereoBenchmark(folder, "BB_left")


@pytest.mark.parametrize("content", [b"", b"not a MATLAB file", b"MATLAB 5.0 MAT-file" + bytes(200)])
def test_damaged_labels_are_named(folder: Path, content: bytes) -> None:
    (folder / "labels/B1Random_BB.mat").write_bytes(content)

    with pytest.raises(SourceError, match=r"B1Random_BB\.mat"):
        StereoBenchmark(folder, "BB_left")


@pytest.mark.parametrize("values", [{"other": 1}, {"handPara": np.zeros((3, 20, 2))}, {"handPara": "text"}])
def test_labels_of_another_kind_are_named(folder: Path, values: dict[str, Any]) -> None:
    savemat(folder / "labels/B1Random_BB.mat", values)

    with pytest.raises(SourceError, match=r"B1Random_BB\.mat"):
        StereoBenchmark(folder, "BB_left")
