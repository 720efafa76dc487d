"""Datagrams of JSON, OSC and VMC, received by real sockets and read by other libraries."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import BlockingOSCUDPServer
from scipy.spatial.transform import Rotation

from handtrack.errors import StreamError
from handtrack.hand import FrameResult
from handtrack.skeleton import FINGERS, INDEX_MCP, JOINT_NAMES, LITTLE_MCP, MIDDLE_MCP
from handtrack.streaming.streams import Streams
from tests.app.sample_results import sample_hand, sample_result
from tests.handtrack.streaming.conftest import PATIENCE, deliver, wait_until

Open = Callable[..., Streams]
Messages = list[tuple[str, tuple[Any, ...]]]


def received_by_an_osc_server(open_streams: Open, kind: str, result: FrameResult) -> Messages:
    messages: Messages = []
    dispatcher = Dispatcher()
    dispatcher.set_default_handler(lambda address, *arguments: messages.append((address, arguments)))
    with BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher) as server:
        server.timeout = PATIENCE
        deliver(open_streams(f"{kind}://127.0.0.1:{server.server_address[1]}"), result)
        server.handle_request()
    return messages


def test_each_result_is_a_datagram_of_json(
    open_streams: Open, receiver: socket.socket, results: list[FrameResult]
) -> None:
    streams = open_streams(f"udp://127.0.0.1:{receiver.getsockname()[1]}")

    for result in results[:3]:
        deliver(streams, result)

    assert [json.loads(receiver.recv(65536))["index"] for _ in range(3)] == [0, 1, 2]
    wait_until(lambda: streams.reports()[0].sent == 3)
    assert streams.reports()[0].rate == 3.0
    assert streams.reports()[0].clients is None


def test_nobody_listening_is_no_error(
    open_streams: Open, receiver: socket.socket, results: list[FrameResult]
) -> None:
    port = receiver.getsockname()[1]
    receiver.close()
    streams = open_streams(f"udp://127.0.0.1:{port}", f"osc://localhost:{port}", queue_frames=100)

    for result in results:
        deliver(streams, result)

    wait_until(lambda: all(report.sent + report.errors == 30 for report in streams.reports()))
    assert [report.errors for report in streams.reports()] == [0, 0]


def test_what_is_too_large_for_a_datagram_is_counted_and_the_next_one_goes_out(
    open_streams: Open, receiver: socket.socket, results: list[FrameResult]
) -> None:
    streams = open_streams(f"udp://127.0.0.1:{receiver.getsockname()[1]}")
    crowd = sample_result(tuple(sample_hand(track_id=number) for number in range(60)))

    deliver(streams, crowd)
    deliver(streams, results[5])

    assert json.loads(receiver.recv(65536))["index"] == 5
    (report,) = streams.reports()
    assert report.errors == 1
    assert "failed on frame 0: OSError" in report.problem


def test_a_machine_that_is_none_is_refused_in_one_sentence(open_streams: Open) -> None:
    with pytest.raises(StreamError, match=r"cannot stream to udp://no\.such\.machine\.invalid:9000: "):
        open_streams("udp://no.such.machine.invalid:9000", beyond_this_machine=True)


def test_osc_has_fixed_addresses_for_each_side(open_streams: Open, results: list[FrameResult]) -> None:
    result = results[4]

    messages = received_by_an_osc_server(open_streams, "osc", result)

    said = dict(messages)
    right, left = result.hands
    assert len(said) == len(messages)
    assert said["/handtrack/frame"] == (4, result.frame.timestamp, 2)
    for side, hand in (("right", right), ("left", left)):
        root = f"/handtrack/{side}"
        assert said[f"{root}/present"] == (1,)
        assert said[f"{root}/id"] == (hand.track_id,)
        assert said[f"{root}/wrist"] == pytest.approx(hand.wrist_position)
        for joint, name in enumerate(JOINT_NAMES):
            expected = [*hand.joints_3d[joint], hand.sigma_3d[joint]]
            assert said[f"{root}/joint/{name}"] == pytest.approx(expected)
    thumb_to_index = np.linalg.norm(right.joints_3d[8] - right.joints_3d[4])
    assert said["/handtrack/right/pinch/index"][0] == pytest.approx(thumb_to_index / 0.09, rel=0.15)


def test_osc_says_that_a_side_has_gone(open_streams: Open) -> None:
    said = dict(received_by_an_osc_server(open_streams, "osc", sample_result((sample_hand(),))))

    assert said["/handtrack/right/present"] == (1,)
    assert said["/handtrack/left/present"] == (0,)
    assert not any(address.startswith("/handtrack/left/joint") for address in said)


def posed(bones: dict[str, tuple[Any, ...]], side: str) -> dict[str, list[np.ndarray]]:
    """Directions of each finger's bones in the avatar's axes, as a receiver turns them."""
    out = np.array([1.0 if side == "Right" else -1.0, 0, 0])
    found = {}
    for finger in FINGERS:
        rest = out if finger != "thumb" else (out + np.array([0, 0, 1])) / np.sqrt(2)
        turn, directions = Rotation.identity(), []
        for segment in ("Proximal", "Intermediate", "Distal"):
            turn = turn * Rotation.from_quat(bones[f"{side}{finger.capitalize()}{segment}"][3:])
            directions.append(turn.apply(rest))
        found[finger] = directions
    return found


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize(("curl", "turn"), [(0.0, 0.0), (0.4, 0.7), (0.9, -2.5)])
def test_vmc_bones_bend_an_avatar_as_the_hand_is_bent(
    open_streams: Open, side: Any, curl: float, turn: float
) -> None:
    hand = sample_hand(handedness=side, curl=curl, turn=turn)

    messages = received_by_an_osc_server(open_streams, "vmc", sample_result((hand,)))

    bones = {arguments[0]: arguments[1:] for address, arguments in messages if address == "/VMC/Ext/Bone/Pos"}
    directions = posed(bones, side.capitalize())
    joints = hand.joints_3d
    assert dict(messages)["/VMC/Ext/OK"] == (1,)
    assert len(bones) == 15
    # Angles between bones do not hang on any axes.
    seen = [joints[chain[bone + 1]] - joints[chain[bone]] for chain in FINGERS.values() for bone in range(3)]
    made = [direction for finger in directions.values() for direction in finger]
    seen_units = np.array([bone / np.linalg.norm(bone) for bone in seen])
    assert np.abs(seen_units @ seen_units.T - np.array(made) @ np.array(made).T).max() < 1e-4
    # Nor do lengths.
    lengths = {
        name: np.linalg.norm(values[:3]) for name, values in bones.items() if not name.endswith("Proximal")
    }
    index = side.capitalize() + "Index"
    assert lengths[f"{index}Intermediate"] == pytest.approx(np.linalg.norm(joints[6] - joints[5]), rel=1e-4)


@pytest.mark.parametrize(("side", "out"), [("right", 1.0), ("left", -1.0)])
def test_vmc_fingers_curl_down_from_a_t_pose(open_streams: Open, side: Any, out: float) -> None:
    hand = sample_hand(handedness=side, curl=0.3)

    messages = received_by_an_osc_server(open_streams, "vmc", sample_result((hand,)))

    bones = {arguments[0]: arguments[1:] for address, arguments in messages if address == "/VMC/Ext/Bone/Pos"}
    first, second, third = posed(bones, side.capitalize())["middle"]
    assert first[0] * out > 0.8  # the arm's direction
    assert 0 > first[1] > second[1] > third[1]  # palms face down: unity's y is up
    index, little = (
        np.array(bones[f"{side.capitalize()}{name}Proximal"][:3]) for name in ("Index", "Little")
    )
    assert index[2] > little[2]  # thumbs' sides forward
    assert posed(bones, side.capitalize())["thumb"][0][2] > 0.3


def test_vmc_of_a_hand_without_extent_is_an_error_that_ends_nothing(
    open_streams: Open, receiver: socket.socket, results: list[FrameResult]
) -> None:
    from dataclasses import replace

    flat = np.array(results[0].hands[0].joints_3d)
    flat[[INDEX_MCP, LITTLE_MCP, MIDDLE_MCP]] = 0
    hand = replace(results[0].hands[0], joints_3d=flat)
    streams = open_streams(f"vmc://127.0.0.1:{receiver.getsockname()[1]}")

    deliver(streams, replace(results[0], hands=(hand,)))
    deliver(streams, results[1])

    assert b"RightIndexProximal" in receiver.recv(65536)
    assert "the palm's joints lie in one line" in streams.reports()[0].problem


def test_closing_sends_what_waits(
    receiver: socket.socket, open_streams: Open, results: list[FrameResult]
) -> None:
    streams = open_streams(f"udp://127.0.0.1:{receiver.getsockname()[1]}", queue_frames=100)
    for result in results:
        deliver(streams, result)

    assert streams.close()

    assert [json.loads(receiver.recv(65536))["index"] for _ in results] == list(range(30))
    assert not [thread for thread in threading.enumerate() if thread.name == "handtrack-stream"]
