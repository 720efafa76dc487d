"""A camera as a source, that is opened again when it falls silent."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import numpy as np

from handtrack.config import CameraSettings
from handtrack.errors import SourceError
from handtrack.hand import Frame, read_only
from handtrack.sources.base import SourceInfo
from handtrack.sources.camera_list import CameraDescription, describe_cameras, find_camera, list_cameras
from handtrack.sources.camera_reader import CameraReader, Picture
from handtrack.sources.camera_settings import CameraMode, Capture, describe_mode, request_settings
from handtrack.sources.orientation import Orientation

logger = logging.getLogger(__name__)

FIRST_PICTURE_TIMEOUT = 20.0
"""Seconds within which a camera must be open and show a picture; some take ten."""
STOP_TIMEOUT = 1.0
"""Seconds that the driver is given to return from a read, before the camera is released meanwhile."""
FIRST_RETRY_DELAY, LONGEST_RETRY_DELAY = 0.5, 5.0
"""Seconds between attempts to open a lost camera again; the delay doubles from the first to the longest."""
GIVE_UP_AFTER = 60.0
"""Seconds after which a lost camera is given up."""


def _open_device(index: int, api: int) -> Capture:
    import cv2

    return cv2.VideoCapture(index, api)


class CameraSource:
    """A camera by index, name or stable id; frames carry the monotonic time at which they were grabbed.

    A camera that gives no new picture for `stale_after` seconds, or repeats one, is released and opened
    again by its stable id, with growing pauses; the log says so, and `losses` for how long it was away.
    mirrored: it gives the world as a mirror does, and its pictures are turned back.
    """

    def __init__(
        self,
        wanted: int | str,
        settings: CameraSettings,
        *,
        mirrored: bool = False,
        open_device: Callable[[int, int], Capture] = _open_device,
        cameras: Callable[[], list[CameraDescription]] = list_cameras,
    ) -> None:
        self._wanted = wanted
        self._settings = settings
        self._turning = Orientation(flip_x=mirrored)
        self._open_device = open_device
        self._cameras = cameras
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._reader: CameraReader | None = None
        self._camera: CameraDescription | None = None
        self._mode: CameraMode | None = None
        self._still = _StillWatch()
        self._next_index = 0
        self._index_offset = -1
        self._last_picture = 0.0
        self._away: list[float] = []

    def open(self) -> SourceInfo:
        """Open the camera and wait for its first picture. Raises SourceError if there is none."""
        first = self._connect()
        assert self._camera is not None
        assert self._mode is not None
        # From now on the camera is known by what survives a change of indices.
        self._wanted = self._camera.stable_id
        height, width = first.image.shape[:2]
        return SourceInfo(
            name=self._camera.name,
            width=width,
            height=height,
            fps=self._mode.fps,
            frame_count=None,
            live=True,
            detail=f"{self._camera.backend}: {describe_mode(self._mode, self._settings)}"
            + (", turned back from a mirror's picture" if self._turning else ""),
        )

    def read(self) -> Frame | None:
        """Next frame, or None once closed. Raises SourceError when a lost camera does not come back."""
        while not self._closed.is_set():
            reader = self._reader
            if reader is None:
                break
            picture = reader.take(self._settings.stale_after)
            if self._closed.is_set():
                break
            if picture is None:
                reason = str(reader.error) if reader.error else "it gives no pictures"
                self._reconnect(reader, reason)
            elif self._still.seconds(picture) > self._settings.stale_after:
                self._reconnect(reader, "it repeats one picture")
            else:
                self._next_index = self._index_offset + picture.number + 1
                self._last_picture = picture.timestamp
                image = read_only(self._turning.apply(picture.image))
                return Frame(image, picture.timestamp, self._next_index - 1)
        return None

    def close(self) -> None:
        """Release the camera within two seconds, even if its driver blocks."""
        with self._lock:
            self._closed.set()
            reader, self._reader = self._reader, None
        if reader is not None:
            self._stop(reader)

    def losses(self) -> tuple[str, ...]:
        """How often and for how long the camera was away; see `Source.losses`."""
        away = list(self._away)
        if not away:
            return ()
        times = "once" if len(away) == 1 else f"{len(away)} times"
        return (f"the camera was lost {times}, and gave no pictures for {sum(away):.1f} s",)

    def _connect(self) -> Picture:
        """Open the camera in a reader of its own and wait for a picture."""
        reader = CameraReader(self._open_capture)
        with self._lock:
            if self._closed.is_set():
                raise SourceError(f"camera {self._wanted} was closed")
            self._reader = reader
            reader.start()
        picture = reader.wait_first(FIRST_PICTURE_TIMEOUT)
        if picture is not None:
            return picture
        error = reader.error or SourceError(
            f"camera {self._wanted} opens but gives no picture: close other programs that use it, "
            "check that this program may use the camera, or plug it in again"
        )
        self._stop(reader)
        raise error

    def _open_capture(self) -> Capture:
        """The opened camera, with its settings made; runs in the reader's thread."""
        cameras = self._cameras()
        camera = find_camera(self._wanted, cameras)
        capture = self._open_device(camera.index, camera.api)
        if not capture.isOpened():
            capture.release()
            raise SourceError(_why_not_opened(camera, cameras))
        self._camera, self._mode = camera, request_settings(capture, self._settings)
        return capture

    def _reconnect(self, lost: CameraReader, reason: str) -> None:
        """Open the camera again, trying until it is back, closed or given up."""
        name = self._camera.name if self._camera else self._wanted
        logger.warning("camera %s is lost, %s: opening it again", name, reason)
        self._stop(lost)
        started, delay = time.monotonic(), FIRST_RETRY_DELAY
        while not self._closed.is_set():
            try:
                self._connect()
            except SourceError as error:
                if time.monotonic() - started > GIVE_UP_AFTER:
                    raise SourceError(
                        f"camera {name} is lost and did not come back ({error}); plug it in and start again"
                    ) from None
                logger.info("camera %s is not back yet (%s)", name, error)
                self._closed.wait(delay)
                delay = min(2 * delay, LONGEST_RETRY_DELAY)
            else:
                logger.warning("camera %s is back", name)
                self._away.append(time.monotonic() - self._last_picture)
                self._index_offset = self._next_index - 1
                self._still.trust()
                return

    def _stop(self, reader: CameraReader) -> None:
        if not reader.stop(STOP_TIMEOUT):
            logger.warning("the driver of camera %s does not return; its thread is left behind", self._wanted)


