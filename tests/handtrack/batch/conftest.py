"""What the tests of many videos share: small clips, and runs of the command as processes of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.plain_video import write_plain_video

ROOT = Path(__file__).resolve().parents[3]
_LIMIT = 120.0  # seconds: for a machine that is busy with everything else


def short_clip(path: Path, frames: int = 6) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    return str(write_plain_video(path, frames=frames, step=0, size=(64, 48), fps=25))


def long_clip(path: Path) -> str:
    """So long that it is still in work when somebody looks."""
    return short_clip(path, 500)


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until(there: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Until something is there; fails where the process ends before, or after very long."""
    deadline = time.monotonic() + _LIMIT
    while not there():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def in_work(out: Path, worker: int | None = None) -> list[Path]:
    """Folders of sessions that have their first rows, of one worker or of all."""
    found = (out / ".unfinished").glob("*.part")
    wanted = "" if worker is None else f"-{worker}."
    return [folder for folder in found if wanted in folder.name and (folder / "hands.arrows").exists()]


def worker_of(folder: Path) -> int:
    """Number of the process that makes a session."""
    return int(folder.name.rsplit(".", 2)[0].rsplit("-", 1)[1])


def is_running(process: int) -> bool:
    """Whether a process does anything, other than to wait that somebody takes note of its end."""
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two short clips of one name, one that is damaged, and two long ones; not to be changed."""
    folder = tmp_path_factory.mktemp("clips")
    short_clip(folder / "a" / "short.mp4")
    short_clip(folder / "b" / "short.mp4")
    (folder / "damaged.mp4").write_bytes(b"no video")
    shutil.copy(long_clip(folder / "long_1.mp4"), folder / "long_2.mp4")
    return folder
