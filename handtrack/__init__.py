"""Real-time 3D hand tracking with uncertainty: a recursive network that stops when it is sure.

    from handtrack import HandTracker

Names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handtrack.config import Settings, load_settings
    from handtrack.errors import ConfigError, HandtrackError, ModelError, SessionError, SourceError
    from handtrack.hand import Crop, Frame, FrameResult, Hand, IterationEstimate
    from handtrack.sessions.reader import open_session
    from handtrack.tracking.tracker import HandTracker
    from handtrack.version import __version__

_HOMES = {
    "HandTracker": "handtrack.tracking.tracker",
    "open_session": "handtrack.sessions.reader",
    "Crop": "handtrack.hand",
    "Frame": "handtrack.hand",
    "FrameResult": "handtrack.hand",
    "Hand": "handtrack.hand",
    "IterationEstimate": "handtrack.hand",
    "Settings": "handtrack.config",
    "load_settings": "handtrack.config",
    "HandtrackError": "handtrack.errors",
    "SourceError": "handtrack.errors",
    "ModelError": "handtrack.errors",
    "SessionError": "handtrack.errors",
    "ConfigError": "handtrack.errors",
    "__version__": "handtrack.version",
}

__all__ = [
    "ConfigError",
    "Crop",
    "Frame",
    "FrameResult",
    "Hand",
    "HandTracker",
    "HandtrackError",
    "IterationEstimate",
    "ModelError",
    "SessionError",
    "Settings",
    "SourceError",
    "__version__",
    "load_settings",
    "open_session",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'handtrack' has no attribute {name!r}")
    return getattr(import_module(home), name)
