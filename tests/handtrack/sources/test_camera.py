"""Cameras, with a double of the device: opening, naming, falling silent, coming back, closing."""

from __future__ import annotations

import logging
import re
import threading
import time
from typing import NoReturn

import numpy as np
import pytest

from handtrack.config import CameraSettings
from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.sources import camera as camera_module
from handtrack.sources.camera import CameraSource
from handtrack.sources.camera_list import CameraDescription


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch):
    monkeypatch.setattr(camera_module, "FIRST_RETRY_DELAY", 0.02)
    monkeypatch.setattr(camera_module, "LONGEST_RETRY_DELAY", 0.1)


class ReadingThread:
    """Reads a source all the time, as the capture thread does."""

    def __init__(self, source: CameraSource) -> None:
        self.frames: list[Frame] = []
        self.error: SourceError | None = None
        self._source = source
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            for frame in iter(self._source.read, None):
                self.frames.append(frame)
        except SourceError as error:
            self.error = error

    def wait_frames(self, more: int, timeout: float = 10.0) -> bool:
        wanted, deadline = len(self.frames) + more, time.monotonic() + timeout
        while len(self.frames) < wanted and time.monotonic() < deadline:
            time.sleep(0.005)
        return len(self.frames) >= wanted

    def ended(self, timeout: float = 2.0) -> bool:
        self._thread.join(timeout)
        return not self._thread.is_alive()


def refusal(source: CameraSource) -> str:
    with pytest.raises(SourceError) as caught:
        source.open()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def messages(caplog) -> str:
    return "\n".join(record.getMessage() for record in caplog.records)


def wait_until(condition, timeout: float = 10.0) -> bool:
    deadline = time.monotonic() + timeout
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.005)
    return condition()


def test_frames_carry_the_monotonic_moment_of_the_grab(open_camera):
    source = open_camera()
    before = time.monotonic()
    source.open()
    frames = [source.read() for _ in range(5)]
    stamps = [frame.timestamp for frame in frames]
    assert before < stamps[0]
    assert stamps[-1] < time.monotonic()
    assert (np.diff(stamps) > 0).all()
    assert frames[0].image.shape == (48, 64, 3)
    assert not frames[0].image.flags.writeable


def test_a_slow_reader_gets_the_newest_frame_and_sees_the_gap_in_the_index(open_camera):
    source = open_camera(stale_after=5.0)
    source.open()
    first = source.read()
    time.sleep(0.2)
    second = source.read()
    assert second.index - first.index > 1
    assert second.timestamp - first.timestamp > 0.1


def test_no_frame_is_given_twice(open_camera):
    source = open_camera()
    source.open()
    indices = [source.read().index for _ in range(20)]
    assert (np.diff(indices) > 0).all()


def test_information_tells_the_mode_that_the_camera_really_uses(open_camera):
    source = open_camera(width=1920, height=1080, fps=60, fourcc="MJPG")
    info = source.open()
    assert info.name == "Double HD"
    assert info.live
    assert info.frame_count is None
    assert (info.width, info.height) == (64, 48), "the size of the pictures, not what the driver claims"
    assert info.fps == 30
    assert "1280 x 720, 30 frames/s, MJPG (asked for 1920 x 1080, 60 frames/s, MJPG)" in info.detail


@pytest.mark.parametrize("wanted", [0, "0", "Double HD", "double hd", "double", "usb-double-0001"])
def test_a_camera_is_found_by_index_name_part_of_the_name_or_id(open_camera, wanted):
    assert open_camera(wanted).open().name == "Double HD"


def test_a_camera_that_is_not_listed_is_opened_by_its_index(camera):
    source = CameraSource(0, CameraSettings(), open_device=camera.open_device, cameras=list)
    assert source.open().name == "camera 0"
    source.close()


def test_without_any_camera_the_error_says_what_else_is_possible(camera, open_camera):
    camera.plugged = False
    message = refusal(open_camera(0))
    assert "no camera was found" in message
    assert "video file" in message


def test_an_index_that_does_not_exist_names_the_cameras_that_do(open_camera):
    assert refusal(open_camera(7)) == "camera 7 does not exist (cameras here: 0: Double HD)"


