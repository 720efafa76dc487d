"""The window on a real screen: keys that reach it, sources that are tracked meanwhile, every way to end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from handtrack.errors import ViewError
from handtrack.spatial_view.past import LivePast
from handtrack.spatial_view.window import check_screen
from tests.handtrack.cli.calling import failed_with_one_line, handtrack
from tests.handtrack.spatial_view.conftest import spatial
from tests.handtrack.spatial_view.x_keys import Typist

SCREEN = sys.platform == "linux" and bool(os.environ.get("DISPLAY"))
needs_screen = pytest.mark.skipif(not SCREEN, reason="needs an X screen")
PATIENCE = 60.0
SIZE = ("--size", "320x200")


class Viewer:
    """A process of `handtrack view`, and the lines that it says."""

    def __init__(self, folder: Path, *arguments: str | Path) -> None:
        environment = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": str(Path(__file__).parents[3])}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "handtrack", "view", *map(str, arguments), *SIZE],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def until(self, condition: Callable[[list[str]], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition(self.lines):
            assert time.monotonic() < end, self.lines
            assert self.process.poll() is None, self.end()
            time.sleep(0.02)

    def end(self) -> tuple[int, str]:
        """Exit status, and how the error stream says that it ended: not what a busy machine is late with."""
        assert self.process.stderr is not None
        ends = ("error", "terminated", "interrupted", "Traceback")
        said = [line.rstrip() for line in self.process.stderr if line.startswith(ends)]
        self._reader.join(PATIENCE)
        return self.process.wait(PATIENCE), " ".join(said)


@pytest.fixture
def viewers() -> Iterator[list[Viewer]]:
    started: list[Viewer] = []
    yield started
    for viewer in started:
        viewer.process.kill()
        viewer.end()
        for stream in (viewer.process.stdout, viewer.process.stderr):
            assert stream is not None
            stream.close()


def says(words: str) -> Callable[[list[str]], bool]:
    return lambda lines: any(words in line for line in lines)


@needs_screen
def test_keys_move_time_and_save_solids(session, tmp_path, viewers):
    viewers.append(viewer := Viewer(tmp_path, session, "--at", "0.5", "--skin"))
    viewer.until(says("mouse"))
    typist = Typist(f"handtrack {session.name}")
    try:
        typist.press("p")
        viewer.until(says("saved pose_0.50s.ply"))
        typist.press("Right", shift=True)
        viewer.until(says("paused at 1.50 s"))
        typist.press("w")
        viewer.until(says("a sweep begins at 1.50 s"))
        typist.press("Home")
        viewer.until(says("paused at 0.00 s"))
        typist.press("w")
        viewer.until(says("saved sweep_0.00s_1.50s.ply"))
        typist.press("p")
        viewer.until(says("saved pose_0.00s.ply"))
        typist.press("q")
        assert viewer.end() == (0, "")
    finally:
        typist.close()
    assert {path.name for path in tmp_path.iterdir()} == {
        "pose_0.50s.ply",
        "pose_0.00s.ply",
        "sweep_0.00s_1.50s.ply",
    }
    sizes = [(tmp_path / name).stat().st_size for name in ("sweep_0.00s_1.50s.ply", "pose_0.50s.ply")]
    assert sizes[0] > 10 * sizes[1]  # sixteen poses


@needs_screen
def test_every_way_to_end_has_the_status_that_is_due(session, tmp_path, viewers):
    viewers += [Viewer(tmp_path, session), Viewer(tmp_path, session)]
    viewers.append(Viewer(tmp_path, session, "--quit-after", "1"))
    for viewer, number in zip(viewers, (signal.SIGTERM, signal.SIGINT), strict=False):
        viewer.until(says("mouse"))
        viewer.process.send_signal(number)
    assert [viewer.end() for viewer in viewers] == [(143, "terminated"), (130, "interrupted"), (0, "")]


@needs_screen
def test_a_source_is_tracked_and_seen_meanwhile(tmp_path, viewers):
    viewers.append(viewer := Viewer(tmp_path, "demo", "--trail", "index_tip"))
    viewer.until(says("mouse"))
    typist = Typist("handtrack demo")
    try:
        typist.press("space")
        viewer.until(says("paused at"))
        typist.press("p")
        viewer.until(says("saved pose_"))
        typist.press("Escape")
        assert viewer.end() == (0, "")
    finally:
        typist.close()


@needs_screen
def test_a_source_that_cannot_be_opened_is_one_sentence(tmp_path):
    line = failed_with_one_line(handtrack("view", tmp_path / "absent.mp4", *SIZE), 1)
    assert "does not exist" in line
    (tmp_path / "broken.mp4").write_bytes(b"no video at all")
    line = failed_with_one_line(handtrack("view", tmp_path / "broken.mp4", *SIZE), 1)
    assert "broken.mp4" in line
    line = failed_with_one_line(handtrack("view", "rendered", "--at", "3", *SIZE), 1)
    assert "have a moment to go to" in line


def test_without_a_screen_it_says_what_to_do_instead(session, monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    line = failed_with_one_line(handtrack("view", session), 1)
    assert "no screen" in line
    assert "--picture" in line


@needs_screen
def test_a_screen_that_does_not_answer_is_none(monkeypatch):
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    check_screen()
    monkeypatch.setenv("DISPLAY", ":76543")
    with pytest.raises(ViewError, match=":76543 does not answer"):
        check_screen()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-76543")
    with pytest.raises(ViewError, match=":76543 does not answer"):
        check_screen()


@needs_screen
def test_a_wayland_screen_is_one_if_it_answers(monkeypatch, tmp_path):
    monkeypatch.delenv("DISPLAY")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    with pytest.raises(ViewError, match="wayland-7 does not answer"):
        check_screen()
    with socket.socket(socket.AF_UNIX) as compositor:
        compositor.bind(str(tmp_path / "wayland-7"))
        compositor.listen()
        check_screen()
        monkeypatch.setenv("WAYLAND_DISPLAY", str(tmp_path / "wayland-7"))
        check_screen()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can be without a screen")
def test_pictures_need_no_screen_at_all(session, tmp_path):
    environment = {name: value for name, value in os.environ.items() if "DISPLAY" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "handtrack", "view", session, "--picture", tmp_path / "x.png", *SIZE],
        env=environment | {"PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"picture at 0.00 s: {tmp_path / 'x.png'}\n"
    assert (tmp_path / "x.png").stat().st_size > 5000


def test_what_was_seen_live_is_kept_for_a_minute_and_forgotten_where_time_goes_back():
    past = LivePast()
    assert past.depth > 0.5  # before any hand the picture stands somewhere too
    for second in range(90):
        hands = spatial(0, "right")
        hands.time[:] = second
        past.note(float(second), hands)
    kept = past.between(0, 100)
    assert (kept.time.min(), kept.time.max()) == (29, 89)
    assert past.between(40, 42.5).time.tolist() == [40, 41, 42]
    near = past.depth
    far = spatial(0, "left")
    far.time[:] = 3.0
    past.note(3.0, far)
    assert past.between(0, 100).time.tolist() == [3.0]
    assert past.depth >= near
