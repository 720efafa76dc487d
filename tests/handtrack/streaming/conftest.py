"""Streams as the program opens them, on ports that are free, with results to send."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from websockets.sync import client

from handtrack.config import load_settings
from handtrack.hand import FrameResult
from handtrack.streaming.streams import Streams
from tests.app.sample_results import moving_results

PATIENCE = 20.0
connect: Any = client.connect


@pytest.fixture(scope="session")
def results() -> list[FrameResult]:
    """A short film of two hands."""
    return moving_results(30)


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    """A UDP socket on a free port of this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        bound.settimeout(PATIENCE)
        yield bound


@pytest.fixture
def open_streams() -> Iterator[Callable[..., Streams]]:
    """Function that opens the streams of these addresses and settings; closed after the test."""
    with ExitStack() as stack:

        def open_them(*to: str, **settings: object) -> Streams:
            values = {"to": list(to), **settings}
            overrides = [f"streaming.{name}={json.dumps(value)}" for name, value in values.items()]
            streams = Streams.open(load_settings(overrides=overrides).streaming)
            stack.callback(streams.close)
            return streams

        yield open_them


def deliver(streams: Streams, result: FrameResult) -> None:
    """Hand over a result as a pipeline does."""
    for feed in streams._feeds:
        feed.mailbox.publish(result)


def wait_until(true: Callable[[], object]) -> None:
    """Wait for something that is to come about."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)


def port_of(streams: Streams) -> int:
    """The port that a WebSocket server was given."""
    return int(streams.reports()[0].name.rpartition(":")[2])


def client_of(streams: Streams, **settings: object) -> Any:
    """A client that is let in and counted."""
    before = streams.reports()[0].clients or 0
    made: Any = connect(f"ws://127.0.0.1:{port_of(streams)}/stream", compression=None, **settings)
    wait_until(lambda: streams.reports()[0].clients == before + 1)
    return made
