"""JSON over WebSocket to any number of clients, with a page beside it that draws the hands in a browser."""

from __future__ import annotations

import asyncio
import errno
import hmac
import http
import logging
import threading
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from handtrack.ending import NativeThread
from handtrack.errors import StreamError
from handtrack.hand import FrameResult
from handtrack.plain_text import printable
from handtrack.streaming.addresses import StreamAddress
from handtrack.streaming.frame_value import frame_text
from handtrack.streaming.page import page_bytes

logger = logging.getLogger(__name__)

STREAM_PATH: Final = "/stream"
MOST_CLIENTS: Final = 32
MOST_CONNECTIONS: Final = 64
"""Sockets at a time, those that have not said yet what they want among them: files are opened beside them."""
_LARGEST_MESSAGE: Final = 1024
"""Bytes that a client may send; it has nothing to say, and what it says is not read."""
_WRITE_BUFFER: Final = 64 * 1024
_STARTING_PATIENCE: Final = 10.0
_OPENING_PATIENCE: Final = 3.0
"""Seconds in which who has connected says what it wants, or makes room."""

# What clients do wrong is theirs, and would flood the log with traces.
_unheard = logging.Logger("handtrack.streaming.unheard")
_unheard.disabled = True


class _Client:
    """The newest result for one client, and whether it has been sent."""

    def __init__(self) -> None:
        self.text: str | None = None
        self.fresh = asyncio.Event()


