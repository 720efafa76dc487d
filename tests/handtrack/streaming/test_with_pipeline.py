"""Streams behind the real tracker: what `process` sends of a real clip, and that nothing holds it up."""

from __future__ import annotations

import json
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import yaml

from handtrack.config import load_settings
from handtrack.processing import process_source
from handtrack.sessions import read_session
from handtrack.sources import open_source
from tests.handtrack.cli.calling import failed_with_one_line, handtrack
from tests.handtrack.streaming.conftest import PATIENCE
from tests.plain_video import write_plain_video

FRAMES = 30
TOKEN = "a-token-that-is-long"


@pytest.fixture
def hand_clip(tmp_path: Path, counting_clip: Path) -> Path:
    """The first second of a real hand."""
    path = tmp_path / "hand.mp4"
    with av.open(str(counting_clip)) as source, av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = 544, 960, "yuv420p"
        for _, frame in zip(range(FRAMES), source.decode(video=0), strict=False):
            picture = av.VideoFrame.from_ndarray(frame.to_ndarray(format="bgr24"), format="bgr24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def test_what_is_streamed_of_a_real_hand_is_what_is_recorded(tmp_path: Path, hand_clip: Path) -> None:
    session = tmp_path / "session"
    got: list[dict[str, Any]] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(PATIENCE)
        done = handtrack(
            *("process", hand_clip, "--out", session),
            *("--stream", f"udp://127.0.0.1:{receiver.getsockname()[1]}"),
            *("--set", "streaming.queue_frames=1000", "--set", f"streaming.token={TOKEN}"),
        )
        got += [json.loads(receiver.recv(65536)) for _ in range(FRAMES)]

    assert done.exit_code == 0, done.stderr
    assert f": {FRAMES} frames\n" in done.stdout
    table = read_session(session).table.to_pylist()
    with_hands = [(value, hand) for value in got for hand in value["hands"]]
    recorded = [row for row in table if row["track_id"] is not None]
    assert len(with_hands) == len(recorded) > 20
    for (value, hand), row in zip(with_hands, recorded, strict=True):
        assert value["index"] == row["frame_index"]
        assert hand["side"] == row["handedness"] == "right"
        joints = np.array(row["joints_3d"]).reshape(21, 3)
        assert np.abs(np.array(hand["joints"]) - joints).max() < 1e-4
    # Sessions hold the settings, and are given to others.
    assert TOKEN not in (session / "session.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load((session / "session.yaml").read_text())["settings"]["streaming"]["token"] is None


BLOCKS = """
import threading

let_go = threading.Event()


class Blocks:
    def process(self, result):
        let_go.wait()
"""


def test_a_processor_that_blocks_leaves_the_session_whole(tmp_path: Path, clip: Path) -> None:
    from tests.handtrack.pipeline.conftest import TrackerDouble

    (tmp_path / "blocks.py").write_text(BLOCKS, encoding="utf-8")
    settings = load_settings(
        overrides=[
            f'streaming.processors=["{tmp_path}/blocks.py:Blocks"]',
            'streaming.to=["ws://127.0.0.1:0"]',
            "recording.video=none",
        ]
    )

    summary = process_source(
        open_source(clip, settings, realtime=False, loop=False),
        tmp_path / "session",
        settings,
        make_tracker=TrackerDouble,
    )

    assert summary.frames == 60
    sys.modules["handtrack_processor_blocks"].let_go.set()
    assert summary.streamed[1] == "processor blocks.py:Blocks: 0 frames, 55 lost, it was too slow"
    for thread in threading.enumerate():
        if thread.name == "handtrack-stream":
            thread.join(PATIENCE)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A video of sixty frames without a hand."""
    return write_plain_video(tmp_path / "plain.mp4", frames=60, step=4, size=(64, 48), fps=30)


def test_a_port_in_use_ends_the_command_in_one_line_and_leaves_nothing(tmp_path: Path, clip: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"ws://127.0.0.1:{taken.getsockname()[1]}"

        done = handtrack("process", clip, "--out", tmp_path / "session", "--stream", address)

    assert "another program listens there" in failed_with_one_line(done, 1)
    assert not (tmp_path / "session").exists()


def test_bad_addresses_and_classes_end_the_command_in_one_line(tmp_path: Path, clip: Path) -> None:
    out = tmp_path / "session"

    beyond = handtrack("process", clip, "--out", out, "--stream", "ws://0.0.0.0:8765")
    untold = handtrack("process", clip, "--out", out, "--stream", "ws://0.0.0.0:8765", "--stream-beyond")
    absent = handtrack("process", clip, "--out", out, "--processor", "no_such_module:Mine")
    several = handtrack("process", clip, clip, "--out", out, "--stream", "udp://127.0.0.1:9")

    assert "--stream-beyond" in failed_with_one_line(beyond, 2)
    assert "needs a token" in failed_with_one_line(untold, 2)
    assert "no_such_module" in failed_with_one_line(absent, 1)
    assert "one source at a time" in failed_with_one_line(several, 2)
    assert not out.exists()
