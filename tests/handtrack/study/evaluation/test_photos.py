"""Hands in whole photos: by viewers that are told what to show, and by real ones."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.hand import Handedness
from handtrack.study.datasets.labelling.label_store import LabelledHand, load_labels
from handtrack.study.evaluation.photos import (
    Drawn,
    LandmarkerPhotos,
    TrackerPhotos,
    match_hands,
    measure_photos,
)
from handtrack.study.evaluation.report.photo_grid import photo_grid
from handtrack.tracking import HandTracker

LABELS = Path(__file__).resolve().parents[4] / "configs" / "training" / "labels.parquet"


def joints_at(x: float) -> np.ndarray:
    """Joints (21, 2) of a hand 100 pixels high whose middle is there."""
    return np.stack([np.full(21, x), np.linspace(0, 100, 21)], axis=1).astype(np.float32)


def label(file: str = "images/a/one.png", x: float = 50, handedness: Handedness = "right") -> LabelledHand:
    zeros = np.zeros(21, np.float32)
    return LabelledHand(file, joints_at(x), zeros, zeros, handedness, 1.0, 0.0)


class Scripted:
    """Shows the same hands in every photo."""

    def __init__(self, name: str, drawn: Sequence[Drawn]) -> None:
        self.name = name
        self._drawn = list(drawn)
        self.seen = 0

    def hands(self, image_bgr: np.ndarray) -> list[Drawn]:
        self.seen += 1
        return self._drawn


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a/one", "a/two", "b/one"):
        path = tmp_path / "images" / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), np.zeros((8, 8, 3), np.uint8))
    return tmp_path


def test_each_labelled_hand_has_the_nearest_that_is_drawn():
    labels = [label(x=50), label(x=200, handedness="left"), label(x=400)]
    drawn: list[Drawn] = [(joints_at(203), "right"), (joints_at(52), "right"), (joints_at(700), "right")]
    (first, first_side), (second, second_side), (third, third_side) = match_hands(labels, drawn)
    assert (first, first_side) == (pytest.approx(2.0), True)
    assert (second, second_side) == (pytest.approx(3.0), False)
    assert np.isnan(third)
    assert not third_side


def test_one_drawn_hand_is_not_two():
    near, far = match_hands([label(x=50), label(x=70)], [(joints_at(55), "right")])
    assert near[0] == pytest.approx(5.0)
    assert np.isnan(far[0])


def test_what_is_half_a_hand_away_is_another_thing():
    assert match_hands([label(x=50)], [(joints_at(99), "right")])[0][0] == pytest.approx(49.0)
    assert np.isnan(match_hands([label(x=50)], [(joints_at(101), "right")])[0][0])


def test_photos_are_counted_together_and_by_collection(root):
    labels = [
        label("images/a/one.png", 50),
        label("images/a/one.png", 300, "left"),
        label("images/a/two.png", 50),
        label("images/b/one.png", 50, "left"),
        label("clips/c.mp4#7", 50),
    ]
    ours = Scripted("ours", [(joints_at(54), "right"), (joints_at(312), "left")])
    peer = Scripted("peer", [(joints_at(51), "right")])

    rows = measure_photos(root, labels, [ours, peer])

    assert ours.seen == peer.seen == 3, "frames of clips are left out"
    told = {(row.source, row.viewer): row for row in rows}
    assert list(told) == [(source, viewer) for source in (None, "a", "b") for viewer in ("ours", "peer")]
    both = told[None, "ours"]
    assert (both.hands, both.found, both.other_side, both.far) == (4, 4, 1, 1)
    assert both.percent == pytest.approx((4 + 12 + 4 + 4) / 4)
    assert both.common_percent == pytest.approx(4.0), "the left hand is not found by the peer"
    assert (told[None, "peer"].found, told["a", "peer"].found, told["b", "peer"].other_side) == (3, 2, 1)
    grid = photo_grid(rows)
    assert grid.rows[0] == ["all", "ours", "4", "100.0", "25.0", "6.00", "4.00", "25.0"]


def test_a_limit_takes_collections_by_turns(root):
    labels = [label(f"images/{name}.png") for name in ("a/one", "a/two", "b/one")]
    rows = measure_photos(root, labels, [Scripted("ours", [])], limit=2)
    assert {row.source: row.hands for row in rows} == {None: 2, "a": 1, "b": 1}
    assert all(row.found == 0 and np.isnan(row.percent) for row in rows)
    assert photo_grid(rows).rows[0][3:] == ["0.0", "", "", "", ""]


def test_real_trackers_show_the_labelled_hands(shared_data: Path, hand_bundle: Path) -> None:
    wanted = [each for each in load_labels(LABELS) if each.source == "hagrid"][:4]
    with HandTracker.load() as tracker, closing(LandmarkerPhotos(hand_bundle, 2)) as peer:
        rows = measure_photos(shared_data, wanted, [TrackerPhotos("ours", tracker), peer])
    for row in rows[:2]:
        assert row.found == row.hands == 4, row.viewer
        assert row.other_side == 0, row.viewer
        assert row.percent < 10, row.viewer
