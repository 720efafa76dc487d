"""Which cameras there are and which one is meant."""

from __future__ import annotations

import cv2
import cv2_enumerate_cameras
import pytest

from handtrack.errors import SourceError
from handtrack.sources.camera_list import (
    CameraDescription,
    _stable_links,
    default_backend,
    find_camera,
    list_cameras,
)

LAPTOP = CameraDescription(0, "Integrated Webcam", "/dev/v4l/by-id/integrated", "V4L2")
DESK = CameraDescription(2, "HD Pro C920", "/dev/v4l/by-id/c920-a", "V4L2")
SPARE = CameraDescription(4, "HD Pro C920", "/dev/v4l/by-path/port-3", "V4L2")


class Found:
    """One entry of the listing library."""

    def __init__(self, index: int, name: str, path: str | None) -> None:
        self.index, self.name, self.path = index, name, path


def refusal(wanted: int | str, cameras: list[CameraDescription]) -> str:
    with pytest.raises(SourceError) as caught:
        find_camera(wanted, cameras)
    return str(caught.value)


def test_listing_gives_a_list_on_any_machine():
    cameras = list_cameras()
    assert all(isinstance(camera, CameraDescription) for camera in cameras)


def test_listing_survives_whatever_the_system_does(monkeypatch):
    def fail(api: int) -> list[Found]:
        raise OSError("no such device")

    monkeypatch.setattr(cv2_enumerate_cameras, "enumerate_cameras", fail)
    assert list_cameras() == []


def test_cameras_are_listed_in_the_order_of_their_indices(monkeypatch):
    found = [Found(2, "HD Pro C920", "/dev/nothing2"), Found(0, "Integrated Webcam", None)]
    monkeypatch.setattr(cv2_enumerate_cameras, "enumerate_cameras", lambda api: found)
    backend = default_backend()
    assert list_cameras() == [
        CameraDescription(0, "Integrated Webcam", "0", backend),
        CameraDescription(2, "HD Pro C920", "/dev/nothing2", backend),
    ]


def test_the_backend_is_known_to_opencv_as_a_number():
    assert LAPTOP.api == cv2.CAP_V4L2
    assert CameraDescription(0, "", "", "never heard of").api == cv2.CAP_ANY


def test_two_alike_cameras_get_different_ids(tmp_path):
    for name in ("video0", "video2"):
        (tmp_path / name).touch()
    for kind in ("by-path", "by-id"):
        (tmp_path / kind).mkdir()
    (tmp_path / "by-path" / "port-1").symlink_to(tmp_path / "video0")
    (tmp_path / "by-path" / "port-2").symlink_to(tmp_path / "video2")
    (tmp_path / "by-id" / "c920").symlink_to(tmp_path / "video2")
    assert _stable_links(tmp_path) == {
        str(tmp_path / "video0"): str(tmp_path / "by-path" / "port-1"),
        str(tmp_path / "video2"): str(tmp_path / "by-id" / "c920"),
    }


@pytest.mark.parametrize(
    "wanted", [0, "0", "Integrated Webcam", "integrated webcam", "webcam", LAPTOP.stable_id]
)
def test_a_camera_is_meant_by_index_name_part_or_id(wanted):
    assert find_camera(wanted, [LAPTOP, DESK]) == LAPTOP


def test_a_name_that_two_cameras_bear_asks_for_the_id():
    message = refusal("HD Pro C920", [LAPTOP, DESK, SPARE])
    assert f"camera:{DESK.stable_id}, camera:{SPARE.stable_id}" in message
    assert find_camera(SPARE.stable_id, [LAPTOP, DESK, SPARE]) == SPARE


def test_the_whole_name_goes_before_a_part_of_another():
    longer = CameraDescription(5, "HD Pro C920 Plus", "plus", "V4L2")
    assert find_camera("hd pro c920", [longer, DESK]) == DESK


def test_a_name_close_to_a_camera_brings_a_hint():
    assert "did you mean 'HD Pro C920'?" in refusal("HD Pro C902", [LAPTOP, DESK])


def test_a_name_close_to_none_lists_what_there_is():
    assert "(cameras here: 0: Integrated Webcam, 2: HD Pro C920)" in refusal("Brio", [LAPTOP, DESK])


def test_a_name_without_any_camera_says_that_there_is_none():
    assert "no camera was found" in refusal("Brio", [])


def test_an_index_that_is_not_listed_is_taken_at_its_word():
    assert find_camera(7, [LAPTOP]).index == 7
