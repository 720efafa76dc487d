"""The WebSocket and its page: clients of every kind, and who is kept out."""

from __future__ import annotations

import contextlib
import gc
import http.client
import json
import logging
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from handtrack.errors import ConfigError, StreamError
from handtrack.hand import FrameResult
from handtrack.streaming.streams import Streams
from handtrack.streaming.websocket import MOST_CLIENTS, MOST_CONNECTIONS
from tests.app.sample_results import sample_hand, sample_result
from tests.handtrack.streaming.conftest import PATIENCE, client_of, connect, deliver, port_of, wait_until

Open = Callable[..., Streams]
WS = "ws://127.0.0.1:0"
TOKEN = "a-token-that-is-long"


def answer_of(
    port: int, path: str, headers: dict[str, str] | None = None
) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body, {name.lower(): value for name, value in answer.getheaders()}


def refusal_of(port: int, **settings: object) -> int:
    with pytest.raises(InvalidStatus) as caught:
        connect(f"ws://127.0.0.1:{port}/stream", **settings)
    return caught.value.response.status_code


def test_every_client_reads_every_result(open_streams: Open, results: list[FrameResult]) -> None:
    streams = open_streams(WS)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(client_of(streams)) for _ in range(5)]
        for index in range(3):
            deliver(streams, results[index])
            read = [json.loads(client.recv(timeout=PATIENCE)) for client in clients]
            assert [value["index"] for value in read] == [index] * 5
            assert len(read[0]["hands"]) == 2
        assert streams.reports()[0].clients == 5

    wait_until(lambda: streams.reports()[0].clients == 0)  # though no other result came
    assert streams.reports()[0].dropped == 0


