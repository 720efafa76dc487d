"""The demo on a machine without a screen: a session, an annotated video and a picture of the window."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import yaml

from handtrack.config import Settings
from handtrack.errors import HandtrackError, SessionError
from handtrack.processing import process_source
from handtrack.screen import VIRTUAL_SCREEN
from handtrack.sources.camera_list import list_cameras
from handtrack.sources.own_names import DEMO_CLIP, RENDERED
from handtrack.sources.rendered import can_render_live

log = logging.getLogger(__name__)

DEMO_FOLDER = Path("out")
_MARKER = ".made-by-demo"  # lies in a session folder that the demo may replace
_WINDOW_TIMEOUT = 300.0  # seconds for the window to open, track a hand and draw it on a slow machine


def demo_source(source: str | None, screen: bool) -> str:
    """The source to show: the given one, the first camera, or else a rendered hand.

    The hand is rendered meanwhile where this machine can do that in time, and otherwise comes from the
    shipped clip; so it does without a screen, where the demo has to come to an end.
    """
    if source:
        return source
    if not screen:
        return DEMO_CLIP
    cameras = list_cameras()
    if cameras:
        return str(cameras[0].index)
    return RENDERED if can_render_live() else DEMO_CLIP


def run_headless_demo(
    source: str,
    settings: Settings,
    *,
    progress: Callable[[int, int | None], None],
    folder: Path = DEMO_FOLDER,
) -> dict[str, Path]:
    """Process a source into folder/session, folder/annotated.mp4 and folder/window.png.

    What an earlier demo left there is replaced, nothing else is. progress: called with the frames done and
    their total, None if unknown. Returns the paths by what they are.
    """
    session, video, picture = folder / "session", folder / "annotated.mp4", folder / "window.png"
    _clear_earlier_demo(session, video, picture)

    def mark_and_report(done: int, total: int | None) -> None:
        if done == 1:  # not at the end, so that a demo that was killed can be run again
            (session / _MARKER).touch()
        progress(done, total)

    process_source(source, session, settings, annotate=video, progress=mark_and_report)
    _photograph_window(source, settings, picture)
    return {"session": session, "annotated video": video, "picture of the window": picture}


def _clear_earlier_demo(session: Path, *files: Path) -> None:
    if (session / _MARKER).is_file():
        shutil.rmtree(session)
        for file in files:
            file.unlink(missing_ok=True)
    for path in (session, *files):
        if path.exists():
            raise SessionError(f"{path} was not made by the demo, so it is not replaced; move it away first")


def _photograph_window(source: str, settings: Settings, picture: Path) -> None:
    """Save a picture of the window, opened in a process of its own, on a virtual screen if there is one."""
    log.info("taking a picture of the window")
    environment = dict(os.environ)
    command = [sys.executable, "-m", "handtrack", "run", source, "--screenshot", str(picture)]
    if shutil.which(VIRTUAL_SCREEN[0]):
        environment.pop("QT_QPA_PLATFORM", None)
        command = [*VIRTUAL_SCREEN, *command]
    else:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    with tempfile.TemporaryDirectory(prefix="handtrack-") as temporary:
        config = Path(temporary) / "settings.yaml"
        config.write_text(yaml.safe_dump(settings.model_dump(mode="json")), encoding="utf-8")
        try:
            window = subprocess.run(
                [*command, "--config", str(config)],
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_WINDOW_TIMEOUT,
            )
        except subprocess.TimeoutExpired:
            raise HandtrackError(_no_picture(f"it was not ready after {_WINDOW_TIMEOUT:.0f} s")) from None
    if window.returncode != 0 or not picture.is_file():
        lines = window.stderr.strip().splitlines()
        raise HandtrackError(_no_picture(lines[-1] if lines else f"it ended with code {window.returncode}"))


def _no_picture(reason: str) -> str:
    return f"the session and the video are ready, but the window could not be photographed: {reason}"
