"""Where frames come from: cameras, video files, image folders."""

from handtrack.sources.base import Source, SourceInfo
from handtrack.sources.camera_list import CameraDescription, list_cameras
from handtrack.sources.factory import open_source

__all__ = ["CameraDescription", "Source", "SourceInfo", "list_cameras", "open_source"]
