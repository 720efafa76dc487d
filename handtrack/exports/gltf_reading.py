"""Reads glTF files of others (.gltf, .glb): nothing in them is trusted, nothing outside their folder read."""

from __future__ import annotations

import base64
import contextlib
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import numpy as np

from handtrack.errors import ExportError
from handtrack.exports.gltf_file import COMPONENTS
from handtrack.reading import read_limited

MOST_BYTES: Final = 64_000_000
"""Of the file, and of each file that it names."""
_GLB_MAGIC: Final = b"glTF"
_JSON_CHUNK: Final = 0x4E4F534A
_BINARY_CHUNK: Final = 0x004E4942
_SHAPES: Final = {"SCALAR": (), "VEC2": (2,), "VEC3": (3,), "VEC4": (4,), "MAT4": (4, 4)}
_TYPES: Final[dict[int, np.dtype[Any]]] = {number: dtype for dtype, number in COMPONENTS.items()}


class GltfSource:
    """What a glTF file says, and the numbers that it names."""

    def __init__(self, path: Path) -> None:
        """Raises ExportError, with a sentence, where it cannot be read or needs what is not known here."""
        self.path = path
        self._binary = b""
        self._buffers: dict[int, bytes] = {}
        with self.faults():
            said = self._said(read_limited(path, MOST_BYTES))
            if not isinstance(said, dict) or said["asset"]["version"].split(".")[0] != "2":
                raise ValueError("it is not of version 2")
            needed = said.get("extensionsRequired")
            if needed:
                raise ValueError(f"it needs {', '.join(map(str, needed))}; save it without compression")
        self.said: dict[str, Any] = said

    @contextlib.contextmanager
    def faults(self) -> Iterator[None]:
        """A block in which whatever is wrong with the file becomes an ExportError that names it."""
        try:
            yield
        except OSError as error:
            raise self._unfit(error.strerror or str(error)) from error
        except KeyError as error:
            raise self._unfit(f"{error.args[0]!r} is missing in it, or unknown") from error
        except RecursionError as error:
            raise self._unfit("it is nested too deeply") from error
        except (ValueError, TypeError, AttributeError, IndexError, struct.error) as error:
            raise self._unfit(" ".join(str(error).split())[:160]) from error

    def _unfit(self, why: str) -> ExportError:
        return ExportError(f"the hand mesh {self.path} cannot be used: {why}")

    def part(self, kind: str, number: Any) -> dict[str, Any]:
        """One of the file's meshes, nodes and so on."""
        parts = self.said.get(kind, [])
        if type(number) is not int or not 0 <= number < len(parts):
            raise ValueError(f"it has no {kind} {number}")
        found = parts[number]
        if not isinstance(found, dict):
            raise ValueError(f"{kind} {number} is none")
        return found

    def values(self, number: Any) -> tuple[np.ndarray, bool]:
        """An accessor's numbers (N, ...), and whether whole ones stand for 0 to 1."""
        accessor = self.part("accessors", number)
        if "sparse" in accessor or "bufferView" not in accessor:
            raise ValueError(f"accessor {number} is sparse")
        dtype, shape, count = _TYPES[accessor["componentType"]], _SHAPES[accessor["type"]], accessor["count"]
        view = self.part("bufferViews", accessor["bufferView"])
        data = self._view(view)
        width = dtype.itemsize * int(np.prod(shape, dtype=int))
        stride, begin = view.get("byteStride") or width, accessor.get("byteOffset", 0)
        # Every number is within the data, so what is made is not larger than the file.
        if count < 1 or begin < 0 or stride < width or begin + stride * (count - 1) + width > len(data):
            raise ValueError(f"accessor {number} reaches beyond its data")
        rows = np.lib.stride_tricks.as_strided(
            np.frombuffer(data, np.uint8)[begin:], (count, width), (stride, 1), writeable=False
        )
        found = np.ascontiguousarray(rows).view(dtype).reshape(count, *shape)
        if dtype == np.float32 and not np.isfinite(found).all():
            raise ValueError(f"accessor {number} has values that are no numbers")
        # Matrices are kept by columns.
        return found.transpose(0, 2, 1) if shape == (4, 4) else found, bool(accessor.get("normalized"))

    def image(self, number: Any) -> tuple[bytes, str]:
        """A picture's bytes, and its type of media."""
        image = self.part("images", number)
        data = self._view(self.part("bufferViews", image["bufferView"])) if "bufferView" in image else None
        data = self._named(image["uri"]) if data is None else data
        kind = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}
        media = next((media for begin, media in kind.items() if data.startswith(begin)), None)
        if media is None:
            raise ValueError(f"picture {number} is neither PNG nor JPEG")
        return data, media

    def _said(self, data: bytes) -> Any:
        if not data.startswith(_GLB_MAGIC):
            return json.loads(data)
        chunks = dict(_chunks(data))
        self._binary = chunks.get(_BINARY_CHUNK, b"")
        return json.loads(chunks[_JSON_CHUNK])

    def _view(self, view: dict[str, Any]) -> bytes:
        number, begin, length = view["buffer"], view.get("byteOffset", 0), view["byteLength"]
        if number not in self._buffers:
            buffer = self.part("buffers", number)
            self._buffers[number] = self._named(buffer["uri"]) if "uri" in buffer else self._binary
        data = self._buffers[number]
        if begin < 0 or length < 0 or begin + length > len(data):
            raise ValueError("a part of it reaches beyond its data")
        return data[begin : begin + length]

    def _named(self, uri: str) -> bytes:
        """What is in a data URI, or in a file of the same folder or below it."""
        if uri.startswith("data:"):
            return base64.b64decode(uri.partition(",")[2])
        folder = self.path.resolve().parent
        path = (folder / unquote(uri)).resolve()
        if "://" in uri or not path.is_relative_to(folder):
            raise ValueError(f"it names {uri!r}, which is not below its folder")
        return read_limited(path, MOST_BYTES)


def _chunks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Type and content of the chunks of a GLB."""
    place = 12
    while place + 8 <= len(data):
        length, kind = struct.unpack_from("<II", data, place)
        yield kind, data[place + 8 : place + 8 + length]
        place += 8 + length
