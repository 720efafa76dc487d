"""Requests to a camera and what it answers."""

from __future__ import annotations

import pytest

from handtrack.config import CameraSettings
from handtrack.sources.camera_settings import CameraMode, describe_mode, request_settings


def test_on_linux_the_format_is_set_before_the_size_which_it_resets(camera):
    mode = request_settings(camera.open_device(0, 0), CameraSettings(), "linux")
    assert mode == CameraMode(1280, 720, 30.0, "MJPG")


def test_on_windows_the_format_is_set_after_the_size_which_resets_it(windows_camera):
    mode = request_settings(windows_camera.open_device(0, 0), CameraSettings(), "win32")
    assert mode == CameraMode(1280, 720, 30.0, "MJPG")


def test_without_a_format_the_camera_keeps_its_own(camera):
    mode = request_settings(camera.open_device(0, 0), CameraSettings(fourcc=""), "linux")
    assert mode == CameraMode(1280, 720, 10.0, "YUYV")


def test_answers_that_mean_nothing_become_unknown(camera):
    capture = camera.open_device(0, 0)
    for answer in (-1.0, float("nan"), float("inf"), 0.0):
        capture.get = lambda prop, answer=answer: answer
        mode = request_settings(capture, CameraSettings())
        assert mode == CameraMode(0, 0, 0.0, "")
    assert "unknown frame rate, unknown format" in str(mode)


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        (CameraMode(1280, 720, 30.0, "MJPG"), False),
        (CameraMode(1280, 720, 29.97, "MJPG"), False),
        (CameraMode(640, 480, 30.0, "MJPG"), True),
        (CameraMode(1280, 720, 10.0, "MJPG"), True),
        (CameraMode(1280, 720, 30.0, "YUYV"), True),
    ],
)
def test_what_the_camera_refused_is_told(mode, told):
    assert ("asked for" in describe_mode(mode, CameraSettings())) == told
