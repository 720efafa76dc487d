"""Real video files, made on the spot, and a double of the one thing that no test machine has: a camera."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from handtrack.config import CameraSettings
from handtrack.sources.camera import CameraSource
from handtrack.sources.camera_list import CameraDescription

MakeVideo = Callable[..., Path]


def _encode(path: Path, times: list[float], size: tuple[int, int], key_every: int) -> None:
    """Pictures that are blue in the top left quarter and grow greener with time elsewhere."""
    width, height = size
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"g": str(key_every), "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        for number, moment in enumerate(times):
            image = np.zeros((height, width, 3), np.uint8)
            image[..., 1] = 40 + number * 4 % 200
            image[: height // 2, : width // 2] = (255, 0, 0)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            frame.pts, frame.time_base = round(moment * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.fixture
def make_video(tmp_path: Path) -> MakeVideo:
    """Function that writes a video file and gives its path."""

    def make(
        name: str = "clip.mp4",
        times: list[float] | None = None,
        size: tuple[int, int] = (64, 48),
        key_every: int = 10,
    ) -> Path:
        path = tmp_path / name
        _encode(path, times if times is not None else [i / 30 for i in range(15)], size, key_every)
        return path

    return make


class CameraDouble:
    """A camera with its driver: plug it, unplug it, and choose how it behaves.

    behaviour: "live" (a new picture every 5 ms), "repeat" (one picture over and over), "covered" (the
    same black picture, also after it was opened again), "fail" (reads give nothing), "block" (reads do
    not return until the camera is released), "hang" (nor then).
    """

    WIDTH, HEIGHT = 64, 48

    def __init__(self, platform: str = "linux") -> None:
        self.description = CameraDescription(0, "Double HD", "usb-double-0001", "V4L2")
        self.plugged = True
        self.behaviour = "live"
        self.platform = platform
        self.opened: list[tuple[int, int]] = []
        self.captures: list[CaptureDouble] = []
        self.test_over = threading.Event()
        self.pictures = 0

    def cameras(self) -> list[CameraDescription]:
        return [self.description] if self.plugged else []

    def open_device(self, index: int, api: int) -> CaptureDouble:
        self.opened.append((index, api))
        present = self.plugged and index == self.description.index
        busy = any(capture.holds_device for capture in self.captures)
        capture = CaptureDouble(self, present and not busy)
        self.captures.append(capture)
        return capture


class CaptureDouble:
    """What cv2.VideoCapture does with that camera, 720p at 30 frames a second in MJPG only."""

    def __init__(self, camera: CameraDouble, opened: bool) -> None:
        self._camera = camera
        self._opened = opened
        self._released = threading.Event()
        self._width, self._height, self._fourcc = 640, 480, "YUYV"
        self._picture: np.ndarray | None = None
        self.released_by: str | None = None

    @property
    def holds_device(self) -> bool:
        return self._opened and not self._released.is_set()

    def isOpened(self) -> bool:  # noqa: N802
        return self.holds_device

    def grab(self) -> bool:
        camera = self._camera
        if camera.behaviour == "hang":
            camera.test_over.wait()
            return False
        if camera.behaviour == "block":
            while camera.behaviour == "block" and not self._released.wait(0.005):
                pass
            return False
        time.sleep(0.005)
        return self.holds_device and camera.plugged and camera.behaviour != "fail"

    def retrieve(self) -> tuple[bool, np.ndarray | None]:
        if not self.holds_device:
            return False, None
        if self._camera.behaviour == "covered":
            return True, np.zeros((self._camera.HEIGHT, self._camera.WIDTH, 3), np.uint8)
        if self._camera.behaviour != "repeat" or self._picture is None:
            self._camera.pictures += 1
            value = self._camera.pictures % 251
            self._picture = np.full((self._camera.HEIGHT, self._camera.WIDTH, 3), value, np.uint8)
        return True, self._picture.copy()

    def set(self, prop: int, value: float) -> bool:
        if prop == cv2.CAP_PROP_FOURCC:
            self._fourcc = int(value).to_bytes(4, "little").decode("ascii")
            if self._camera.platform == "linux":
                self._width, self._height = 640, 480
        elif prop == cv2.CAP_PROP_FRAME_WIDTH:
            self._width = min(int(value), 1280)
        elif prop == cv2.CAP_PROP_FRAME_HEIGHT:
            self._height = min(int(value), 720)
            if self._camera.platform == "win32":
                self._fourcc = "YUYV"
        return True

    def get(self, prop: int) -> float:
        fast = self._fourcc == "MJPG" or self._width <= 640
        return {
            cv2.CAP_PROP_FRAME_WIDTH: self._width,
            cv2.CAP_PROP_FRAME_HEIGHT: self._height,
            cv2.CAP_PROP_FPS: 30.0 if fast else 10.0,
            cv2.CAP_PROP_FOURCC: float(cv2.VideoWriter.fourcc(*self._fourcc)),
        }.get(prop, -1.0)

    def release(self) -> None:
        self.released_by = threading.current_thread().name
        self._released.set()


@pytest.fixture
def camera() -> Iterator[CameraDouble]:
    """A plugged-in camera that works."""
    double = CameraDouble()
    yield double
    double.test_over.set()


@pytest.fixture
def windows_camera() -> CameraDouble:
    """A camera whose driver forgets the format when it is given a size."""
    return CameraDouble("win32")


@pytest.fixture
def open_camera(camera: CameraDouble) -> Iterator[Callable[..., CameraSource]]:
    """Function that makes a source of the camera double; closed after the test."""
    sources: list[CameraSource] = []

    def make(wanted: int | str = 0, stale_after: float = 0.2, **settings: object) -> CameraSource:
        values = CameraSettings.model_validate({"stale_after": stale_after, **settings})
        source = CameraSource(wanted, values, open_device=camera.open_device, cameras=camera.cameras)
        sources.append(source)
        return source

    yield make
    for source in sources:
        source.close()
