"""Which cameras there are, and which of them a person means."""

from __future__ import annotations

import difflib
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from handtrack.errors import SourceError

logger = logging.getLogger(__name__)

_BACKENDS = {"linux": "V4L2", "win32": "MSMF", "darwin": "AVFOUNDATION"}


@dataclass(frozen=True, slots=True)
class CameraDescription:
    """One camera of this machine.

    index: what OpenCV opens it by; may change when cameras are plugged in. name: for people.
    stable_id: names the same camera after it was unplugged and plugged in again.
    backend: OpenCV's name of the driver layer, such as "V4L2".
    """

    index: int
    name: str
    stable_id: str
    backend: str

    def __str__(self) -> str:
        """Index and name."""
        return f"{self.index}: {self.name}"

    @property
    def api(self) -> int:
        """The backend as OpenCV's number."""
        import cv2

        return int(getattr(cv2, f"CAP_{self.backend}", cv2.CAP_ANY))


def default_backend() -> str:
    """OpenCV's name of this system's own driver layer for cameras."""
    return _BACKENDS.get(sys.platform, "ANY")


def list_cameras() -> list[CameraDescription]:
    """The cameras of this machine in the order of their indices; empty if there is none."""
    try:
        import cv2
        from cv2_enumerate_cameras import enumerate_cameras

        backend = default_backend()
        found = enumerate_cameras(int(getattr(cv2, f"CAP_{backend}")))
        links = _stable_links(Path("/dev/v4l"))
        cameras = []
        for camera in found:
            path = str(camera.path or "")
            stable_id = links.get(path, path) or str(camera.index)
            cameras.append(CameraDescription(camera.index, camera.name or path, stable_id, backend))
        return sorted(cameras, key=lambda camera: camera.index)
    except Exception:
        # A machine whose cameras cannot be listed is, for the user, one without cameras.
        logger.debug("the cameras cannot be listed", exc_info=True)
        return []


def find_camera(wanted: int | str, cameras: list[CameraDescription]) -> CameraDescription:
    """The camera with this index, stable id or name; part of a name will do if it fits only one.

    An index that is not listed is taken at its word, because not every system lists all its cameras.
    Raises SourceError naming what there is.
    """
    if isinstance(wanted, str) and wanted.isdecimal():
        wanted = int(wanted)
    if isinstance(wanted, int):
        listed = [camera for camera in cameras if camera.index == wanted]
        unlisted = CameraDescription(wanted, f"camera {wanted}", str(wanted), default_backend())
        return listed[0] if listed else unlisted
    for camera in cameras:
        if camera.stable_id == wanted:
            return camera
    text = wanted.casefold()
    fitting = [camera for camera in cameras if camera.name.casefold() == text] or [
        camera for camera in cameras if text in camera.name.casefold()
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        ids = ", ".join(f"camera:{camera.stable_id}" for camera in fitting)
        raise SourceError(f"{len(fitting)} cameras fit the name {wanted!r}; say which: {ids}")
    names = {camera.name.casefold(): camera.name for camera in cameras}
    near = difflib.get_close_matches(text, names, n=1)
    hint = f", did you mean {names[near[0]]!r}?" if near else ""
    raise SourceError(f"no camera is called {wanted!r}{hint} ({describe_cameras(cameras)})")


def describe_cameras(cameras: list[CameraDescription]) -> str:
    """The cameras in half a sentence."""
    if not cameras:
        return "no camera was found on this machine"
    return "cameras here: " + ", ".join(map(str, cameras))


def _stable_links(folder: Path) -> dict[str, str]:
    """Device path, such as /dev/video0, to the link that udev keeps for the same device (Linux).

    Two alike cameras without serial numbers share the name by id, so one of them goes by its port.
    """
    links: dict[str, str] = {}
    for kind in ("by-path", "by-id"):
        try:
            for link in sorted((folder / kind).iterdir()):
                links[str(link.resolve())] = str(link)
        except OSError:
            continue
    return links
