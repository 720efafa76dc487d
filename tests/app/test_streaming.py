"""Streams beside the window: they outlive sources, never hold it up, and their state can be read."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
from websockets.sync.client import connect

from app.assembly import make_window
from app.bridge import Bridge
from app.values import Phase
from app.views.status import StatusView
from handtrack.config import load_settings
from handtrack.streaming import OutletReport, Streams

PATIENCE = 60_000


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.settimeout(20)
        yield bound


@pytest.fixture
def streaming(receiver: socket.socket, tmp_path) -> Streams:
    """A WebSocket server, a UDP stream, and a processor that never comes back."""
    (tmp_path / "blocks.py").write_text(
        "import threading\nlet_go = threading.Event()\n"
        "class Blocks:\n    def process(self, result):\n        let_go.wait()\n"
        "class Raises:\n    def process(self, result):\n        raise ValueError('not today')\n"
    )
    to = json.dumps(["ws://127.0.0.1:0", f"udp://127.0.0.1:{receiver.getsockname()[1]}"])
    mine = json.dumps([f"{tmp_path}/blocks.py:{name}" for name in ("Blocks", "Raises")])
    settings = load_settings(overrides=[f"streaming.to={to}", f"streaming.processors={mine}"])
    return Streams.open(settings.streaming)


def test_results_go_out_from_one_source_after_the_other(
    qtbot, settings, streaming, receiver, plain_clip, labelled_clip, tracker_loads, end_of_loading
):
    window = make_window(Bridge(settings, streams=streaming), settings)
    qtbot.addWidget(window)
    window.show()
    port = streaming.reports()[0].name.rpartition(":")[2]
    # What it does not take waits in its own memory: on the line it would keep the two from parting for 10 s.
    with connect(f"ws://127.0.0.1:{port}/stream", max_queue=None) as client:
        qtbot.waitUntil(lambda: "clients 1" in window.status.streams, timeout=PATIENCE)  # without a source
        for clip in (plain_clip, labelled_clip):
            window.bridge.open(clip)
            qtbot.waitUntil(lambda: window.bridge.phase is Phase.RUNNING, timeout=PATIENCE)
            before = streaming.reports()[1].sent
            # The window goes on drawing though a processor holds its results for ever.
            qtbot.waitUntil(lambda before=before: streaming.reports()[1].sent > before + 20, timeout=PATIENCE)
            assert json.loads(client.recv(timeout=20))["format"] == "handtrack.frame"
        qtbot.waitUntil(lambda: "errors" in window.status.streams, timeout=PATIENCE)
        blocks = streaming.reports()[2]
        assert blocks.sent == 0
        assert blocks.dropped > 10
        tip = window.status._streams.toolTip()
        assert f"ws://127.0.0.1:{port}: " in tip
        assert "failed on frame" in tip
        assert "not today" in tip
    sys.modules["handtrack_processor_blocks"].let_go.set()
    window.close()
    qtbot.waitUntil(lambda: not window.bridge.closing)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", int(port)))


def test_a_port_in_use_keeps_the_window_from_opening_and_is_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"ws://127.0.0.1:{taken.getsockname()[1]}"

        done = subprocess.run(
            [sys.executable, "-m", "handtrack", "run", "demo", "--stream", address],
            capture_output=True,
            text=True,
        )

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: cannot listen at {address} (another program listens there)")


def report(**changes: object) -> OutletReport:
    values = {
        "name": "ws://127.0.0.1:8765",
        "rate": 29.6,
        "sent": 300,
        "clients": 2,
        "dropped": 0,
        "errors": 0,
        "problem": "",
    }
    return OutletReport(**{**values, **changes})  # type: ignore[arg-type]


def test_the_status_line_says_how_streams_do_and_nothing_without_any(qtbot):
    status = StatusView()
    qtbot.addWidget(status)
    status.show()
    assert status._streams.isHidden()
    mine = report(
        name="processor mine:Mine", clients=None, dropped=7, errors=1, problem="processor mine:Mine failed"
    )

    status.show_streams([report(), mine])

    assert status.streams == "streams: 30 fps, clients 2, lost 7, errors 1"
    assert status._streams.toolTip().splitlines()[1:] == [
        "ws://127.0.0.1:8765: 30 fps, clients 2",
        "processor mine:Mine: 30 fps, lost 7, errors 1",
        "processor mine:Mine failed",
    ]
    status.show_streams([])
    assert status._streams.isHidden()


def test_changing_numbers_of_streams_do_not_lay_the_window_out_anew(qtbot):
    status = StatusView()
    qtbot.addWidget(status)
    widths = set()
    for count in (0, 9, 99999):
        status.show_streams([report(rate=float(count), dropped=count, errors=count)])
        widths.add(status.sizeHint().width())
    assert len(widths) == 1