class _StillWatch:
    """Notices a camera that repeats one picture, as some do after they were unplugged."""

    def __init__(self) -> None:
        self._image: np.ndarray | None = None
        self._since = 0.0
        self._trusted = False

    def seconds(self, picture: Picture) -> float:
        """For how long the picture has not changed; 0 while a still picture is trusted."""
        if self._image is None or not _same(self._image, picture.image):
            self._image, self._since, self._trusted = picture.image, picture.timestamp, False
        return 0.0 if self._trusted else picture.timestamp - self._since

    def trust(self) -> None:
        """Accept the present picture: a camera that could be opened anew is there, if only covered."""
        self._trusted = True


def _same(first: np.ndarray, second: np.ndarray) -> bool:
    if first.shape != second.shape:
        return False
    # Noise makes nearly all pictures differ in a few samples, which spares comparing the rest.
    return np.array_equal(first[::16, ::16], second[::16, ::16]) and np.array_equal(first, second)


def _why_not_opened(camera: CameraDescription, cameras: list[CameraDescription]) -> str:
    if camera in cameras:
        return (
            f"camera {camera.index} ({camera.name}) cannot be opened: close other programs that use it "
            "and check that this program may use the camera"
        )
    if not cameras:
        return (
            f"camera {camera.index} cannot be opened, and no camera was found on this machine: "
            "plug one in, or give a video file or an image folder as the source"
        )
    return f"camera {camera.index} does not exist ({describe_cameras(cameras)})"
