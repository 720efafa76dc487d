"""Examine whether this machine can run the program, and say what to do about each thing missing."""

from __future__ import annotations

import glob
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from handtrack.errors import HandtrackError
from handtrack.extras import DISTRIBUTION, installing
from handtrack.screen import has_screen
from handtrack.spatial_view.open3d_package import missing_library, missing_package

if TYPE_CHECKING:
    from rich.table import Table

State = Literal["ok", "note", "problem"]

_PROBE_TIMEOUT = 180.0  # seconds; a first import on a busy machine is slow
_REINSTALL = f"install again: pip install --force-reinstall {DISTRIBUTION}"
_SYSTEM_LIBRARIES = "install the system libraries: make system (Debian, Ubuntu)"
_LOADED_FROM = {
    "cv2": "video and images",
    "av": "video files",
    "torch": "the reference engine, training",
    "PyQt6.QtWidgets": "the window",
}
_EXTRAS = {
    "window": "the window",
    "view": "`handtrack view`",
    "torch": "the reference engine, the loops that the window unfolds, training",
    "mediapipe": "MediaPipe beside our own",
}
"""The extras of the desktop program, and what each is for."""
# Opening the screen or OpenGL may abort the process, so both are tried in one of their own.
_SCREEN_PROBE = """
import json
from PyQt6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext
application = QGuiApplication(["handtrack doctor"])
screen = application.primaryScreen()
found = {"screen": f"{screen.size().width()} x {screen.size().height()}, {application.platformName()}"}
print(json.dumps(found), flush=True)
surface, context = QOffscreenSurface(), QOpenGLContext()
surface.create()
if context.create() and context.makeCurrent(surface):
    from OpenGL.GL import GL_RENDERER, GL_VERSION, glGetString
    found["opengl"] = f"{glGetString(GL_VERSION).decode()}, {glGetString(GL_RENDERER).decode()}"
    context.doneCurrent()
print(json.dumps(found), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    state: "ok"; "note", the program runs without it; "problem", it cannot run.
    detail: what was found. remedy: what to do, empty where nothing is to be done.
    """

    what: str
    state: State
    detail: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Findings about Python, packages, libraries, screen, OpenGL, cameras and models; takes some seconds."""
    findings = [_python(), *_packages()]
    if not any(finding.state == "problem" for finding in findings):
        findings += [
            _library(module, purpose)
            for module, purpose in _LOADED_FROM.items()
            if importlib.util.find_spec(module.partition(".")[0]) is not None
        ]
        findings += _viewer()
    findings += [*_screen_and_opengl(), _cameras(), _finder(), _mediapipe_models()]
    if not any(finding.state == "problem" for finding in findings):
        findings.append(_weights())
        if findings[-1].state == "ok":
            findings.append(_engine())
    return findings


def can_run(findings: Iterable[Finding]) -> bool:
    """Whether the program can run on what was found."""
    return all(finding.state != "problem" for finding in findings)


def render(findings: Sequence[Finding]) -> Table:
    """The findings as a table for the terminal."""
    from rich.markup import escape
    from rich.table import Table

    styles = {"ok": "green", "note": "yellow", "problem": "bold red"}
    table = Table(box=None, pad_edge=False)
    table.add_column("what", no_wrap=True)
    table.add_column("state", no_wrap=True)
    table.add_column("found, and what to do", overflow="fold")
    for finding in findings:
        text = escape(finding.detail)
        if finding.remedy:
            text += f"\n-> {escape(finding.remedy)}"
        table.add_row(finding.what, f"[{styles[finding.state]}]{finding.state}[/]", text)
    return table


def _python() -> Finding:
    found = f"{platform.python_version()} on {platform.platform(terse=True)}, {platform.machine()}"
    return Finding("python", "ok", found)


def _packages() -> list[Finding]:
    try:
        findings = [Finding("handtrack", "ok", importlib.metadata.version(DISTRIBUTION))]
        requirements = importlib.metadata.requires(DISTRIBUTION) or []
    except importlib.metadata.PackageNotFoundError:
        remedy = f"pip install {DISTRIBUTION}"
        return [Finding("handtrack", "problem", "not installed in this Python", remedy)]
    seen = set()
    for requirement in requirements:
        name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
        of_extra = re.search(r"extra == ['\"]([\w-]+)['\"]", requirement)
        extra = of_extra and of_extra[1]
        if name not in seen and (extra is None or extra in _EXTRAS):
            seen.add(name)
            findings.append(_package(name, extra))
    return [*findings, *_opencv_pair()]


def _package(name: str, extra: str | None) -> Finding:
    """A package of the base, which must be there, or of an extra, which need not."""
    version = _version(name)
    if version is not None:
        return Finding(name, "ok", version)
    if extra is None:
        return Finding(name, "problem", "not installed", _REINSTALL)
    if name == "open3d":
        return Finding(name, "note", missing_package())  # there is none for some machines
    return Finding(name, "note", f"not installed; for {_EXTRAS[extra]}", installing(extra))


def _opencv_pair() -> list[Finding]:
    # mediapipe brings the second one, and both write the folder cv2/.
    versions = {name: _version(name) for name in ("opencv-python", "opencv-contrib-python")}
    if None in versions.values() or len(set(versions.values())) == 1:
        return []
    found = " and ".join(f"{name} {version}" for name, version in versions.items())
    newest = versions["opencv-python"]
    remedy = f"pip install --force-reinstall opencv-python=={newest} opencv-contrib-python=={newest}"
    return [Finding("OpenCV", "problem", f"{found} share one folder and must have one version", remedy)]


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _probe(code: str) -> tuple[bool, list[str], list[str]]:
    """Run Python code in a process of its own: whether it succeeded, its output lines, its error lines."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", code],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_PROBE_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        return False, [], [f"no answer within {_PROBE_TIMEOUT:.0f} s"]
    errors = done.stderr.strip().splitlines() or [f"it ended with code {done.returncode}"]
    return done.returncode == 0, done.stdout.splitlines(), errors


