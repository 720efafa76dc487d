"""What `handtrack view` does: a window, or files of a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from handtrack.config import Settings
from handtrack.errors import ViewError
from handtrack.exports.export import check_target
from handtrack.sessions.folder import is_session, reason, write_atomically
from handtrack.sessions.playback import RecordedHands
from handtrack.skeleton import FINGERTIPS
from handtrack.sources import open_source
from handtrack.sources.base import Source
from handtrack.sources.played import PlayedSource
from handtrack.sources.transport import Transport
from handtrack.spatial_view.hands import SpatialHands
from handtrack.spatial_view.observer import observer, through_camera
from handtrack.spatial_view.past import LivePast
from handtrack.spatial_view.recorded import Recorded
from handtrack.spatial_view.scene import Look, Moment, scene_of, solids_of
from handtrack.spatial_view.solid_files import STEP_S, check_suffix, sweep_mesh, swept, write_solid
from handtrack.spatial_view.stage import Stage
from handtrack.spatial_view.surface_sheet import surface_sheet
from handtrack.spatial_view.window import ViewWindow, check_screen

Tell = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Files:
    """What is to be made of a session, each None where it is not wanted.

    picture: PNG of the scene. surface: PNG of picture, depths and outline. capture: the hands of a moment, as
    PLY or OBJ. sweep: those of many moments. force: replace files that are there.
    """

    picture: Path | None = None
    surface: Path | None = None
    capture: Path | None = None
    sweep: Path | None = None
    force: bool = False

    def check(self) -> None:
        """Raise ExportError or ConfigError for a file that cannot be written, before any work."""
        for path in (self.picture, self.surface, self.capture, self.sweep):
            if path is not None:
                check_target(path, self.force)
        for path in (self.capture, self.sweep):
            if path is not None:
                check_suffix(path)

    @property
    def wanted(self) -> bool:
        """Whether there is any."""
        return any((self.picture, self.surface, self.capture, self.sweep))


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """From where a picture is taken: through the camera, or from beside it; see `observer`."""

    size: tuple[int, int] = (1280, 800)
    azimuth: float = 40.0
    elevation: float = 22.0
    zoom: float = 1.0
    through_camera: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """What of a session is swept: seconds, None for its beginning and end; step: between two poses."""

    begin: float | None = None
    end: float | None = None
    step: float = STEP_S


def make_files(
    folder: Path, files: Files, look: Look, viewpoint: Viewpoint, span: Span, at: float | None, tell: Tell
) -> None:
    """Make files of a session without a window; tells a line for each, and what is to be known.

    at: the moment of all but the sweep, seconds; None: the first with a hand. Raises HandtrackErrors.
    """
    files.check()
    with Recorded(folder) as recorded:
        for note in recorded.notes:
            tell(note)
        moment = recorded.moment(at)
        if files.picture is not None:
            _write_png(files.picture, picture_of(moment, look, viewpoint))
            tell(f"picture at {moment.time:.2f} s: {files.picture}")
        if files.surface is not None:
            _check_hands(recorded, moment)
            if moment.image is None:
                raise ViewError(
                    f"{folder} was recorded without pictures; a surface has nothing to be compared to"
                )
            _write_png(files.surface, surface_sheet(moment, moment.image))
            tell(f"surface at {moment.time:.2f} s: {files.surface}")
        if files.capture is not None:
            _check_hands(recorded, moment)
            write_solid(solids_of(look)(moment.hands), files.capture)
            tell(f"{_count(len(moment.hands), 'hand')} at {moment.time:.2f} s: {files.capture}")
        if files.sweep is not None:
            poses = _swept(recorded, span)
            write_solid(sweep_mesh(poses, look), files.sweep)
            times = f"{poses.time.min():.2f} to {poses.time.max():.2f} s"
            tell(f"{_count(len(poses), 'pose')} from {times}: {files.sweep}")


def picture_of(moment: Moment, look: Look, viewpoint: Viewpoint) -> np.ndarray:
    """The scene as a picture (H, W, 3) uint8 BGR; needs no screen. Raises ViewError."""
    frustum = moment.frustum
    if viewpoint.through_camera:
        pose = through_camera(frustum.camera, frustum.size, viewpoint.size)
    else:
        angles = viewpoint.azimuth, viewpoint.elevation, viewpoint.zoom
        pose = observer(frustum, moment.hands, viewpoint.size, *angles)
    with Stage(viewpoint.size) as stage:
        stage.show(scene_of(moment, look))
        stage.look(pose)
        return stage.picture()


def show(
    spec: str,
    settings: Settings,
    look: Look,
    *,
    size: tuple[int, int],
    at: float | None,
    tell: Tell,
    quit_after: float | None = None,
) -> None:
    """Open the window on a session, or on a source that is tracked meanwhile.

    at: where a session or file begins, paused. Raises HandtrackErrors, KeyboardInterrupt and Terminated.
    """
    check_screen()
    trails = look.trails or FINGERTIPS
    if is_session(spec):
        with Recorded(Path(spec)) as recorded:
            if at is not None:
                recorded.check_time("--at", at)
            for note in recorded.notes:
                tell(note)
            transport = _begin_at(Transport(loop=True), at)
            window = ViewWindow(
                PlayedSource(recorded.source, transport),
                lambda: RecordedHands(recorded.source),
                recorded,
                title=f"handtrack {recorded.folder.name}",
                size=size,
                look=look,
                field_of_view=recorded.field_of_view,
                transport=transport,
                duration=recorded.duration,
                tell=tell,
                trails=trails,
            )
            window.run(quit_after)
        return
    source = open_source(spec, settings, realtime=True)
    window = ViewWindow(
        source,
        lambda: _tracker(settings),
        LivePast(),
        title=f"handtrack {spec}",
        size=size,
        look=look,
        field_of_view=settings.camera.field_of_view,
        transport=_transport_of(source, at),
        duration=None,
        tell=tell,
        trails=trails,
    )
    window.run(quit_after)


def _begin_at(transport: Transport, at: float | None) -> Transport:
    if at is not None:
        transport.pause()
        transport.seek(at)
    return transport


def _transport_of(source: Source, at: float | None) -> Transport | None:
    if isinstance(source, PlayedSource):
        return _begin_at(source.transport, at)
    if at is not None:
        raise ViewError("only sessions and video files have a moment to go to; leave --at out")
    return None


def _tracker(settings: Settings) -> Any:
    from handtrack.tracking.tracker import HandTracker

    return HandTracker.load(settings=settings.tracker, field_of_view=settings.camera.field_of_view)


def _swept(recorded: Recorded, span: Span) -> SpatialHands:
    begin = 0.0 if span.begin is None else span.begin
    end = recorded.duration if span.end is None else span.end
    recorded.check_time("--from", begin)
    recorded.check_time("--to", end)
    if end <= begin:
        raise ViewError(f"a sweep from {begin:g} to {end:g} s has no length; give --to after --from")
    return swept(recorded.hands, begin, end, span.step)


def _check_hands(recorded: Recorded, moment: Moment) -> None:
    if not len(moment.hands):
        nearest = recorded.nearest_hand(moment.time)
        raise ViewError(f"no hand was seen at {moment.time:.2f} s; the nearest is at --at {nearest:.2f}")


def _count(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def _write_png(path: Path, image: np.ndarray) -> None:
    _, data = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    try:
        write_atomically(path, data.tobytes())
    except OSError as error:
        raise ViewError(f"{path} cannot be written: {reason(error)}; name another file") from error
