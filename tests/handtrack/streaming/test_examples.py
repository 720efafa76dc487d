"""The processors in examples/processors/ do what they say."""

from __future__ import annotations

import csv
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handtrack.hand import FrameResult, Hand
from handtrack.streaming.streams import Streams
from tests.app.sample_results import sample_hand, sample_result
from tests.handtrack.streaming.conftest import deliver, wait_until

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


def test_pinch_mouse_moves_a_real_one(
    open_streams: Open, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pynput", reason="needs the extra test", exc_type=ImportError)
    from pynput import mouse

    pressed: list[bool] = []
    with mouse.Listener(on_click=lambda _x, _y, _button, down, *_: pressed.append(down)) as listener:
        listener.wait()
        mouse.Controller().position = (5, 5)
        run_example(open_streams, "pinch_mouse.py:PinchMouse", [pinched(0.06), pinched(0.02), pinched(0.06)])
        wait_until(lambda: len(pressed) == 2)
        place = mouse.Controller().position
        listener.stop()
        # It sees that only with the next event, and would else outlive the screen.
        wait_until(lambda: mouse.Controller().move(1, 0) or not listener.is_alive())
    assert pressed == [True, False]
    assert place != (5, 5)
    assert capsys.readouterr().out == ""


def test_joints_are_a_topic_that_ros_2_knows(
    open_streams: Open, results: list[FrameResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another participant of DDS, which is what a subscriber of ROS 2 is."""
    pytest.importorskip("cyclonedds", reason="needs the extra test")
    from cyclonedds.domain import DomainParticipant
    from cyclonedds.sub import DataReader
    from cyclonedds.topic import Topic

    number = 100 + os.getpid() % 100  # of this process alone
    monkeypatch.setenv("ROS_DOMAIN_ID", str(number))
    monkeypatch.syspath_prepend(EXAMPLES)
    import ros2_poses  # type: ignore[import-not-found]

    # For both at once: a program makes a domain once.
    monkeypatch.setenv("CYCLONEDDS_URI", ros2_poses.THIS_MACHINE)
    participant = DomainParticipant(number)
    topic = Topic(participant, "rt/hands/left", ros2_poses.PoseArray, qos=ros2_poses.AS_ROS)
    reader = DataReader(participant, topic, qos=ros2_poses.AS_ROS)
    streams = open_streams(processors=[f"{EXAMPLES / 'ros2_poses.py'}:Ros2Poses"])
    found: list[Any] = []

    def said_and_heard() -> bool:
        """What was said before both had met is not repeated."""
        deliver(streams, results[4])
        found.extend(reader.take(10))
        return bool(found)

    wait_until(said_and_heard)
    assert streams.reports()[0].errors == 0, streams.reports()[0].problem

    (hand,) = [hand for hand in results[4].hands if hand.handedness == "left"]
    assert topic.typename == "geometry_msgs::msg::dds_::PoseArray_"
    assert found[0].header.frame_id == "handtrack_camera_optical_frame"
    assert abs(found[0].header.stamp.sec - time.time()) < 10**8
    places = [(pose.position.x, pose.position.y, pose.position.z) for pose in found[0].poses]
    np.testing.assert_allclose(places, np.asarray(hand.joints_3d) + _place(hand), atol=1e-6)


def _place(hand: Hand) -> np.ndarray:
    return np.zeros(3) if hand.wrist_position is None else np.asarray(hand.wrist_position)


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
