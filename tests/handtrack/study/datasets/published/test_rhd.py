"""RHD in a tiny folder as published: labels in a pickle, pictures of 320 px by number."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.geometry import depth_on_rays
from handtrack.study.datasets.published.rhd import RenderedHandpose

CAMERA = np.array([[283.1, 0, 160], [0, 283.1, 160], [0, 0, 1]])
# Published joint numbers in our order: wrist, thumb from the palm to its tip, ..., little finger.
ORDER = [0, 4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9, 16, 15, 14, 13, 20, 19, 18, 17]


def label(number: int) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(number)
    xyz = generator.uniform([-0.2, -0.2, 0.5], [0.2, 0.2, 0.8], (42, 3))
    uv = (xyz @ CAMERA.T)[:, :2] / xyz[:, 2:]
    return {"K": CAMERA, "xyz": xyz, "uv_vis": np.column_stack([uv, generator.integers(0, 2, 42)])}


def write_pictures(folder: Path, number: int, left_pixels: int, right_pixels: int) -> None:
    mask = np.zeros((320, 320), np.uint8)
    mask[100:200] = 1  # the rest of the person
    mask[0, :left_pixels] = np.arange(left_pixels) % 16 + 2
    mask[1, :right_pixels] = np.arange(right_pixels) % 16 + 18
    for kind, image in (("color", np.full((320, 320, 3), 40 + number, np.uint8)), ("mask", mask)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / kind / f"{number:05d}.png"), image)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for split in ("training", "evaluation"):
        for number, pixels in enumerate(((200, 100), (100, 200), (0, 150))):
            write_pictures(tmp_path / split, number, *pixels)
        labels = {number: label(number) for number in range(3)}
        (tmp_path / split / f"anno_{split}.pickle").write_bytes(pickle.dumps(labels, 3))
    return tmp_path


@pytest.mark.parametrize("split", ["training", "evaluation"])
def test_the_hand_with_more_pixels_is_the_sample(folder: Path, split: Any) -> None:
    dataset = RenderedHandpose(folder, split)

    assert len(dataset) == 3
    assert [dataset[i].handedness for i in range(3)] == ["left", "right", "right"]
    masks = [sample.mask for i in range(3) if (sample := dataset[i]).mask is not None]
    assert [int(mask.sum()) for mask in masks] == [200, 200, 150]
    assert [int(dataset[i].image.mean()) for i in range(3)] == [40, 41, 42]


def test_joints_are_put_into_our_order(folder: Path) -> None:
    dataset = RenderedHandpose(folder)

    for index, first in ((0, 0), (1, 21)):
        sample, published = dataset[index], label(index)
        order = np.array(ORDER) + first
        assert sample.joints_3d == pytest.approx(published["xyz"][order], abs=1e-6)
        assert sample.joints_2d == pytest.approx(published["uv_vis"][order, :2], abs=1e-3)
        assert sample.visible is not None
        assert sample.visible.tolist() == (published["uv_vis"][order, 2] == 1).tolist()
        assert sample.camera == pytest.approx(CAMERA)
        assert sample.depth == pytest.approx(depth_on_rays(published["xyz"][order]) * 283.1, abs=1e-2)


@pytest.mark.parametrize(
    "name", ["training/anno_training.pickle", "training/color/00002.png", "training/mask/00000.png"]
)
def test_a_missing_file_is_named_at_once(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(SourceError, match=f"{name} is missing; it is in RHD"):
        RenderedHandpose(folder)


def test_a_missing_picture_in_the_middle_is_named_when_asked_for(folder: Path) -> None:
    (folder / "training/color/00001.png").unlink()

    with pytest.raises(SourceError, match=r"00001\.png"):
        RenderedHandpose(folder)[1]


class Trap:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.mkdir, (str(self._folder),)


def test_labels_that_would_run_code_are_refused_and_not_run(folder: Path) -> None:
    labels = {0: label(0), 1: Trap(folder / "made")}
    (folder / "training/anno_training.pickle").write_bytes(pickle.dumps(labels, 3))

    with pytest.raises(SourceError, match="is refused"):
        RenderedHandpose(folder)
    assert not (folder / "made").exists()


@pytest.mark.parametrize(
    "labels", [{}, [], {0: {"xyz": np.zeros((42, 3))}}, {0: {**label(0), "K": np.eye(4)}}, {"a": label(0)}]
)
def test_labels_of_another_kind_are_refused(folder: Path, labels: object) -> None:
    (folder / "training/anno_training.pickle").write_bytes(pickle.dumps(labels, 3))

    with pytest.raises(SourceError, match=r"anno_training\.pickle"):
        RenderedHandpose(folder)