def test_who_has_just_been_let_in_misses_nothing(
    open_streams: Open, results: list[FrameResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    let_in = ServerConnection.handshake

    async def then_the_machine_is_busy(connection: ServerConnection, *answers: Any) -> None:
        await let_in(connection, *answers)
        time.sleep(0.2)

    monkeypatch.setattr(ServerConnection, "handshake", then_the_machine_is_busy)
    streams = open_streams(WS)
    with connect(f"ws://127.0.0.1:{port_of(streams)}/stream") as client:
        deliver(streams, results[3])

        assert json.loads(client.recv(timeout=PATIENCE))["index"] == 3


def test_a_client_that_never_reads_loses_frames_of_its_own_and_no_others(open_streams: Open) -> None:
    streams = open_streams(WS, queue_frames=1000)
    large = sample_result(tuple(sample_hand(track_id=number) for number in range(8)))
    with client_of(streams) as reads, socket.create_connection(("127.0.0.1", port_of(streams))) as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        key = "dGhlIHNhbXBsZSBub25jZQ=="
        stuck.sendall(
            f"GET /stream HTTP/1.1\r\nHost: 127.0.0.1:{port_of(streams)}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        wait_until(lambda: streams.reports()[0].clients == 2)

        for index in range(800):
            deliver(streams, replace(large, frame=replace(large.frame, index=index)))
            assert json.loads(reads.recv(timeout=PATIENCE))["index"] == index

        assert streams.reports()[0].dropped > 100
        assert streams.reports()[0].errors == 0


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff" * 500,
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        b"GET /" + b"a" * 100_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
        "GET /ü\x00 HTTP/1.1\r\nHost: ü\r\n\r\n".encode(),
    ],
)
def test_who_sends_garbage_is_dropped_and_others_read_on(
    open_streams: Open, results: list[FrameResult], garbage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "websockets.server")
    streams = open_streams(WS)
    with client_of(streams) as reads:
        place = ("127.0.0.1", port_of(streams))
        with socket.create_connection(place, timeout=PATIENCE) as other, contextlib.suppress(ConnectionError):
            other.sendall(garbage)
            while other.recv(65536):
                pass
        deliver(streams, results[0])

        assert json.loads(reads.recv(timeout=PATIENCE))["index"] == 0
    # What strangers send fills no log, not even one that is told everything.
    assert [record.getMessage() for record in caplog.records if "websocket" in record.name] == []


def test_a_client_that_talks_is_not_heard_and_one_that_shouts_is_let_go(
    open_streams: Open, results: list[FrameResult]
) -> None:
    streams = open_streams(WS)
    with client_of(streams) as talks:
        with client_of(streams) as shouts:
            for _ in range(200):
                talks.send("{'not': json")
            shouts.send("a" * 5000)
            with pytest.raises(ConnectionClosed):
                shouts.recv(timeout=PATIENCE)
        wait_until(lambda: streams.reports()[0].clients == 1)
        deliver(streams, results[9])

        assert json.loads(talks.recv(timeout=PATIENCE))["index"] == 9


def test_a_thousand_connections_leave_room_and_let_the_first_client_read(
    open_streams: Open, results: list[FrameResult]
) -> None:
    streams = open_streams(WS)
    crowd: list[socket.socket] = []
    with client_of(streams) as reads:
        port = port_of(streams)
        for number in range(1000):
            made = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
            crowd.append(made)
            if number % 100 == 0:
                deliver(streams, results[number // 100])
                assert json.loads(reads.recv(timeout=PATIENCE))["index"] == number // 100
            if len(crowd) > 2 * MOST_CONNECTIONS:
                # Reset, so that this test itself needs no thousand files.
                oldest = crowd.pop(0)
                oldest.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                oldest.close()
        for made in crowd:
            made.close()
    wait_until(lambda: streams.reports()[0].clients == 0)
    with client_of(streams) as later:
        deliver(streams, results[20])
        assert json.loads(later.recv(timeout=PATIENCE))["index"] == 20


def test_only_so_many_sockets_are_held_open(open_streams: Open) -> None:
    port = port_of(open_streams(WS))
    with contextlib.ExitStack() as stack:
        crowd = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
            for _ in range(3 * MOST_CONNECTIONS)
        ]

        # Those that were dropped can be read: they have come to their end.
        wait_until(lambda: len(select.select(crowd, [], [], 0)[0]) == 2 * MOST_CONNECTIONS)


def test_who_has_connected_and_says_nothing_does_not_hold_up_the_end(
    open_streams: Open, caplog: pytest.LogCaptureFixture
) -> None:
    streams = open_streams(WS)
    with socket.create_connection(("127.0.0.1", port_of(streams))) as silent, client_of(streams):
        assert streams.close(timeout=PATIENCE)
        gc.collect()

        silent.settimeout(PATIENCE)
        with contextlib.suppress(ConnectionError):
            assert silent.recv(1000)[:12] in (b"", b"HTTP/1.1 503")
    assert "pending" not in caplog.text


def test_one_client_too_many_is_told_so(open_streams: Open) -> None:
    streams = open_streams(WS)
    with contextlib.ExitStack() as stack:
        for _ in range(MOST_CLIENTS):
            stack.enter_context(client_of(streams))

        assert refusal_of(port_of(streams)) == 503


def test_a_port_in_use_is_one_sentence_and_nothing_stays_open(open_streams: Open) -> None:
    port = port_of(open_streams(WS))

    with pytest.raises(StreamError) as caught:
        open_streams(WS, f"ws://127.0.0.1:{port}")

    assert str(caught.value) == (
        f"cannot listen at ws://127.0.0.1:{port} (another program listens there);"
        " free the port or name another one"
    )


def test_pages_from_elsewhere_are_refused(open_streams: Open) -> None:
    port = port_of(open_streams(WS))

    assert refusal_of(port, origin="http://evil.example") == 403
    assert refusal_of(port, origin="null") == 403
    assert refusal_of(port, origin=f"http://127.0.0.1:{port + 1}") == 403
    # A name that its owner turned to this machine.
    rebound = {"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"}
    assert answer_of(port, "/", rebound)[0] == 403
    for host in ("127.0.0.1", "localhost"):
        with connect(f"ws://{host}:{port}/stream", origin=f"http://{host}:{port}"):
            pass


def test_the_page_asks_for_nothing_from_elsewhere(open_streams: Open) -> None:
    port = port_of(open_streams(WS))

    status, body, headers = answer_of(port, "/")

    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert b"src=" not in body.replace(b"default-src", b"")
    assert b"http://" not in body
    assert b"https://" not in body
    assert answer_of(port, "/etc/passwd")[0] == 404
    assert answer_of(port, "/../../handtrack/config.py")[0] == 404


def test_beyond_this_machine_needs_the_flag_and_a_token(open_streams: Open) -> None:
    for address in (
        "ws://0.0.0.0:0",
        "osc://192.168.0.7:9000",
        "udp://10.0.0.1:5",
        "vmc://studio.local:39539",
    ):
        with pytest.raises(ConfigError, match="--stream-beyond"):
            open_streams(address)
    for token in (None, "short"):
        with pytest.raises(ConfigError, match=r"needs a token: set streaming\.token to 16 letters"):
            open_streams("ws://0.0.0.0:0", beyond_this_machine=True, token=token)

    port = port_of(open_streams("ws://0.0.0.0:0", beyond_this_machine=True, token=TOKEN))

    assert refusal_of(port) == 401
    assert answer_of(port, "/")[0] == 401
    assert answer_of(port, f"/?token={TOKEN[:-1]}")[0] == 401
    assert answer_of(port, f"/?token={TOKEN}")[0] == 200
    address = f"ws://127.0.0.1:{port}/stream?token={TOKEN}"
    with connect(address, origin=f"http://127.0.0.1:{port}"):
        pass
    with pytest.raises(InvalidStatus):
        connect(address, origin="http://evil.example")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("127.0.0.1:9000", "must begin with udp, osc, vmc, ws"),
        ("http://127.0.0.1:9000", "must begin with udp, osc, vmc, ws"),
        ("osc://127.0.0.1", "needs a machine and a port"),
        ("osc://:9000", "needs a machine and a port"),
        ("osc://127.0.0.1:0", "cannot go to port 0"),
        ("osc://127.0.0.1:99999", "is no address"),
        ("ws://127.0.0.1:80/path", "and nothing else"),
        ("ws://[::1:80", "is no address"),
        ("ws://a\x1b[2J:80", "must begin|no address|beyond this machine|needs a machine"),
    ],
)
def test_what_is_no_address_is_one_sentence(open_streams: Open, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        open_streams(text)

    assert "\x1b" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_same_stream_twice_is_refused(open_streams: Open) -> None:
    with pytest.raises(ConfigError, match="named twice"):
        open_streams("osc://127.0.0.1:9000", "osc://127.0.0.1:9000")