def test_a_wrong_name_brings_the_near_one(open_camera):
    message = refusal(open_camera("Duoble HD"))  # misspelt on purpose
    assert "no camera is called 'Duoble HD', did you mean 'Double HD'?" in message  # misspelt on purpose


def test_a_camera_that_another_program_holds_is_refused(camera, open_camera):
    camera.open_device(0, 0)
    message = refusal(open_camera(0))
    assert "Double HD" in message
    assert "other programs" in message


@pytest.mark.parametrize("behaviour", ["fail", "block", "hang"])
def test_a_camera_that_opens_without_a_picture_is_refused(camera, open_camera, monkeypatch, behaviour):
    monkeypatch.setattr(camera_module, "FIRST_PICTURE_TIMEOUT", 0.1)
    monkeypatch.setattr(camera_module, "STOP_TIMEOUT", 0.1)
    camera.behaviour = behaviour
    assert "no picture" in refusal(open_camera(0))


def test_a_driver_that_raises_is_one_clear_error(camera):
    def explode(index: int, api: int) -> NoReturn:
        raise RuntimeError("driver\nexploded")

    source = CameraSource(0, CameraSettings(), open_device=explode, cameras=camera.cameras)
    assert refusal(source) == "the camera driver failed: driver exploded"
    source.close()


@pytest.mark.parametrize("behaviour", ["fail", "block", "repeat"])
def test_a_camera_that_falls_silent_is_opened_again(camera, open_camera, caplog, monkeypatch, behaviour):
    monkeypatch.setattr(camera_module, "STOP_TIMEOUT", 0.1)
    source = open_camera()
    source.open()
    reading = ReadingThread(source)
    assert reading.wait_frames(3)
    camera.behaviour = behaviour
    assert wait_until(lambda: "opening it again" in messages(caplog))
    camera.behaviour = "live"
    assert wait_until(lambda: "is back" in messages(caplog))
    assert reading.wait_frames(3)
    source.close()
    assert reading.ended()
    assert reading.error is None
    (sentence,) = source.losses()
    told = re.fullmatch(r"the camera was lost once, and gave no pictures for (\d+\.\d) s", sentence)
    assert told
    longest = max(np.diff([frame.timestamp for frame in reading.frames]))
    assert float(told[1]) == pytest.approx(longest, abs=0.15)
    assert camera.captures[0].released_by is not None
    assert (np.diff([frame.index for frame in reading.frames]) > 0).all()
    assert (np.diff([frame.timestamp for frame in reading.frames]) > 0).all()


def test_a_camera_that_was_always_there_lost_nothing(open_camera):
    source = open_camera()
    source.open()
    assert source.read() is not None
    assert source.losses() == ()


def test_a_camera_plugged_in_elsewhere_is_found_again_by_its_identity(camera, open_camera, caplog):
    caplog.set_level(logging.INFO)
    source = open_camera(0)
    source.open()
    reading = ReadingThread(source)
    assert reading.wait_frames(3)
    camera.plugged = False
    assert wait_until(lambda: "is not back yet" in messages(caplog))
    camera.description = CameraDescription(4, "Double HD", "usb-double-0001", "V4L2")
    camera.plugged = True
    assert wait_until(lambda: "is back" in messages(caplog))
    assert reading.wait_frames(3)
    assert camera.opened[-1][0] == 4
    source.close()
    assert reading.ended()


def test_a_lost_camera_does_not_turn_into_the_one_that_took_its_index(camera, open_camera, caplog):
    caplog.set_level(logging.INFO)
    source = open_camera(0)
    source.open()
    reading = ReadingThread(source)
    assert reading.wait_frames(3)
    camera.plugged = False
    assert wait_until(lambda: "is not back yet" in messages(caplog))
    attempts = len(camera.opened)
    camera.description = CameraDescription(0, "Another", "usb-another", "V4L2")
    camera.plugged = True
    time.sleep(0.3)
    assert len(camera.opened) == attempts
    source.close()
    assert reading.ended()