class WebSocketOutlet:
    """A server in a thread of its own. Raises StreamError where it cannot listen.

    token: what clients must give as ?token=..., "" for none. A client that is slow misses results; one that
    never reads is closed by the protocol's own pings. Browsers are let in from our own page alone.
    """

    def __init__(self, address: StreamAddress, token: str) -> None:
        self._address, self._token = address, token
        self._lock = threading.Lock()
        self._clients: set[_Client] = set()
        self._connections = 0
        self._dropped = 0
        self._failure: OSError | UnicodeError | None = None
        self._loop = asyncio.new_event_loop()
        self._over = asyncio.Event()
        self._listening = threading.Event()
        self.port = address.port
        self._thread = NativeThread(self._run, "handtrack-websocket", self._ask_to_end)
        self._thread.start()
        if not self._listening.wait(_STARTING_PATIENCE) or self._failure is not None:
            self._ask_to_end()
            reason = "nothing answers" if self._failure is None else _reason(self._failure)
            raise StreamError(f"cannot listen at {address} ({reason}); free the port or name another one")
        self.name = str(StreamAddress("ws", address.host, self.port))
        logger.info("the hands are drawn at %s", self.name.replace("ws", "http", 1))

    @property
    def clients(self) -> int:
        """How many are connected and let in."""
        return len(self._clients)

    @property
    def dropped(self) -> int:
        """Results that slow clients missed, all clients together."""
        return self._dropped

    def send(self, result: FrameResult) -> None:
        """Offer the result to every client that was let in before; never waits for one."""
        # Whether there is one is the loop's to say: who was told a moment ago to come in is not counted yet.
        self._call_soon(self._offer, frame_text(result))

    def close(self) -> None:
        """Say goodbye to the clients and free the port."""
        self._ask_to_end()
        self._thread.join()

    def _run(self) -> None:
        # It also ends those that have connected and not said what they want.
        runner = asyncio.Runner(loop_factory=lambda: self._loop)
        try:
            runner.run(self._serve())
        except (OSError, UnicodeError) as error:
            self._failure = error
        finally:
            self._listening.set()
            with self._lock:
                runner.close()

    async def _serve(self) -> None:
        outlet = self

        class Connection(ServerConnection):
            """One of at most so many sockets."""

            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                outlet._connections += 1
                super().connection_made(transport)
                if outlet._connections > MOST_CONNECTIONS:
                    self.transport.abort()

            def connection_lost(self, exc: Exception | None) -> None:
                outlet._connections -= 1
                super().connection_lost(exc)

        async with serve(
            self._attend,
            self._address.host,
            self._address.port,
            create_connection=Connection,
            process_request=self._answer,
            compression=None,
            server_header=None,
            max_size=_LARGEST_MESSAGE,
            open_timeout=_OPENING_PATIENCE,
            write_limit=_WRITE_BUFFER,
            close_timeout=1,
            logger=_unheard,
        ) as server:
            self.port = _port_of(server)
            self._listening.set()
            await self._over.wait()

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse, give the page, or let in (None)."""
        asked = urlsplit(request.path)
        given = parse_qs(asked.query).get("token", [""])[0]
        if self._token and not hmac.compare_digest(given.encode(), self._token.encode()):
            return _response(http.HTTPStatus.UNAUTHORIZED, b"the address needs ?token= and the right token\n")
        if not self._is_known(request.headers):
            return _response(http.HTTPStatus.FORBIDDEN, b"pages from elsewhere may not read the hands\n")
        if asked.path == "/":
            return _response(http.HTTPStatus.OK, page_bytes(), "text/html; charset=utf-8")
        if asked.path != STREAM_PATH:
            return _response(http.HTTPStatus.NOT_FOUND, b"there is / to look at and /stream to read\n")
        if len(self._clients) >= MOST_CLIENTS:
            return _response(http.HTTPStatus.SERVICE_UNAVAILABLE, b"there are too many clients\n")
        return None

    def _is_known(self, headers: Headers) -> bool:
        """Whether who asks is no page of another site; programs that are no browsers name no origin."""
        origins, hosts = headers.get_all("Origin"), headers.get_all("Host")
        if len(origins) > 1 or len(hosts) != 1:
            return False
        names = {"127.0.0.1", "localhost", "[::1]", self._address.host, f"[{self._address.host}]"}
        allowed = {f"{name}:{self.port}" for name in names}
        # A name of another site that was turned to this machine is found out by the host that is asked for;
        # beyond this machine nobody knows how we are called, and the token keeps others out.
        host = hosts[0].lower()
        if self._address.loopback and host not in allowed:
            return False
        return not origins or origins[0].lower() == f"http://{host}"

    async def _attend(self, connection: ServerConnection) -> None:
        if len(self._clients) >= MOST_CLIENTS:
            return
        client = _Client()
        self._clients.add(client)
        reading = asyncio.ensure_future(_unread(connection))
        # One that leaves is missed at once, not with the next result, which may never come.
        reading.add_done_callback(lambda _: client.fresh.set())
        try:
            while not reading.done():
                await client.fresh.wait()
                client.fresh.clear()
                text, client.text = client.text, None
                if text is not None:
                    await connection.send(text)
        except ConnectionClosed:
            pass
        finally:
            reading.cancel()
            self._clients.discard(client)

    def _offer(self, text: str) -> None:
        for client in self._clients:
            if client.text is not None:
                self._dropped += 1
            client.text = text
            client.fresh.set()

    def _ask_to_end(self) -> None:
        self._call_soon(self._over.set)

    def _call_soon(self, call: Callable[..., None], *arguments: object) -> None:
        with self._lock:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(call, *arguments)


async def _unread(connection: ServerConnection) -> None:
    """Read what a client says, so that its pongs and its goodbye are heard, and forget it."""
    try:
        async for _ in connection:
            pass
    except ConnectionClosed:
        pass


def _port_of(server: Server) -> int:
    return int(next(iter(server.sockets)).getsockname()[1])


def _reason(error: OSError | UnicodeError) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "another program listens there"
    return printable(getattr(error, "strerror", None) or error)


def _response(status: http.HTTPStatus, body: bytes, kind: str = "text/plain; charset=utf-8") -> Response:
    headers = Headers()
    headers["Content-Type"] = kind
    headers["Content-Length"] = str(len(body))
    headers["Connection"] = "close"
    headers["Cache-Control"] = "no-store"
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self' ws:;"
        " img-src data:; frame-ancestors 'none'"
    )
    return Response(status, status.phrase, headers, body)
