"""The processors in examples/processors/ do what they say."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handtrack.hand import FrameResult
from handtrack.streaming.streams import Streams
from tests.app.sample_results import sample_hand, sample_result
from tests.handtrack.streaming.conftest import deliver

EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "processors"
Open = Callable[..., Streams]


def run_example(open_streams: Open, name: str, results: list[FrameResult]) -> None:
    streams = open_streams(processors=[str(EXAMPLES / name)], queue_frames=1000)
    for result in results:
        deliver(streams, result)
    assert streams.close()
    assert streams.reports()[0].errors == 0, streams.reports()[0].problem
    assert streams.reports()[0].sent == len(results)


def pinched(apart: float) -> FrameResult:
    """A hand whose thumb and index tips are so many metres apart."""
    hand = sample_hand()
    joints = np.array(hand.joints_3d)
    joints[4] = joints[8] + (apart, 0, 0)
    return sample_result((replace(hand, joints_3d=joints),))


def test_logger(
    open_streams: Open, results: list[FrameResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    run_example(open_streams, "csv_logger.py:CsvLogger", results)

    rows = list(csv.DictReader((tmp_path / "hands.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 60
    assert rows[1]["side"] == "left"
    expected = results[4].hands[0].joints_3d[8, 2]
    assert float(rows[8]["index_tip_z_m"]) == pytest.approx(expected, abs=1e-5)


def test_gesture_trigger(open_streams: Open, capsys: pytest.CaptureFixture[str]) -> None:
    opened = [sample_result((sample_hand(curl=0.0),))] * 6
    passing = [sample_result((sample_hand(curl=0.9),))] * 2
    fist = [sample_result((sample_hand(curl=0.9),))] * 6

    run_example(
        open_streams, "gesture_trigger.py:GestureTrigger", [*opened, *passing, *opened, *fist, *opened]
    )

    assert capsys.readouterr().out.splitlines() == [
        "right hand: open",
        "right hand: fist",
        "right hand: open",
    ]


def test_pinch_mouse_prints_where_none_can_be_moved(
    open_streams: Open, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pynput", None)
    film = [pinched(apart) for apart in (0.06, 0.02, 0.04, 0.06, 0.02)]

    run_example(open_streams, "pinch_mouse.py:PinchMouse", [*film, sample_result()])

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("no mouse can be moved (ModuleNotFoundError)")
    assert [line for line in lines[1:] if " to " not in line] == [
        *("mouse pressed", "mouse released"),
        *("mouse pressed", "mouse released"),
    ]
    places = [line for line in lines if " to " in line]
    assert len(places) == 5
