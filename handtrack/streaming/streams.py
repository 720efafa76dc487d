"""All streams and processors of one run: opened together, fed by one pipeline after the other, and closed."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from handtrack.config import StreamingSettings
from handtrack.errors import StreamError
from handtrack.extras import installing
from handtrack.pipeline import Pipeline
from handtrack.streaming.addresses import StreamAddress, checked_addresses
from handtrack.streaming.outlet import Outlet, OutletFeed, OutletReport
from handtrack.streaming.processors import ProcessorOutlet

logger = logging.getLogger(__name__)


class Streams:
    """The outlets of the settings, each with its thread. Use `open`, and then `close`."""

    def __init__(self, feeds: tuple[OutletFeed, ...]) -> None:
        self._feeds = feeds
        for feed in feeds:
            feed.start()

    @classmethod
    def open(cls, settings: StreamingSettings) -> Self:
        """Open everything, or nothing. Raises ConfigError and StreamError with one sentence."""
        addresses = checked_addresses(settings)
        made: list[Outlet] = []
        try:
            for address in addresses:
                made.append(_outlet(address, settings))
            for wanted in settings.processors:
                made.append(ProcessorOutlet(wanted))
        except BaseException:
            for outlet in made:
                outlet.close()
            raise
        return cls(tuple(OutletFeed(outlet, settings.queue_frames) for outlet in made))

    def attach(self, pipeline: Pipeline) -> None:
        """Let the results of a pipeline go out; tracking never waits for it."""
        for feed in self._feeds:
            pipeline.deliver_to(feed.mailbox)

    def reports(self) -> tuple[OutletReport, ...]:
        """How each does now, in the order of the settings: streams, then processors."""
        return tuple(feed.report() for feed in self._feeds)

    def close(self, timeout: float = 2.0) -> bool:
        """Send what waits, then close all; False if something was still busy after so many seconds."""
        for feed in self._feeds:
            feed.finish()
        deadline = time.monotonic() + timeout
        busy = [feed for feed in self._feeds if not feed.join(max(0.0, deadline - time.monotonic()))]
        for feed in busy:
            logger.warning("%s is still busy; it is left behind", feed.report().name)
        return not busy


@contextmanager
def opened_streams(settings: StreamingSettings) -> Iterator[Streams]:
    """The streams for a block."""
    streams = Streams.open(settings)
    try:
        yield streams
    finally:
        streams.close()


def _outlet(address: StreamAddress, settings: StreamingSettings) -> Outlet:
    """The outlet of an address; what only it needs is imported here."""
    from handtrack.streaming.udp import UdpOutlet, json_datagrams

    try:
        if address.kind == "osc":
            from handtrack.streaming.osc import osc_datagrams

            return UdpOutlet(address, osc_datagrams)
        if address.kind == "vmc":
            from handtrack.streaming.vmc import vmc_datagrams

            return UdpOutlet(address, vmc_datagrams)
        if address.kind == "ws":
            from handtrack.streaming.websocket import WebSocketOutlet

            return WebSocketOutlet(address, settings.secret)
    except ImportError as error:
        raise StreamError(
            f"the stream {address} needs the package {error.name}; run: {installing('streams')}"
        ) from None
    return UdpOutlet(address, json_datagrams)
