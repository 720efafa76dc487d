from __future__ import annotations

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.pose_map import (
    CLOSED_TO_CAMERA,
    POSES,
    VIEWS,
    as_right_hand,
    cell_counts,
    cell_means,
    cell_name,
    poses_and_views,
)
from handtrack.study.synthesis.body.keyposes import keyposes
from handtrack.study.synthesis.body.mesh import HandMesh, hand_mesh
from handtrack.study.synthesis.body.rig import joints_21, pose_hand
from handtrack.study.synthesis.body.subjects import Subject
from handtrack.study.synthesis.views import euler


@pytest.fixture(scope="module")
def mesh() -> HandMesh:
    try:
        return hand_mesh("right")
    except SourceError as error:
        pytest.skip(str(error))


def cell(mesh: HandMesh, pose: str, yaw: float = 0, pitch: float = 0) -> tuple[str, str]:
    joints = joints_21(pose_hand(mesh, Subject(), keyposes()[pose])) @ euler(yaw, pitch, 0).T
    poses, views = poses_and_views(joints[None] * 1000 + 7)
    return POSES[poses[0]], VIEWS[views[0]]


@pytest.mark.parametrize(
    ("pose", "name"),
    [
        ("open", "open"),
        ("four", "open"),
        ("ok", "open"),
        ("pinch_fist", "fist, thumb in"),
        ("letter_l", "point, thumb out"),
        ("point", "point, thumb in"),
        ("thumb_up", "fist, thumb out"),
        ("fist", "fist, thumb in"),
        ("victory", "other"),
    ],
)
def test_named_poses_lie_in_the_cells_of_their_names(mesh, pose, name):
    assert cell(mesh, pose)[0] == name


@pytest.mark.parametrize(
    ("yaw", "pitch", "name"),
    [
        (0, 0, "palm"),
        (180, 0, "back"),
        (0, 80, "to camera"),
        (180, -40, "own back"),
        (0, -40, "own palm"),
    ],
)
def test_views_are_told_by_the_side_that_the_camera_sees(mesh, yaw, pitch, name):
    assert cell(mesh, "open", yaw, pitch)[1] == name


def test_the_two_edges_of_a_hand_are_told_apart(mesh):
    assert {cell(mesh, "open", yaw)[1] for yaw in (90, -90)} == {"thumb's side", "little side"}
    # The thumb's side is nearer to the camera where it is what the camera sees.
    joints = joints_21(pose_hand(mesh, Subject(), keyposes()["open"])) @ euler(90, 0, 0).T
    thumb_is_near = joints[4, 2] < joints[20, 2]
    assert cell(mesh, "open", 90)[1] == ("thumb's side" if thumb_is_near else "little side")


def test_cells_count_and_average():
    poses, views = np.array([0, 0, 6]), np.array([1, 1, 2])
    assert cell_counts(poses, views).sum() == 3
    assert cell_counts(poses, views)[0, 1] == 2
    means = cell_means(poses, views, np.array([1.0, 2.0, 5.0]))
    assert means[0, 1] == 1.5
    assert means[6, 2] == 5
    assert np.isnan(means).sum() == means.size - 2


def test_a_cell_is_called_by_pose_and_view_whichever_hand_it_is(mesh):
    joints = joints_21(pose_hand(mesh, Subject(), keyposes()["thumb_up"])) @ euler(0, 80, 0).T
    right = cell_name(as_right_hand(joints[:, :2], joints[:, 2], "right"))
    left = cell_name(as_right_hand(joints[:, :2] * [-1, 1], joints[:, 2], "left"))
    assert right == left == "fist, thumb out; to camera"
    assert right in CLOSED_TO_CAMERA
    assert "open; to camera" not in CLOSED_TO_CAMERA
    assert "fist, thumb in; palm" not in CLOSED_TO_CAMERA
