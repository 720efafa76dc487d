"""From what a person writes to a source."""

from __future__ import annotations

import difflib
from pathlib import Path

from handtrack.config import Settings
from handtrack.errors import SourceError
from handtrack.opencv import prepare_opencv
from handtrack.sources.base import Source
from handtrack.sources.camera import CameraSource
from handtrack.sources.demo_clip import demo_clip
from handtrack.sources.images import ImageSource
from handtrack.sources.labelled_video import LabelledVideoSource
from handtrack.sources.own_names import CAMERA_PREFIX, DEMO_CLIP, RENDERED, RENDERED_PREFIX
from handtrack.sources.pictures import picture_format, plays_as_video
from handtrack.sources.played import PlayedSource, Seekable
from handtrack.sources.rendered import RenderedSource
from handtrack.sources.stills import StillSource
from handtrack.sources.transport import Transport
from handtrack.sources.truth_file import truth_path
from handtrack.sources.video import VideoSource

_MOST_DIGITS = 9

POSSIBLE_SOURCES = (
    "give a camera's index (0), camera:NAME or camera:ID as `handtrack cameras` lists them, "
    "a video file, an image file or a folder of images, `rendered` or rendered:SEED for a rendered hand, "
    "or `demo` for the shipped clip"
)


def open_source(
    spec: str | int | Path | None, settings: Settings, *, realtime: bool, loop: bool | None = None
) -> Source:
    """The source that a specification names, ready to be opened.

    spec: a camera's index (0 or "0"), "camera:NAME" or "camera:ID", the path of a video file, an image
    file or a folder of images, "rendered" or "rendered:SEED" for a rendered hand, "demo" for the shipped
    clip of one; None takes the camera of the settings. A video beside which its truth lies plays with it.
    realtime: files are played at their own pace, with monotonic timestamps, and otherwise as fast as
    they are read, with their presentation times, once. They are then a `PlayedSource`, whose transport a
    person can move. Images are a `StillSource`, in real time leafed through, unless the settings say that
    they are a video's frames.
    loop: start files again at their end; None leaves it to the settings in real time.
    Pictures of a camera, file or folder are turned back where the settings call it mirrored; the program's
    own hands never are mirrored.

    Raises SourceError that says what is possible.
    """
    prepare_opencv()
    if loop is None:
        loop = realtime and settings.playback.loop
    mirrored = settings.source.mirrored

    def camera(wanted: int | str) -> CameraSource:
        return CameraSource(_checked_camera(wanted), settings.camera, mirrored=mirrored)

    if spec is not None and (isinstance(spec, bool) or not isinstance(spec, int | str | Path)):
        raise SourceError(f"{spec!r} names no source: {POSSIBLE_SOURCES}")
    if spec is None:
        return camera(settings.camera.device)
    if isinstance(spec, int) or (isinstance(spec, str) and _is_number(spec)):
        return camera(_whole(spec))
    if isinstance(spec, str) and spec.startswith(CAMERA_PREFIX):
        return camera(spec.removeprefix(CAMERA_PREFIX).strip())
    if spec == DEMO_CLIP:
        return _played(LabelledVideoSource(demo_clip()), realtime, loop)
    if spec == RENDERED or (isinstance(spec, str) and spec.startswith(RENDERED_PREFIX)):
        return RenderedSource(_seed(spec), realtime=realtime)
    if not str(spec).strip():
        raise SourceError(f"the source is empty: {POSSIBLE_SOURCES}")
    path = Path(spec).expanduser()
    try:
        kind = _kind(path)
    except (OSError, ValueError) as error:
        raise SourceError(f"source {str(spec)!r} cannot be read: {error}") from None
    if kind == "images":
        fps = settings.playback.image_fps
        if settings.playback.images_as_video:
            return _played(ImageSource(path, fps=fps, mirrored=mirrored), realtime, loop)
        return StillSource(path, fps=fps, leafed=realtime, mirrored=mirrored)
    if kind == "video":
        reader = LabelledVideoSource if truth_path(path).is_file() else VideoSource
        return _played(reader(path, mirrored=mirrored), realtime, loop)
    raise SourceError(f"source {str(spec)!r} does not exist{_near_file(path)}: {POSSIBLE_SOURCES}")


def _played(file: Seekable, realtime: bool, loop: bool) -> Source:
    return PlayedSource(file, Transport(loop=loop)) if realtime else file


def _is_number(text: str) -> bool:
    return text.strip().removeprefix("-").isdecimal()


def _seed(spec: str) -> int:
    text = spec.removeprefix(RENDERED).removeprefix(":").strip()
    if spec != RENDERED and not text.isdecimal():
        raise SourceError(f"{spec!r} names no seed: give a whole number, such as rendered:7")
    return _whole(text or 0)


def _whole(number: str | int) -> int:
    """The number that a text of digits spells. Raises SourceError for one that no library takes."""
    text = str(number).strip() if isinstance(number, str) else ""
    if len(text) > _MOST_DIGITS or (isinstance(number, int) and abs(number) >= 10**_MOST_DIGITS):
        raise SourceError(
            f"a camera's index and a seed have at most {_MOST_DIGITS} digits: {POSSIBLE_SOURCES}"
        )
    return int(number)


def _checked_camera(wanted: int | str) -> int | str:
    if wanted == "":
        raise SourceError(f"'{CAMERA_PREFIX}' names no camera: {POSSIBLE_SOURCES}")
    if isinstance(wanted, int) and wanted < 0:
        raise SourceError(f"camera index {wanted} is below zero: {POSSIBLE_SOURCES}")
    return wanted


def _kind(path: Path) -> str | None:
    if path.is_dir():
        return "images"
    if not path.exists():
        return None
    if path.is_file() and picture_format(path) is not None and not plays_as_video(path):
        return "images"
    return "video"


def _near_file(path: Path) -> str:
    """A hint at a file beside it with nearly the same name."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        return ""
    near = difflib.get_close_matches(path.name, names, n=1)
    return f", did you mean {str(path.with_name(near[0]))!r}?" if near else ""
