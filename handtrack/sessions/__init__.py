"""Recording, reading and summing up sessions: folders with a manifest, a table of hands and a video.

The names are loaded when first used, because Arrow and FFmpeg take a while to import.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handtrack.sessions.checking import SessionCheck, check_session
    from handtrack.sessions.folder import new_session_folder, sessions_home
    from handtrack.sessions.live_recorder import LiveRecorder
    from handtrack.sessions.manifest import Manifest
    from handtrack.sessions.reader import RecordedFrame, Session, read_session
    from handtrack.sessions.recorder import SessionRecorder
    from handtrack.sessions.repair import SessionRepair, repair_session
    from handtrack.sessions.resmoothing import smoothed
    from handtrack.sessions.summary import SessionSummary, render_summary, summarise

_HOMES = {
    "LiveRecorder": "live_recorder",
    "Manifest": "manifest",
    "RecordedFrame": "reader",
    "Session": "reader",
    "SessionCheck": "checking",
    "SessionRecorder": "recorder",
    "SessionRepair": "repair",
    "SessionSummary": "summary",
    "check_session": "checking",
    "new_session_folder": "folder",
    "read_session": "reader",
    "render_summary": "summary",
    "repair_session": "repair",
    "sessions_home": "folder",
    "smoothed": "resmoothing",
    "summarise": "summary",
}

__all__ = [
    "LiveRecorder",
    "Manifest",
    "RecordedFrame",
    "Session",
    "SessionCheck",
    "SessionRecorder",
    "SessionRepair",
    "SessionSummary",
    "check_session",
    "new_session_folder",
    "read_session",
    "render_summary",
    "repair_session",
    "sessions_home",
    "smoothed",
    "summarise",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
