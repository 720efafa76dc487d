"""The named errors of the library; each message says what was wrong, where, and what to do."""

from __future__ import annotations


class HandtrackError(Exception):
    """Base of every error that the command line and the window show as one clear sentence."""


class MissingPackageError(HandtrackError):
    """A package that only an extra of the installation brings is not installed."""


class SourceError(HandtrackError):
    """A camera, video file or image folder cannot be opened or read."""


class ModelError(HandtrackError):
    """Weights or a detector bundle are missing, damaged or made for another architecture."""


class SessionError(HandtrackError):
    """A recorded session cannot be written or read."""


class ExportError(HandtrackError):
    """A session cannot be written in another format."""


class ViewError(HandtrackError):
    """Hands cannot be shown in space, or nothing can be made of them there."""


class ConfigError(HandtrackError):
    """A setting is unknown, of the wrong type or out of range."""


class StreamError(HandtrackError):
    """A stream cannot be opened, or a processor cannot be loaded."""


class ClusterError(HandtrackError):
    """A cluster's scheduler or workers cannot be reached, or cannot do the work."""
