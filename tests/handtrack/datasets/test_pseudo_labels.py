from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.datasets.pseudo_labels import (
    LabelledHand,
    hand_extent,
    label_picture,
    label_pictures,
    load_labels,
    picture_files,
    save_labels,
    weak_perspective_depth,
)
from handtrack.detectors.mediapipe_hands import MediaPipeHandDetector


def test_a_real_hand_is_labelled_where_it_is(shared_data, hand_bundle):
    """The teacher's finger tips against the tips measured by hand in this collection."""
    detector = MediaPipeHandDetector(hand_bundle, max_hands=2, min_confidence=0.4)
    picture = cv2.imread(str(shared_data / "images/ti1k/TI1K_IMAGE_0001.jpg"))
    assert picture is not None
    labels, _ = label_picture(detector, picture, "TI1K_IMAGE_0001.jpg")
    detector.close()
    (label,) = labels
    measured = np.array([(0.51961, 0.61275), (0.46732, 0.39379)]) * [400, 300]
    distance = np.linalg.norm(label.joints_2d[[4, 8]] - measured, axis=1)
    assert (distance < 0.12 * hand_extent(label.joints_2d)).all()
    assert label.depth[0] == 0
    assert (label.spread >= 0).all()


def test_weak_perspective_depth_is_in_pixels():
    world = np.random.default_rng(0).normal(0, 0.03, (21, 3)).astype(np.float32)
    image = world[:, :2] * 2000 + 300
    depth = weak_perspective_depth(image, world)
    assert np.allclose(depth, (world[:, 2] - world[0, 2]) * 2000, rtol=1e-3)


def test_labels_come_back_from_disk(tmp_path):
    generator = np.random.default_rng(0)
    labels = [
        LabelledHand(
            f"images/a/{i}.jpg",
            generator.normal(size=(21, 2)).astype(np.float32),
            generator.normal(size=21).astype(np.float32),
            np.ones(21, np.float32),
            "left" if i % 2 else "right",
            0.5,
        )
        for i in range(3)
    ]
    save_labels(tmp_path / "labels.npz", labels)
    again = load_labels(tmp_path / "labels.npz")
    for first, second in zip(labels, again, strict=True):
        assert (first.file, first.handedness, first.handedness_score) == (
            second.file,
            second.handedness,
            second.handedness_score,
        )
        assert np.array_equal(first.joints_2d, second.joints_2d)
        assert np.array_equal(first.depth, second.depth)


@pytest.fixture
def pictures(tmp_path: Path, shared_data: Path) -> Path:
    folder = tmp_path / "pictures" / "ti1k"
    folder.mkdir(parents=True)
    real = shared_data / "images/ti1k/TI1K_IMAGE_0001.jpg"
    (folder / "hand.jpg").write_bytes(real.read_bytes())
    (folder / "broken.jpg").write_bytes(real.read_bytes()[:200])
    (folder / "notes.txt").write_text("no picture")
    cv2.imwrite(str(folder / "empty.png"), np.full((200, 200, 3), 127, np.uint8))
    return tmp_path / "pictures"


def test_only_pictures_are_listed(pictures):
    assert picture_files(pictures) == ["ti1k/broken.jpg", "ti1k/empty.png", "ti1k/hand.jpg"]


def test_unreadable_and_empty_pictures_are_counted(pictures, hand_bundle, caplog):
    done: list[int] = []
    labels, counts = label_pictures(pictures, picture_files(pictures), hand_bundle, 1, done.append)
    assert [label.file for label in labels] == ["ti1k/hand.jpg"]
    assert (counts.pictures, counts.kept, counts.unreadable, counts.without_hand) == (3, 1, 1, 1)
    assert done == [1, 2, 3]
    assert "broken.jpg is not a readable picture" in caplog.text
