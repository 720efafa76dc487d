"""The formats that a session can be exported to, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Format:
    """what: in a few words. package, extra: what must be installed, and the extra that brings it.

    follows_hands: whether it is of hands in motion, which pictures that stand alone do not show.
    """

    what: str
    package: str | None = None
    extra: str = ""
    follows_hands: bool = False


FORMATS: Final[dict[str, Format]] = {
    "csv": Format("a row a joint"),
    "parquet": Format("a row a joint"),
    "npz": Format("numpy arrays"),
    "jsonl": Format("a line of JSON a frame"),
    "mp4": Format("the pictures with the hands drawn on them"),
    "glb": Format("glTF: hands in motion, of sticks or a mesh", "pygltflib", "gltf", follows_hands=True),
    "bvh": Format("the skeleton of one hand in motion", follows_hands=True),
    "c3d": Format("points in motion", "ezc3d", "c3d", follows_hands=True),
    "rrd": Format("a recording of Rerun", "rerun", "rerun", follows_hands=True),
}
"""Each is written by the file of this room that has its name, by a function `write(job, path)`."""
