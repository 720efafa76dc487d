from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.geometry import hand_extent
from handtrack.hand import Crop
from handtrack.study.datasets.labelling.doubtful_hands import agreed, label_doubtful
from handtrack.study.datasets.labelling.doubtful_images import DoubtfulImages
from handtrack.study.datasets.labelling.label_archive import update_archive
from handtrack.study.datasets.labelling.label_store import load_labels, read_labels
from handtrack.study.datasets.labelling.label_table import LabelTable
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher, TeacherPasses
from handtrack.study.datasets.splits import load_splits
from tests.handtrack.study.datasets.labelling.hands_for_tests import labels_of, skeleton

ROOT = Path(__file__).resolve().parents[5]
HAND = skeleton()[:, :2] * 100 + (320, 300)
THUMB = slice(1, 5)


class Says(LandmarkTeacher):
    """A teacher that says the same of every crop, but for noise of so many pixels."""

    def __init__(self, joints_2d: np.ndarray, noise: float = 2.0, presence: float = 0.99) -> None:
        self._joints, self._noise, self._presence = joints_2d, noise, presence
        self._generator = np.random.default_rng(0)
        self.asked = 0

    def look(self, image: np.ndarray, crops: Sequence[Crop]) -> TeacherPasses:
        assert image.shape == (480, 640, 3)
        self.asked += len(crops) > 1
        count = len(crops)
        off = self._generator.normal(0, self._noise, (count, 21, 2))
        nothing, one = np.zeros((count, 21), np.float32), np.ones(count, np.float32)
        joints = (self._joints + off).astype(np.float32)
        return TeacherPasses(joints, nothing, np.dstack([joints / 1000, nothing]), one * self._presence, one)


def spread(pixels: float) -> np.ndarray:
    return np.full(21, pixels)


def found(*verdicts: str, joints: np.ndarray = HAND, noise: float = 3.0) -> LabelTable:
    """Hands of these verdicts, each in a picture of its own."""
    names = [f"images/a/{i}.png" for i in range(len(verdicts))]
    points = np.repeat(joints[None].astype(np.float32), len(verdicts), axis=0)
    return labels_of(names, points, verdicts, noise, depth=7)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    (tmp_path / "images/a").mkdir(parents=True)
    for i in range(5):
        cv2.imwrite(str(tmp_path / f"images/a/{i}.png"), np.full((480, 640, 3), 150, np.uint8))
    return tmp_path


def test_two_that_agree_outvote_a_third_that_is_less_sure_and_what_is_between_them_is_noise():
    other = HAND.copy()
    other[THUMB] += (40, 0)
    joints, noise, extent = agreed(np.stack([HAND, HAND, other]), np.stack([spread(4), spread(4), spread(8)]))
    assert extent == pytest.approx(hand_extent(HAND), rel=0.1)
    rest = np.delete(np.arange(21), np.arange(21)[THUMB])
    np.testing.assert_allclose(joints[rest], HAND[rest], atol=1e-3)
    assert (np.abs(joints[THUMB] - HAND[THUMB]).max(axis=1) < 2).all()
    assert (noise[rest] < 3).all(), "three together are surer than each"
    assert (noise[THUMB] > 2 * noise[rest].mean()).all()


def test_doubtful_hands_get_a_label_where_most_joints_are_agreed_on(pictures: Path):
    table = found("disagree", "kept", "handedness", "absent", "disagree")
    other = HAND.copy()
    other[THUMB] += (60, 0)
    teacher = Says(other)

    labels = label_doubtful(pictures, table, np.array([True] * 4 + [False]), teacher)

    assert labels.name.tolist() == ["images/a/0.png", "images/a/2.png"], "of those rejected for it and wanted"
    assert teacher.asked == 2
    assert labels.kept.all()
    assert labels.joints_2d.dtype == labels.spread.dtype == np.float32
    assert (labels.spread[:, THUMB] > 10).all()
    assert (np.delete(labels.spread, np.arange(21)[THUMB], axis=1) < 5).all()
    assert (labels.depth == 7).all(), "the first teacher's"


@pytest.mark.parametrize(
    ("says", "noise", "why"),
    [
        (Says(HAND + 60), 2.0, "they say different things of all of it"),
        (Says(HAND, noise=60.0), 60.0, "nobody is sure"),
        (Says(HAND, presence=0.1), 60.0, "the one is not sure, and the other sees no hand"),
    ],
)
def test_a_hand_that_stays_doubtful_gets_none(pictures: Path, says: Says, noise: float, why: str):
    told: list[tuple[int, int]] = []
    table = found("disagree", noise=noise)
    labels = label_doubtful(pictures, table, np.array([True]), says, lambda *done: told.append(done))
    assert len(labels) == 0, why
    assert told == [(1, 1)]


def test_a_tiny_hand_gets_none(pictures: Path):
    tiny = HAND * 0.1 + 100
    table = found("disagree", joints=tiny, noise=0.1)
    assert len(label_doubtful(pictures, table, np.array([True]), Says(tiny, 0.1))) == 0


def test_what_was_agreed_on_is_one_source_and_the_rest_of_it_is_not_known(pictures: Path):
    other = HAND.copy()
    other[THUMB] += (60, 0)
    labels = label_doubtful(pictures, found("disagree"), np.array([True]), Says(other))
    update_archive(pictures / "doubtful.parquet", labels, ())
    sample = DoubtfulImages(pictures, pictures / "doubtful.parquet")[0]
    assert sample.source == "doubtful"
    assert np.isinf(sample.spread[THUMB]).all()
    rest = np.delete(np.arange(21), np.arange(21)[THUMB])
    assert (sample.spread[rest] < 5).all()
    np.testing.assert_allclose(sample.joints_2d[rest], HAND[rest], atol=2)


def test_a_real_second_teacher_confirms_a_real_label(shared_data: Path, hand_bundle: Path):
    labels = read_labels(ROOT / "configs/training/labels.parquet")
    row = int(np.flatnonzero(np.char.startswith(labels.name, "images/hagrid") & labels.kept)[0])
    one = {field.name: getattr(labels, field.name)[row : row + 1] for field in fields(LabelTable)}
    one["verdict"] = np.array(["disagree"])

    found_again = label_doubtful(
        shared_data, LabelTable(**one), np.array([True]), LandmarkTeacher(hand_bundle)
    )

    off = np.linalg.norm(found_again.joints_2d[0] - labels.joints_2d[row], axis=1)
    assert off.mean() < 0.03 * hand_extent(labels.joints_2d[row])


def test_the_shipped_doubtful_labels_are_of_validation_alone():
    splits = load_splits(ROOT / "configs/training/splits.yaml")
    labels = load_labels(ROOT / "configs/training/doubtful_validation.parquet")
    assert len(labels) > 100
    assert all(splits.is_validation(label.file) for label in labels)
