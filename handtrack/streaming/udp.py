"""Datagrams to one receiver: each result as a line of JSON, or as whatever an encoder makes of it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable
from typing import Any

from handtrack.errors import StreamError
from handtrack.hand import FrameResult
from handtrack.plain_text import printable
from handtrack.streaming.addresses import StreamAddress
from handtrack.streaming.frame_value import frame_text

Encoder = Callable[[FrameResult], Iterable[bytes]]
"""Gives the datagrams of a result."""


class UdpOutlet:
    """Sends datagrams, whether anybody listens or not; nobody can hold it up. Raises StreamError."""

    clients = None

    def __init__(self, address: StreamAddress, encode: Encoder) -> None:
        self.name = str(address)
        self.dropped = 0
        self._encode = encode
        try:
            family, kind, protocol, _, receiver = socket.getaddrinfo(
                address.host, address.port, type=socket.SOCK_DGRAM
            )[0]
            self._receiver: Any = receiver
            self._socket = socket.socket(family, kind, protocol)
        except (OSError, UnicodeError) as error:
            reason = printable(getattr(error, "strerror", None) or error)
            raise StreamError(f"cannot stream to {address}: {reason}; name another machine") from None
        self._socket.setblocking(False)

    def send(self, result: FrameResult) -> None:
        """Send the datagrams of a result. Raises OSError, such as for one that is too large."""
        for datagram in self._encode(result):
            try:
                self._socket.sendto(datagram, self._receiver)
            except BlockingIOError:
                self.dropped += 1
                return

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


def json_datagrams(result: FrameResult) -> Iterable[bytes]:
    """The result as one datagram of JSON."""
    return (frame_text(result).encode(),)
