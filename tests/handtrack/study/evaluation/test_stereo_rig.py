from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.evaluation.stereo_rig import StereoRig, load_rig
from tests.handtrack.study.evaluation.conftest import UNIT, spread_hand, write_rig

POINTS = (spread_hand() - spread_hand().mean(axis=0)) * 1000 / UNIT


def test_points_seen_by_both_cameras_are_triangulated(rig: StereoRig) -> None:
    first, second = (camera.project(POINTS) for camera in rig.cameras)

    points = rig.triangulate(first, second)

    assert points == pytest.approx(POINTS, abs=1e-6)
    assert rig.reprojection_error(points, first, second).max() < 1e-6
    assert rig.epipolar_distance(first, second).max() < 1e-6


def test_a_joint_off_its_epipolar_line_is_told_by_how_much(rig: StereoRig) -> None:
    first, second = (camera.project(POINTS) for camera in rig.cameras)
    line = np.append(first[8], 1) @ rig.fundamental.T
    across = line[:2] / np.linalg.norm(line[:2])
    second[8] += 6.0 * across

    distance = rig.epipolar_distance(first, second)
    error = rig.reprojection_error(rig.triangulate(first, second), first, second)

    assert distance[8] == pytest.approx(6.0, abs=0.8)
    # The best point in space splits the disagreement between both views.
    assert error[:, 8] == pytest.approx([3.0, 3.0], abs=0.5)
    assert np.delete(distance, 8).max() < 1e-6


def test_undistorted_pictures_show_points_where_the_pinhole_camera_sees_them(rig: StereoRig) -> None:
    camera = rig.cameras[0]
    point = np.array([[7.0, -5.5, 1.0]])
    seen = cv2.projectPoints(
        point, cv2.Rodrigues(camera.rotation)[0], camera.translation, camera.matrix, camera.distortion
    )[0].reshape(2)
    image = np.zeros((240, 320, 3), np.uint8)
    cv2.circle(image, tuple((seen * 16).round().astype(int).tolist()), 40, (255, 255, 255), -1, shift=4)

    moments = cv2.moments(camera.undistort(image)[..., 0])
    found = np.array([moments["m10"], moments["m01"]]) / moments["m00"]

    assert np.linalg.norm(camera.project(point)[0] - seen) > 0.3  # else nothing is tested
    assert found == pytest.approx(camera.project(point)[0], abs=0.25)


def test_calibration_files_are_read(tmp_path: Path, rig: StereoRig) -> None:
    write_rig(tmp_path, rig)
    with (tmp_path / "rot_trans_c1.dat").open("a") as file:
        file.write("\n#below is rotation and translation to go from cam0 to cam1.\nR:\n0 0 0\n")

    loaded = load_rig(tmp_path)

    for camera, expected in zip(loaded.cameras, rig.cameras, strict=True):
        assert camera.matrix == pytest.approx(expected.matrix)
        assert camera.distortion == pytest.approx(expected.distortion)
        assert camera.rotation == pytest.approx(expected.rotation)
        assert camera.translation == pytest.approx(expected.translation)


@pytest.mark.parametrize("name", ["c0.dat", "c1.dat", "rot_trans_c0.dat", "rot_trans_c1.dat"])
def test_a_missing_calibration_file_is_named(tmp_path: Path, rig: StereoRig, name: str) -> None:
    write_rig(tmp_path, rig)
    (tmp_path / name).unlink()

    with pytest.raises(SourceError, match=f"{name} is missing"):
        load_rig(tmp_path)


@pytest.mark.parametrize(
    "content", ["", "intrinsic:\n1 2 3\n", "intrinsic:\n1 2 x\n4 5 6\n7 8 9\n", "\xff\xfe"]
)
def test_a_damaged_calibration_file_is_named(tmp_path: Path, rig: StereoRig, content: str) -> None:
    write_rig(tmp_path, rig)
    (tmp_path / "c0.dat").write_bytes(content.encode("latin1"))

    with pytest.raises(SourceError, match=r"c0\.dat"):
        load_rig(tmp_path)


def test_real_calibration_belongs_together(shared_data: Path) -> None:
    rig = load_rig(shared_data / "stereo")
    first, second = rig.cameras
    apart = np.degrees(np.arccos((np.trace(second.rotation @ first.rotation.T) - 1) / 2))

    assert apart == pytest.approx(74, abs=1)
    for camera in rig.cameras:
        assert camera.rotation @ camera.rotation.T == pytest.approx(np.eye(3), abs=1e-4)
