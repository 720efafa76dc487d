"""The window: a source whose hands are seen in space while it is played or tracked."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from handtrack.ending import interruption, on_signals
from handtrack.errors import HandtrackError, ViewError
from handtrack.hand import FrameResult
from handtrack.pipeline import Pipeline
from handtrack.screen import has_screen, named_screen, screen_answers
from handtrack.sources.base import Source
from handtrack.sources.transport import Transport
from handtrack.spatial_view.controls import Controls
from handtrack.spatial_view.hands import SpatialHands, camera_of, hands_of_result
from handtrack.spatial_view.keys import ESCAPE, KEYS, keys_in_words
from handtrack.spatial_view.observer import observer, through_camera
from handtrack.spatial_view.scene import Look, Moment, scene_of, solids_of
from handtrack.spatial_view.scenery import Frustum
from handtrack.spatial_view.solid_files import sweep_mesh, swept, write_solid
from handtrack.spatial_view.stage import Stage
from handtrack.spatial_view.trails import TRAIL_S

_IDLE: Final = 0.01
"""Seconds between two looks for something new."""
# What Open3D itself would do with them is no use here, or writes files of its own.
_OPEN3D_KEYS: Final = "ABDEFKLMNOVXYZ"


class Past(Protocol):
    """Hands that were seen before; see `LivePast`. depth: where the picture stands, metres."""

    @property
    def depth(self) -> float:
        """Where the picture stands, metres from the camera."""
        ...

    def note(self, time: float, hands: SpatialHands) -> None:
        """Take the hands of a moment."""
        ...

    def between(self, begin: float, end: float) -> SpatialHands:
        """The hands from one moment to another, both with their own, in order."""
        ...


def check_screen() -> None:
    """Raise ViewError where no window can be seen."""
    remedy = "make pictures with --picture FILE.png, or run it under xvfb-run"
    if not has_screen():
        raise ViewError(f"there is no screen for the view; {remedy}")
    if not screen_answers():
        # Open3D would draw on without a window, where nobody can close it.
        raise ViewError(f"the screen {named_screen()} does not answer; {remedy}")


class ViewWindow:
    """Shows a source until it is closed.

    source: what is played or tracked. make_tracker: as for `Pipeline`. past: what is known of before.
    field_of_view: degrees. transport: what moves the source's time, if that can be moved. duration: seconds,
    if it is known. tell: takes lines for the terminal.
    """

    def __init__(
        self,
        source: Source,
        make_tracker: Callable[[], Any],
        past: Past,
        *,
        title: str,
        size: tuple[int, int],
        look: Look,
        field_of_view: float,
        transport: Transport | None,
        duration: float | None,
        tell: Callable[[str], object],
        trails: tuple[int, ...] = (),
    ) -> None:
        self._pipeline = Pipeline(source, make_tracker, wait_for_tracking=False)
        self._past, self._tell = past, tell
        self._title, self._size = title, size
        self._field_of_view, self._duration = field_of_view, duration
        self.controls = controls = Controls(look, transport, duration, trails)
        controls.saves_pose, controls.sweeps = self._save_pose, self._sweep
        controls.tells_keys = self._tell_keys
        self._moment: Moment | None = None
        self._zero: float | None = None
        self._swept_from: float | None = None
        self._signal: int | None = None
        self._told_place: float | None = None

    def run(self, quit_after: float | None = None) -> None:
        """Show it until the person closes it, or so many seconds have passed.

        There must be a screen (`check_screen`). Raises the source's or the tracker's error. In the main
        thread Ctrl-C and SIGTERM close it, then KeyboardInterrupt or Terminated is raised.
        """
        with on_signals(self._note_signal), Stage(self._size, self._title) as stage, self._pipeline:
            for code in (*(key.code for key in KEYS), ESCAPE, *map(ord, _OPEN3D_KEYS)):
                stage.on_key(code, functools.partial(self.controls.press, code))
            self._loop(stage, None if quit_after is None else time.monotonic() + quit_after)
        if self._signal is not None:
            raise interruption(self._signal)

    def _loop(self, stage: Stage, end: float | None) -> None:
        controls = self.controls
        while not controls.over and self._signal is None and (end is None or time.monotonic() < end):
            if self._pipeline.error is not None:
                raise self._pipeline.error
            result = self._pipeline.results.take()
            if result is not None and not controls.frozen:
                if self._moment is None:
                    self._tell_keys()
                self._moment = self._moment_of(result)
                controls.changed = True
            if self._moment is not None and controls.changed:
                controls.changed = False
                stage.show(scene_of(self._moment, controls.look))
                self._stand(stage, self._moment)
            if not stage.pump():
                return
            self._tell_place()
            time.sleep(_IDLE)

    def _moment_of(self, result: FrameResult) -> Moment:
        frame = result.frame
        if self._zero is None:
            self._zero = frame.timestamp
        now = frame.timestamp - self._zero if frame.position is None else frame.position
        hands = hands_of_result(result, now, self._field_of_view)
        self._past.note(now, hands)
        camera = camera_of(frame.size, self._field_of_view)
        return Moment(
            time=now,
            hands=hands,
            past=self._past.between(now - TRAIL_S, now),
            frustum=Frustum(camera, frame.size, self._past.depth),
            image=frame.image,
            passed=now / self._duration if self._duration and frame.position is not None else None,
        )

    def _stand(self, stage: Stage, moment: Moment) -> None:
        """Look from where the person asked to, once; then the mouse moves on from there."""
        wanted, frustum = self.controls.through_camera, moment.frustum
        if wanted is None:
            return
        self.controls.through_camera = None
        camera_view = through_camera(frustum.camera, frustum.size, self._size)
        stage.look(camera_view if wanted else observer(frustum, moment.hands, self._size))

    def _tell_place(self) -> None:
        """Where it stands, which the window itself has no words for."""
        place = None if self.controls.playing or self._moment is None else self._moment.time
        if place is not None and place != self._told_place:
            self._tell(f"paused at {place:.2f} s")
        self._told_place = place

    def _tell_keys(self) -> None:
        for line in keys_in_words():
            self._tell(line)

    def _save_pose(self) -> None:
        moment = self._moment
        if moment is None or not len(moment.hands):
            self._tell("there is no hand now; nothing was saved")
            return
        path = _free_name(f"pose_{moment.time:.2f}s")
        self._save(lambda: write_solid(solids_of(self.controls.look)(moment.hands), path), path)

    def _sweep(self) -> None:
        if self._moment is None:
            return
        now = self._moment.time
        if self._swept_from is None:
            self._swept_from = now
            self._tell(f"a sweep begins at {now:.2f} s; press W again where it ends")
            return
        begin, end = sorted((self._swept_from, now))
        self._swept_from = None
        path = _free_name(f"sweep_{begin:.2f}s_{end:.2f}s")
        between = self._past.between(begin, end)
        self._save(
            lambda: write_solid(sweep_mesh(swept(between, begin, end), self.controls.look), path), path
        )

    def _save(self, write: Callable[[], None], path: Path) -> None:
        # The view goes on, whatever becomes of a file.
        try:
            write()
        except HandtrackError as error:
            self._tell(str(error))
        else:
            self._tell(f"saved {path}")

    def _note_signal(self, number: int) -> None:
        self._signal = number


def _free_name(stem: str) -> Path:
    path, number = Path(f"{stem}.ply"), 1
    while path.exists():
        number += 1
        path = Path(f"{stem}_{number}.ply")
    return path