def test_attempts_to_reopen_are_spaced_out_more_and_more(camera, open_camera, caplog):
    caplog.set_level(logging.INFO)
    source = open_camera(0)
    source.open()
    reading = ReadingThread(source)
    assert reading.wait_frames(1)
    camera.plugged = False

    def attempts() -> list[float]:
        return [record.created for record in caplog.records if "is not back yet" in record.getMessage()]

    assert wait_until(lambda: len(attempts()) >= 4)
    source.close()
    assert reading.ended()
    gaps = np.diff(attempts()[:4])
    assert (gaps >= np.array([0.02, 0.04, 0.08]) * 0.9).all()


def test_a_camera_that_does_not_come_back_is_given_up(camera, open_camera, monkeypatch):
    monkeypatch.setattr(camera_module, "GIVE_UP_AFTER", 0.2)
    source = open_camera(0)
    source.open()
    reading = ReadingThread(source)
    assert reading.wait_frames(1)
    camera.plugged = False
    assert reading.ended(10)
    assert "Double HD is lost and did not come back" in str(reading.error)
    assert "\n" not in str(reading.error)


def test_a_covered_camera_is_opened_again_once_and_then_trusted(camera, open_camera, caplog):
    source = open_camera(stale_after=0.3)
    source.open()
    reading = ReadingThread(source)
    assert reading.wait_frames(3)
    camera.behaviour = "covered"
    assert wait_until(lambda: "is back" in messages(caplog))
    time.sleep(0.8)
    assert messages(caplog).count("repeats one picture") == 1
    assert reading.wait_frames(3), "the still picture is shown"
    source.close()
    assert reading.ended()


@pytest.mark.parametrize("behaviour", ["live", "fail", "block", "hang"])
def test_close_ends_a_waiting_read_within_two_seconds(camera, open_camera, caplog, behaviour):
    source = open_camera(stale_after=30.0)
    source.open()
    reading = ReadingThread(source)
    assert reading.wait_frames(3)
    camera.behaviour = behaviour
    time.sleep(0.05)
    started = time.monotonic()
    source.close()
    assert reading.ended(max(0.0, 2.0 - (time.monotonic() - started)))
    assert time.monotonic() - started < 2.0
    assert reading.error is None
    assert camera.captures[0].released_by is not None
    assert ("left behind" in messages(caplog)) == (behaviour == "hang")


def test_a_working_camera_is_released_by_the_thread_that_reads_it(camera, open_camera):
    source = open_camera()
    source.open()
    source.close()
    assert camera.captures[0].released_by == "handtrack-camera-reader"


def test_close_ends_an_open_that_blocks(camera):
    let_go = threading.Event()

    def block(index: int, api: int):
        let_go.wait()
        return camera.open_device(index, api)

    source = CameraSource(0, CameraSettings(), open_device=block, cameras=camera.cameras)
    errors: list[SourceError] = []

    def open_source() -> None:
        try:
            source.open()
        except SourceError as error:
            errors.append(error)

    opening = threading.Thread(target=open_source)
    opening.start()
    time.sleep(0.1)
    started = time.monotonic()
    source.close()
    opening.join(2.0)
    assert not opening.is_alive()
    assert time.monotonic() - started < 2.0
    assert len(errors) == 1
    let_go.set()
    assert wait_until(lambda: bool(camera.captures))
    assert wait_until(lambda: camera.captures[0].released_by is not None), "what opened too late is released"


def test_close_ends_the_attempts_to_reopen(camera, open_camera, caplog, monkeypatch):
    monkeypatch.setattr(camera_module, "FIRST_RETRY_DELAY", 30.0)
    caplog.set_level(logging.INFO)
    source = open_camera()
    source.open()
    reading = ReadingThread(source)
    assert reading.wait_frames(1)
    camera.plugged = False
    assert wait_until(lambda: "is not back yet" in messages(caplog))
    source.close()
    assert reading.ended()


def test_close_may_be_called_twice_and_before_opening(open_camera):
    source = open_camera()
    source.close()
    source.close()
    assert source.read() is None
    assert "closed" in refusal(source)
