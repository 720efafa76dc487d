"""Work on a file talks to nobody, and loads nothing that would: no connection is tried, no name looked up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import av
import cv2
import pytest

from handtrack.sessions import read_session

# In every Python process of the run; what native code does by itself is not seen. An address that is a text
# is a place on this machine.
WATCH = """
import sys
def _watch(event, arguments):
    if event == "import" and arguments[0] == "mediapipe":
        with open({log!r}, "a") as log:
            log.write(f"import {{arguments[0]}}\\n")
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        place = arguments[1] if event == "socket.connect" else arguments[0]
        if not isinstance(place, (str, bytes)) or event != "socket.connect":
            with open({log!r}, "a") as log:
                log.write(f"{{event}} {{arguments}}\\n")
            raise OSError("the network is not to be used")
sys.addaudithook(_watch)
"""


def run_watched(tmp_path: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], str]:
    log = tmp_path / "network.txt"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(WATCH.format(log=str(log)), encoding="utf-8")
    paths = os.pathsep.join([str(hooks), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    return done, log.read_text(encoding="utf-8") if log.exists() else ""


def test_the_watch_sees_a_connection(tmp_path: Path) -> None:
    code = "import socket; socket.create_connection(('127.0.0.1', 9))"

    done, tried = run_watched(tmp_path, "-c", code)

    assert done.returncode != 0
    assert "socket.getaddrinfo" in tried


def test_the_watch_sees_an_import(tmp_path: Path) -> None:
    done, tried = run_watched(tmp_path, "-c", "import mediapipe")

    assert done.returncode == 0, done.stderr
    assert tried.startswith("import mediapipe\n")


def test_processing_a_real_hand_tries_no_connection_and_needs_no_mediapipe(
    tmp_path: Path, counting_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path / "empty"))
    out, pictures = tmp_path / "session", tmp_path / "pictures"
    pictures.mkdir()
    with av.open(str(counting_clip)) as container:
        for number, frame in zip(range(2), container.decode(video=0), strict=False):
            cv2.imwrite(str(pictures / f"{number}.png"), frame.to_ndarray(format="bgr24"))

    done, tried = run_watched(tmp_path, "-m", "handtrack", "process", str(pictures), "--out", str(out))

    assert tried == ""
    assert done.returncode == 0, done.stderr
    assert read_session(out).table.column("track_id").null_count < 2
