"""Where frames come from: cameras, video files, image folders.

`open_source` is loaded when first used, because all kinds of sources take a while to import.
"""

from typing import TYPE_CHECKING, Any

from handtrack.sources.base import Source, SourceInfo
from handtrack.sources.camera_list import CameraDescription, list_cameras

if TYPE_CHECKING:
    from handtrack.sources.factory import open_source

__all__ = ["CameraDescription", "Source", "SourceInfo", "list_cameras", "open_source"]


def __getattr__(name: str) -> Any:
    if name != "open_source":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from handtrack.sources import factory

    return factory.open_source
