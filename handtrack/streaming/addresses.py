"""Where streams go: addresses such as osc://127.0.0.1:9000, and which of them may leave this machine."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from handtrack.config import StreamingSettings
from handtrack.errors import ConfigError
from handtrack.plain_text import printable

KINDS: Final = ("udp", "osc", "vmc", "ws")
LEAST_TOKEN: Final = 16
"""Letters of a token that cannot be guessed over a network."""


@dataclass(frozen=True, slots=True)
class StreamAddress:
    """What is spoken (one of KINDS), and the machine and port: a receiver's, or for "ws" our own."""

    kind: str
    host: str
    port: int

    def __str__(self) -> str:
        """As it was given."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Whether nothing but this machine is reached."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def parse_address(text: str) -> StreamAddress:
    """The address that a person wrote. Raises ConfigError with what is wrong and what is right."""
    shown = printable(text[:80])
    example = "write it like osc://127.0.0.1:9000"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigError(f"the stream {shown!r} is no address ({error}); {example}") from None
    if parts.scheme not in KINDS:
        raise ConfigError(f"the stream {shown!r} must begin with {', '.join(KINDS)}; {example}")
    if not host or port is None or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ConfigError(f"the stream {shown!r} needs a machine and a port and nothing else; {example}")
    if port == 0 and parts.scheme != "ws":
        raise ConfigError(f"the stream {shown!r} cannot go to port 0; {example}")
    return StreamAddress(parts.scheme, host, port)


def checked_addresses(settings: StreamingSettings) -> tuple[StreamAddress, ...]:
    """All addresses of the settings. Raises ConfigError for one that is wrong, twice there or not allowed."""
    found: list[StreamAddress] = []
    for text in settings.to:
        address = parse_address(text)
        if address in found and address.port:
            raise ConfigError(f"the stream {address} is named twice; name it once")
        if not address.loopback:
            _check_beyond(address, settings)
        found.append(address)
    return tuple(found)


def _check_beyond(address: StreamAddress, settings: StreamingSettings) -> None:
    if not settings.beyond_this_machine:
        raise ConfigError(
            f"the stream {address} reaches beyond this machine; if that is meant, say --stream-beyond"
            " (streaming.beyond_this_machine: true)"
        )
    if address.kind == "ws" and len(settings.secret) < LEAST_TOKEN:
        raise ConfigError(
            f"the stream {address} can be reached from other machines and needs a token: set"
            f" streaming.token to {LEAST_TOKEN} letters or more"
        )
