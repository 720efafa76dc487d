from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.labelling.label_hands import label_hands, summarise
from handtrack.study.datasets.labelling.label_sheet import draw_sheet
from handtrack.study.datasets.labelling.label_table import LabelTable
from handtrack.study.datasets.labelling.manifest import PictureFacts
from handtrack.study.datasets.labelling.pass_store import (
    LookedAtPicture,
    PassTable,
    read_passes,
    write_passes,
)
from handtrack.study.evaluation.metrics import aligned_errors_mm

from .hands_for_tests import passes_of, picture_of, skeleton


@pytest.fixture(scope="module")
def passes(tmp_path_factory) -> PassTable:
    """A right hand, a left one that the passes are not sure of, a false find, two pictures without."""
    pictures = [
        picture_of(
            "clear.jpg", [passes_of(skeleton(30)), passes_of(skeleton(), wrist=(80, 300), presence=0.2)]
        ),
        picture_of("left.jpg", [passes_of(skeleton(45, right=False), right=0.55)]),
        LookedAtPicture("wall.jpg", (640, 480)),
        LookedAtPicture("broken.jpg", None),
    ]
    folder = tmp_path_factory.mktemp("passes")
    write_passes(folder, pictures)
    return read_passes(folder, [picture.name for picture in pictures])


@pytest.fixture(scope="module")
def table(passes) -> LabelTable:
    return label_hands(passes, {})


def test_hands_get_a_label_or_a_reason(passes, table):
    assert table.name.tolist() == ["clear.jpg", "clear.jpg", "left.jpg"]
    assert table.verdict.tolist() == ["kept", "absent", "kept"]
    assert np.abs(table.joints_2d[0] - (skeleton(30)[:, :2] * 100 + [320, 300])).mean() < 1


def test_depth_is_read_and_a_skeleton_is_fitted_to_it(table):
    for depth in (table.depth[0], table.fitted_depth[0]):
        found = np.column_stack([table.joints_2d[0], depth])
        assert aligned_errors_mm(found, skeleton(30) * 100).mean() < 8
    assert np.isnan(table.fitted_depth[1]).all(), "nothing is fitted to a rejected hand"


def test_the_skeleton_decides_the_side_where_the_passes_are_not_sure(table):
    assert table.right[0] > 0.9
    assert table.right[2] < 0.5


def test_a_hand_that_could_be_either_side_is_rejected(tmp_path):
    flat = skeleton(30) * np.array([1.0, 1.0, 0.0])
    write_passes(tmp_path, [picture_of("a.jpg", [passes_of(flat, right=0.5)])])
    sure = label_hands(read_passes(tmp_path, ["a.jpg"]), {})
    assert sure.verdict.tolist() == ["handedness"]


def test_counts_and_the_error_at_measured_tips_are_summarised(passes, table):
    measured = table.joints_2d[0][[4, 8]] + np.array([3.0, 4.0], np.float32)
    facts = {
        "clear.jpg": PictureFacts(np.zeros((0, 4)), measured),
        "wall.jpg": PictureFacts(np.zeros((0, 4)), None),
    }
    summary = summarise(passes, table, facts)

    assert (summary.pictures, summary.unreadable, summary.without_hand) == (4, 1, 1)
    assert (summary.hands, summary.kept) == (3, 2)
    assert {reason: count for reason, count in summary.verdicts.items() if count} == {"kept": 2, "absent": 1}
    assert summary.tips["many passes"].hands == 1
    assert summary.tips["many passes"].mean_pixels == pytest.approx(5.0, rel=1e-3)
    extent = float(np.ptp(table.joints_2d[0], axis=0).max())
    assert summary.tips["many passes"].median_percent == pytest.approx(500 / extent, rel=1e-3)
    assert summary.tips["one look"].mean_pixels != summary.tips["many passes"].mean_pixels


def test_without_measured_tips_there_is_no_error_to_tell(passes, table):
    assert summarise(passes, table, {}).tips == {}


def test_a_sheet_shows_the_hands_with_their_joints(tmp_path, table):
    import cv2

    root = tmp_path / "data"
    root.mkdir()
    for name in set(table.name.tolist()):
        cv2.imwrite(str(root / name), np.zeros((480, 640, 3), np.uint8))
    draw_sheet(tmp_path / "sheets/kept.png", root, table, kept=True)
    sheet = cv2.imread(str(tmp_path / "sheets/kept.png"))

    assert sheet is not None
    assert sheet.shape == (224, 8 * 224, 3)
    assert (sheet[:, : 2 * 224].max(axis=2) > 100).mean() > 0.02
    assert not sheet[:, 2 * 224 :].any()


def test_a_sheet_of_no_hands_is_refused(tmp_path, table):
    only_kept = dataclasses.replace(table, verdict=np.array(["kept"] * 3))
    with pytest.raises(SourceError, match="no rejected hands"):
        draw_sheet(tmp_path / "x.png", tmp_path, only_kept, kept=False)