def _library(module: str, purpose: str) -> Finding:
    name = module.partition(".")[0]
    loads, _, errors = _probe(f"import {module}")
    if loads:
        return Finding(f"load {name}", "ok", purpose)
    return Finding(f"load {name}", "problem", f"{purpose}: {errors[-1]}", _SYSTEM_LIBRARIES)


def _viewer() -> list[Finding]:
    purpose = "`handtrack view`"
    if _version("open3d") is None:
        return []
    loads, _, errors = _probe("import open3d")
    if loads:
        return [Finding("load open3d", "ok", purpose)]
    return [Finding("load open3d", "note", f"{purpose} cannot draw: {missing_library(errors[-1])}")]


def _screen_and_opengl() -> list[Finding]:
    if importlib.util.find_spec("PyQt6") is None:
        return []  # there is no window to show
    if not has_screen():
        return [
            Finding(
                "screen",
                "note",
                "none; `handtrack process` and `handtrack demo` work without",
                "for the window log in to a desktop, or run it under xvfb-run",
            )
        ]
    _, lines, errors = _probe(_SCREEN_PROBE)
    found = json.loads(lines[-1]) if lines else {}
    if "screen" not in found:
        reason = errors[0] if errors else "no reason given"
        return [
            Finding("screen", "note", f"cannot be opened: {reason}", "check DISPLAY; " + _SYSTEM_LIBRARIES)
        ]
    screen = Finding("screen", "ok", found["screen"])
    if "opengl" in found:
        return [screen, Finding("OpenGL", "ok", found["opengl"])]
    remedy = "for a smoother 3D view install a graphics driver, or Mesa (libgl1-mesa-dri)"
    return [screen, Finding("OpenGL", "note", "none; the 3D view is drawn in software", remedy)]


def _cameras() -> Finding:
    from handtrack.sources.camera_list import list_cameras

    try:
        names = [f"{camera.index}: {camera.name}" for camera in list_cameras()]
    except HandtrackError as error:
        return Finding("cameras", "note", str(error))
    closed = [path for path in glob.glob("/dev/video*") if not os.access(path, os.R_OK | os.W_OK)]
    if closed:
        remedy = "add yourself to the group video (sudo usermod -aG video $USER) and log in again"
        return Finding("cameras", "note", f"no permission for {', '.join(sorted(closed))}", remedy)
    if not names:
        return Finding("cameras", "note", "none", "plug one in, or give a video file or a folder of images")
    return Finding("cameras", "ok", "; ".join(names))


def _finder() -> Finding:
    from handtrack.detectors.own import OwnDetector, shipped_finder

    try:
        OwnDetector(1, 0.5).close()
    except HandtrackError as error:
        return Finding("finder", "problem", str(error))
    return Finding("finder", "ok", f"{shipped_finder()}; needs no download and no MediaPipe")


def _mediapipe_models() -> Finding:
    from handtrack.detectors.bundle import bundle_path
    from handtrack.detectors.palm import PalmFinder

    path = bundle_path()
    if not path.is_file():
        wanted = "not fetched; only tracker.detector palm or mediapipe, labelling and comparisons need them"
        return Finding("MediaPipe's models", "ok", f"{wanted} (handtrack models, 35 MB)")
    try:
        PalmFinder(path)
    except HandtrackError as error:
        return Finding("MediaPipe's models", "note", str(error), "handtrack models")
    return Finding("MediaPipe's models", "ok", str(path))


def _weights() -> Finding:
    from handtrack.model.weights_file import check_tensors, shipped_weights

    try:
        path = shipped_weights()
        if importlib.util.find_spec("torch") is None:
            check_tensors(path)
        else:
            from handtrack.model.checkpoint import load_weights

            load_weights(path)
    except HandtrackError as error:
        return Finding("weights", "problem", str(error))
    return Finding("weights", "ok", f"{path} ({path.stat().st_size / 1e6:.1f} MB)")


def _engine() -> Finding:
    from handtrack.engines import EQUAL_ENGINES, choose_engine, create_engine
    from handtrack.model.weights_file import shipped_weights

    choice = choose_engine(shipped_weights())
    chosen = choice.engine.name
    if chosen.startswith(EQUAL_ENGINES[0]):
        times = ", ".join(f"{name} {taken:.2f} ms" for name, taken in choice.followed_ms.items())
        reason = f"; a followed hand, as measured here: {times}" if times else ", the only one here"
        return Finding("engine", "ok", chosen + reason)
    try:
        reason = create_engine(EQUAL_ENGINES[0], shipped_weights()).name
    except HandtrackError as error:
        reason = str(error)
    return Finding("engine", "note", f"{chosen}, which is slower", reason)
