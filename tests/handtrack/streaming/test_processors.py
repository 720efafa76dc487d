"""Classes of a user's own: found, fed, and kept from harming anything."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from handtrack.errors import StreamError
from handtrack.hand import FrameResult
from handtrack.streaming import processors
from handtrack.streaming.streams import Streams
from tests.handtrack.streaming.conftest import deliver, wait_until

Open = Callable[..., Streams]

CODE = """
import threading

seen, threads, closed = [], set(), []
hold = threading.Event()


class Notes:
    def process(self, result):
        seen.append(result.frame.index)
        threads.add(threading.current_thread())

    def close(self):
        closed.append(True)


class Raises(Notes):
    def process(self, result):
        super().process(result)
        if result.frame.index in (1, 2, 4):
            raise ValueError(f"no such thing\\nas {result.frame.index}")
        if result.frame.index == 6:
            raise SystemExit(3)


class Blocks(Notes):
    def process(self, result):
        super().process(result)
        hold.wait()


class Writes:
    def process(self, result):
        result.hands[0].joints_3d[0] = 1


class CannotBeMade:
    def __init__(self):
        raise RuntimeError("the device is off")


class NoMethod:
    pass


number = 5
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a fresh module in the folder where the command is called."""
    name = f"mine_{tmp_path.name.replace('-', '_')}"
    (tmp_path / f"{name}.py").write_text(CODE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    return name


def test_it_is_given_every_result_in_one_thread_and_closed_once(
    open_streams: Open, results: list[FrameResult], module: str
) -> None:
    streams = open_streams(processors=[f"{module}:Notes"], queue_frames=100)
    for result in results:
        deliver(streams, result)

    assert streams.close()

    mine = sys.modules[module]
    assert mine.seen == list(range(30))
    assert len(mine.threads) == 1
    assert threading.current_thread() not in mine.threads
    assert mine.closed == [True]


def test_a_file_and_an_entry_point_are_found(
    open_streams: Open, results: list[FrameResult], module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = [EntryPoint("notes", f"{module}:Notes", processors.GROUP)]
    monkeypatch.setattr(processors, "entry_points", lambda group: offered)
    monkeypatch.syspath_prepend(str(Path.cwd()))
    streams = open_streams(processors=[f"./{module}.py:Notes", "notes"])

    deliver(streams, results[3])
    streams.close()

    assert sys.modules[f"handtrack_processor_{module}"].seen == [3]
    assert sys.modules[module].seen == [3]


def test_two_classes_of_a_file_share_what_is_in_it(
    open_streams: Open, results: list[FrameResult], module: str
) -> None:
    streams = open_streams(processors=[f"{module}.py:Notes", f"{module}.py:Raises"])

    deliver(streams, results[3])
    streams.close()

    assert sys.modules[f"handtrack_processor_{module}"].seen == [3, 3]


def test_errors_are_counted_and_said_once_a_row_and_the_next_result_is_given_all_the_same(
    open_streams: Open, results: list[FrameResult], module: str, caplog: pytest.LogCaptureFixture
) -> None:
    streams = open_streams(processors=[f"{module}:Raises", f"{module}:Notes"], queue_frames=100)

    with caplog.at_level(logging.INFO):
        for result in results[:8]:
            deliver(streams, result)
        streams.close()

    raises, notes = streams.reports()
    assert sorted(sys.modules[module].seen) == sorted(2 * list(range(8)))
    assert (raises.errors, raises.sent) == (4, 4)
    assert raises.problem == f"processor {module}:Raises failed on frame 6: SystemExit: 3"
    assert (notes.errors, notes.sent) == (0, 8)
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warnings == [
        f"processor {module}:Raises failed on frame {text}; tracking goes on"
        for text in (
            "1: ValueError: no such thing as 1",
            "4: ValueError: no such thing as 4",
            "6: SystemExit: 3",
        )
    ]
    assert len([record for record in caplog.records if record.exc_info]) == 3


def test_one_that_blocks_loses_the_oldest_and_is_left_behind(
    open_streams: Open, results: list[FrameResult], module: str, caplog: pytest.LogCaptureFixture
) -> None:
    streams = open_streams(processors=[f"{module}:Blocks"], queue_frames=4)
    mine = sys.modules[module]
    deliver(streams, results[0])
    wait_until(lambda: mine.seen)

    for result in results[1:]:
        deliver(streams, result)

    assert streams.reports()[0].dropped == 25
    assert not streams.close(timeout=0.1)
    assert f"processor {module}:Blocks is still busy; it is left behind" in caplog.text
    mine.hold.set()
    wait_until(lambda: mine.closed)
    assert mine.seen == [0, 26, 27, 28, 29]


def test_what_the_tracker_goes_on_with_cannot_be_changed(
    open_streams: Open, results: list[FrameResult], module: str
) -> None:
    streams = open_streams(processors=[f"{module}:Writes"])

    deliver(streams, results[0])
    streams.close()

    assert streams.reports()[0].errors == 1
    assert "read-only" in streams.reports()[0].problem
    assert results[0].hands[0].joints_3d[0].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("no_such_module_of_mine:Mine", "cannot be loaded .ModuleNotFoundError: "),
        ("MODULE:Absent", "there is no 'Absent' in it"),
        ("MODULE:number", "is no class"),
        ("MODULE:CannotBeMade", "cannot be made .RuntimeError: the device is off"),
        ("MODULE:NoMethod", r"has no method process\(result\)"),
        ("absent.py:Mine", "cannot be loaded .FileNotFoundError: "),
        ("broken.py:Mine", "cannot be loaded .SyntaxError: "),
        ("leaves.py:Mine", "cannot be loaded .SystemExit: 3"),
        ("my-own", "no installed processor is called 'my-own'"),
        (":Mine", "cannot be loaded"),
    ],
)
def test_what_cannot_be_loaded_is_one_sentence(
    open_streams: Open, module: str, wanted: str, said: str
) -> None:
    Path("broken.py").write_text("class Mine(:\n", encoding="utf-8")
    Path("leaves.py").write_text("raise SystemExit(3)\n", encoding="utf-8")

    with pytest.raises(StreamError, match=said) as caught:
        open_streams(processors=[wanted.replace("MODULE", module)])

    assert "\n" not in str(caught.value)


def test_a_processor_that_fails_leaves_no_stream_open(open_streams: Open, module: str) -> None:
    with pytest.raises(StreamError):
        open_streams("ws://127.0.0.1:0", processors=[f"{module}:CannotBeMade"])

    assert not [thread for thread in threading.enumerate() if thread.name == "handtrack-websocket"]
