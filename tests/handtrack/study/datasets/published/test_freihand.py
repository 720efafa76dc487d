"""FreiHAND in a tiny folder as published: JSON lists and pictures of 224 px by number."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.geometry import depth_on_rays
from handtrack.study.datasets.published.freihand import FreiHand

POSES = 3
CAMERA = [[480.0, 0.0, 112.0], [0.0, 480.0, 112.0], [0.0, 0.0, 1.0]]


def joints() -> np.ndarray:
    return np.random.default_rng(0).uniform([-0.08, -0.08, 0.6], [0.08, 0.08, 0.7], (POSES, 21, 3))


def picture(path: Path, value: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((224, 224, 3), value, np.uint8))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for split, count in (("training", 4 * POSES), ("evaluation", POSES)):
        (tmp_path / f"{split}_xyz.json").write_text(json.dumps(joints().tolist()))
        (tmp_path / f"{split}_K.json").write_text(json.dumps([CAMERA] * POSES))
        (tmp_path / f"{split}_scale.json").write_text(json.dumps([0.03] * POSES))
        for index in range(count):
            picture(tmp_path / split / "rgb" / f"{index:08d}.jpg", 10 * index)
    for index in range(POSES):
        mask = np.zeros((224, 224), np.uint8)
        mask[:, : 40 * (index + 1)] = 255
        (tmp_path / "training" / "mask").mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / "training" / "mask" / f"{index:08d}.jpg"), mask)
    return tmp_path


def test_each_pose_comes_before_four_backgrounds(folder: Path) -> None:
    dataset = FreiHand(folder)

    assert len(dataset) == 12
    for index in range(12):
        sample = dataset[index]
        assert sample.image.mean() == pytest.approx(10 * index, abs=1)
        assert sample.joints_3d == pytest.approx(joints()[index % POSES], abs=1e-6)
        assert sample.mask is not None
        assert sample.mask.mean() == pytest.approx(40 * (index % POSES + 1) / 224, abs=0.01)
        assert sample.handedness == "right"
        assert (sample.spread == 0).all()


def test_joints_are_projected_by_the_pictures_camera(folder: Path) -> None:
    sample = FreiHand(folder)[1]
    points = joints()[1]

    assert sample.joints_2d == pytest.approx(points[:, :2] / points[:, 2:] * 480 + 112, abs=1e-3)
    assert sample.depth == pytest.approx(depth_on_rays(points) * 480, abs=1e-3)


def test_fewer_backgrounds_can_be_had(folder: Path) -> None:
    assert len(FreiHand(folder, backgrounds=1)) == POSES


def test_evaluation_has_one_picture_a_pose_and_no_masks(folder: Path) -> None:
    dataset = FreiHand(folder, "evaluation")

    assert len(dataset) == POSES
    assert dataset[2].mask is None
    assert dataset[2].image.mean() == pytest.approx(20, abs=1)


@pytest.mark.parametrize(
    "name",
    ["training_xyz.json", "training_K.json", "training/rgb/00000000.jpg", "training/rgb/00000011.jpg"],
)
def test_a_missing_file_is_named_at_once(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(SourceError, match=f"{name} is missing; it is in FreiHAND_pub_v2.zip"):
        FreiHand(folder)


def test_a_missing_picture_in_the_middle_is_named_when_asked_for(folder: Path) -> None:
    (folder / "training/rgb/00000005.jpg").unlink()
    (folder / "training/mask/00000001.jpg").unlink()

    with pytest.raises(SourceError, match=r"00000005\.jpg"):
        FreiHand(folder)[5]
    with pytest.raises(SourceError, match=r"mask/00000001\.jpg"):
        FreiHand(folder)[4]


@pytest.mark.parametrize("content", ["", "{", "[]", "[[[1, 2], [3, 4]]]", '["a"]', "[[1], [1, 2]]"])
def test_a_damaged_list_is_named(folder: Path, content: str) -> None:
    (folder / "training_xyz.json").write_text(content)

    with pytest.raises(SourceError, match=r"training_xyz\.json"):
        FreiHand(folder)


def test_lists_of_different_length_are_refused(folder: Path) -> None:
    (folder / "training_K.json").write_text(json.dumps([CAMERA] * 2))

    with pytest.raises(SourceError, match="differ in length"):
        FreiHand(folder)


def test_asking_beyond_the_end_ends_a_loop(folder: Path) -> None:
    assert len(list(FreiHand(folder))) == 12  # type: ignore[call-overload] # iterates by index
