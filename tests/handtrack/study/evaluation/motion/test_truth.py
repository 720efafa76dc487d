"""States of hands, and the file that a clip's truth is kept in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.evaluation.motion.truth import (
    COVERED,
    GONE,
    PARTLY,
    SHOWN,
    boxes,
    load_truth,
    save_truth,
    states,
)
from tests.handtrack.study.evaluation.motion.made_truth import shape_at


def test_states_follow_from_the_frame_and_from_what_is_covered() -> None:
    frame = np.stack([shape_at(100, 100), shape_at(10, 100), shape_at(-100, 100), np.full((21, 2), np.nan)])
    joints = np.stack([frame, frame, frame], axis=0)
    covered = np.zeros((3, 4, 21), bool)
    covered[1, :, :8] = True
    covered[2, :, :19] = True

    assert states(joints, covered, (200, 200)).tolist() == [
        [SHOWN, PARTLY, GONE, GONE],
        [PARTLY, PARTLY, GONE, GONE],
        [COVERED, COVERED, GONE, GONE],
    ]


def test_boxes_have_the_larger_side() -> None:
    middle, size = boxes(shape_at(30, 40)[None, None])

    assert middle.tolist() == [[[30, 40]]]
    assert size.tolist() == [[100]]


def test_a_truth_comes_back_from_its_file(tmp_path: Path) -> None:
    joints = np.stack([shape_at(100, 100), shape_at(-900, 0)])[None].astype(np.float32)
    arrays = {"joints_2d": joints, "covered": np.zeros((1, 2, 21), bool)}
    save_truth(
        tmp_path / "a.npz",
        name="a",
        kind="cut",
        fps=60,
        frame_size=(200, 200),
        hands=("left", "right"),
        arrays=arrays,
    )

    truth = load_truth(tmp_path / "a.npz", tmp_path / "a.mp4")

    assert (truth.name, truth.kind, truth.fps, truth.hands) == ("a", "cut", 60.0, ("left", "right"))
    assert truth.state.tolist() == [[SHOWN, GONE]]
    np.testing.assert_allclose(truth.joints_2d, joints)
    assert truth.complete


@pytest.mark.parametrize("damage", ["cut", "text", "no array"])
def test_a_damaged_truth_is_named(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.npz"
    values = {"joints_2d": np.zeros((1, 1, 21, 2)), "covered": np.zeros((1, 1, 21), bool)}
    if damage == "no array":
        del values["covered"]
    save_truth(path, name="a", kind="cut", fps=30, frame_size=(9, 9), hands=("left",), arrays=values)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-30])
    if damage == "text":
        path.write_text("nothing")

    with pytest.raises(SourceError, match=r"a\.npz cannot be read .*remove it"):
        load_truth(path, tmp_path / "a.mp4")
