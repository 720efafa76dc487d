"""Results sent out while they are tracked: streams for other programs, and processors of a user's own."""

from handtrack.streaming.outlet import OutletReport
from handtrack.streaming.streams import Streams, opened_streams

__all__ = ["OutletReport", "Streams", "opened_streams"]
