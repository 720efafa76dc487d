from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.engines import create_engine
from handtrack.geometry import hand_extent
from handtrack.hand import Handedness
from handtrack.model.weights_file import shipped_weights
from handtrack.study.datasets.labelling.doubtful_hands import (
    Adviser,
    Opinion,
    TeachingAdviser,
    agreed,
    label_doubtful,
)
from handtrack.study.datasets.labelling.doubtful_images import DoubtfulImages
from handtrack.study.datasets.labelling.label_archive import update_archive
from handtrack.study.datasets.labelling.label_store import LabelledImages, load_labels
from handtrack.study.datasets.labelling.label_table import LabelTable
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
from handtrack.study.datasets.splits import load_splits
from handtrack.study.evaluation.estimators import NetworkEstimator, StillEstimator
from handtrack.study.evaluation.own_adviser import OwnAdviser
from tests.handtrack.study.datasets.labelling.hands_for_tests import skeleton

ROOT = Path(__file__).resolve().parents[5]
HAND = skeleton()[:, :2] * 100 + (320, 300)
THUMB = slice(1, 5)


@dataclass
class Says:
    """An adviser that says the same of every hand, and remembers of which side it was asked."""

    joints_2d: np.ndarray
    spread: np.ndarray
    asked: list[str] = field(default_factory=list)

    def ask(self, image: np.ndarray, joints_2d: np.ndarray, handedness: Handedness) -> Opinion:
        assert image.shape == (480, 640, 3)
        self.asked.append(handedness)
        return Opinion(self.joints_2d, self.spread)


def spread(pixels: float) -> np.ndarray:
    return np.full(21, pixels)


def found(*verdicts: str, joints: np.ndarray = HAND, noise: float = 3.0) -> LabelTable:
    """Hands of these verdicts, each in a picture of its own."""
    count = len(verdicts)
    flat, ones = np.zeros((count, 21), np.float32), np.ones(count, np.float32)
    points = np.repeat(joints[None].astype(np.float32), count, axis=0)
    return LabelTable(
        name=np.array([f"images/a/{i}.png" for i in range(count)]),
        verdict=np.array(verdicts, dtype="U16"),
        origin=np.array(["looks"] * count),
        presence=ones,
        right=np.linspace(1, 0, count).astype(np.float32),
        joints_2d=points,
        spread=flat + noise,
        depth=flat + 7,
        fitted_depth=flat,
        fitted_2d=points,
        residual=ones,
        depth_residual=ones,
        single_2d=points,
        single_depth=flat,
        single_right=ones,
    )


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
    adviser = Says(other, spread(2.0))

    labels = label_doubtful(pictures, table, np.array([False] * 4 + [True]), [adviser])

    assert labels.name.tolist() == ["images/a/0.png", "images/a/2.png"], (
        "of those rejected for it, not held out"
    )
    assert adviser.asked == ["right", "right"]
    assert labels.kept.all()
    assert labels.joints_2d.dtype == labels.spread.dtype == np.float32
    assert (labels.spread[:, THUMB] > 10).all()
    assert (np.delete(labels.spread, np.arange(21)[THUMB], axis=1) < 5).all()
    assert (labels.depth == 7).all(), "the teacher's"


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (Says(HAND + 60, spread(2.0)), "they say different things of all of it"),
        (Says(HAND, spread(60.0)), "nobody is sure"),
    ],
)
def test_a_hand_that_stays_doubtful_gets_none(pictures: Path, says: Adviser, why: str):
    table = found("disagree", noise=2.0 if "different" in why else 60.0)
    told: list[tuple[int, int]] = []
    labels = label_doubtful(pictures, table, np.array([False]), [says], lambda *done: told.append(done))
    assert len(labels) == 0, why
    assert told == [(1, 1)]


def test_a_tiny_hand_gets_none(pictures: Path):
    tiny = HAND * 0.1 + 100
    labels = label_doubtful(
        pictures, found("disagree", joints=tiny, noise=0.1), np.array([False]), [Says(tiny, spread(0.1))]
    )
    assert len(labels) == 0


def test_what_was_agreed_on_is_one_source_and_the_rest_of_it_is_not_known(pictures: Path):
    other = HAND.copy()
    other[THUMB] += (60, 0)
    labels = label_doubtful(pictures, found("disagree"), np.array([False]), [Says(other, spread(2.0))])
    update_archive(pictures / "doubtful.parquet", labels, ())
    sample = DoubtfulImages(pictures, pictures / "doubtful.parquet")[0]
    assert sample.source == "doubtful"
    assert np.isinf(sample.spread[THUMB]).all()
    rest = np.delete(np.arange(21), np.arange(21)[THUMB])
    assert (sample.spread[rest] < 5).all()
    np.testing.assert_allclose(sample.joints_2d[rest], HAND[rest], atol=0.1)


@pytest.mark.parametrize("kind", ["teacher", "own"])
def test_real_networks_say_of_a_real_hand_what_its_label_says(
    kind: str, shared_data: Path, hand_bundle: Path
):
    hands = LabelledImages(shared_data, ROOT / "configs/training/labels.parquet")
    sample = hands[int(np.flatnonzero(np.char.startswith(hands.files, "images/hagrid"))[0])]
    adviser: Adviser
    if kind == "teacher":
        adviser = TeachingAdviser(LandmarkTeacher(hand_bundle))
    else:
        adviser = OwnAdviser(
            StillEstimator(NetworkEstimator("own", create_engine("torch", shipped_weights())))
        )
    extent = hand_extent(sample.joints_2d)
    moved = sample.joints_2d.astype(np.float64) + 0.05 * extent

    opinion = adviser.ask(sample.image, moved, sample.handedness)

    off = np.linalg.norm(opinion.joints_2d - sample.joints_2d, axis=1) / extent
    assert off.mean() < 0.08
    assert opinion.spread.shape == (21,)
    assert 0.001 < opinion.spread.mean() / extent < 0.1


def test_a_teacher_that_sees_no_hand_counts_for_little(hand_bundle: Path):
    opinion = TeachingAdviser(LandmarkTeacher(hand_bundle)).ask(
        np.full((480, 640, 3), 90, np.uint8), HAND, "right"
    )
    assert (opinion.spread > 0.2 * hand_extent(opinion.joints_2d)).all()


@pytest.mark.parametrize(("file", "validation"), [("doubtful", False), ("doubtful_validation", True)])
def test_shipped_doubtful_labels_are_of_training_or_of_validation_alone(file: str, validation: bool):
    splits = load_splits(ROOT / "configs/training/splits.yaml")
    labels = load_labels(ROOT / f"configs/training/{file}.parquet")
    assert len(labels) > (100 if validation else 400)
    assert {splits.is_validation(label.file) for label in labels} == {validation}
