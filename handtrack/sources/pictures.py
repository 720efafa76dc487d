"""Reading one picture file of any common format, told by its content and not by its name."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handtrack.errors import SourceError
from handtrack.extras import installing
from handtrack.opencv import decoders_to_the_log
from handtrack.sources.base import PIXEL_LIMIT
from handtrack.sources.picture_depth import eight_bits

FORMATS = "JPEG, PNG, TIFF, WebP, AVIF, HEIC, JPEG 2000, GIF, BMP"
"""What can be read, for people."""
BYTES_LIMIT = 1 << 30
"""Bytes of a picture file that are read at most."""
_HEAD = 256
"""Bytes that tell what a file is."""

_JPEG_2000_STREAM = b"\xff\x4f\xff\x51"
_MAGIC = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG 2000",
    _JPEG_2000_STREAM: "JPEG 2000",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
    **{b"P%d%b" % (number, space): "PNM" for number in range(1, 7) for space in (b"\n", b" ", b"\r", b"\t")},
}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_DEEP = {"PNG", "TIFF", "JPEG 2000", "PNM"}
"""Formats of more than 8 bits that are read as they are stored; the others are reduced by their decoders."""

NO_PICTURE = "not a picture"
DAMAGED = "damaged or cut off"
HUGE = f"more than {PIXEL_LIMIT // 10**6} million pixels"
NEEDS_HEIF = f"HEIC needs pillow-heif: {installing('heif')}, or save as JPEG"


class PictureError(SourceError):
    """A picture file cannot be read. reason: why, in a few words that are the same for files of one kind."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be read ({reason}): give another picture")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture (H, W, 3) uint8 BGR, upright. moves: it is the first of several in its file."""

    image: np.ndarray
    moves: bool


def picture_format(path: Path) -> str | None:
    """Name of the picture format of a file by its first bytes; None if it is no picture. Raises OSError."""
    with path.open("rb") as file:
        return _format_of(file.read(_HEAD))


def plays_as_video(path: Path) -> bool:
    """Whether a picture file is an animation that video players play: GIF and PNG. Raises OSError."""
    with path.open("rb") as file:
        data = file.read(1 << 24)
    kind = _format_of(data)
    return kind in ("GIF", "PNG") and _moves(data, kind)


def read_picture(path: Path) -> Picture:
    """The picture in a file, turned as its EXIF data says. Raises PictureError."""
    try:
        size = path.stat().st_size
        if size > BYTES_LIMIT:
            raise PictureError(path, f"more than {BYTES_LIMIT >> 30} GiB")
        # Through memory, because OpenCV cannot open every name on Windows.
        data = path.read_bytes()
    except OSError as error:
        raise PictureError(path, str(error.strerror)) from None
    kind = _format_of(data)
    if kind is None:
        raise PictureError(path, NO_PICTURE if data else "empty")
    if kind == "JPEG XL":
        raise PictureError(path, "JPEG XL is not known here: save as JPEG")
    try:
        with decoders_to_the_log():
            image = _heic(path, data) if kind == "HEIC" else _decoded(path, data, kind)
    except (MemoryError, struct.error, ValueError):
        image = None
    if image is None:
        raise PictureError(path, DAMAGED)
    return Picture(image, _moves(data, kind))


def _format_of(data: bytes) -> str | None:
    for magic, kind in _MAGIC.items():
        if data.startswith(magic):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WebP"
    if data[4:8] == b"ftyp":
        names = data[8 : min(int.from_bytes(data[:4], "big"), _HEAD)]
        brands = {names[at : at + 4] for at in range(0, len(names), 4)}
        if brands & {b"avif", b"avis"}:
            return "AVIF"
        # A video may be called compatible with anything; a picture is one by its first brand.
        return "HEIC" if names[:4] in _HEIC_BRANDS else None
    return None


def _moves(data: bytes, kind: str) -> bool:
    if kind == "GIF":
        return data.count(b"\x21\xf9\x04") > 1
    if kind == "PNG":
        return b"acTL" in data[: max(data.find(b"IDAT"), 0)]
    if kind == "WebP":
        return data[12:16] == b"VP8X" and bool(data[20] & 2)
    return kind == "AVIF" and data[8:12] == b"avis"


def _decoded(path: Path, data: bytes, kind: str) -> np.ndarray | None:
    import cv2

    _check_size(path, *_size(data, kind))
    encoded = np.frombuffer(data, np.uint8)
    flags = cv2.IMREAD_COLOR | (cv2.IMREAD_ANYDEPTH if kind in _DEEP else 0)
    try:
        image = cv2.imdecode(encoded, flags)
        if image is None and kind == "TIFF":
            # Grey pictures of 32 bits come only as they are.
            image = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    if image is None:
        return None
    if image.ndim == 2:
        image = cv2.cvtColor(eight_bits(image), cv2.COLOR_GRAY2BGR)
    if image.shape[2] != 3:
        return None
    image = eight_bits(image, _stated_bits(data) if kind == "PNG" else None)
    return _turned_as_avif_says(image, data) if kind == "AVIF" else image


def _heic(path: Path, data: bytes) -> np.ndarray:
    try:
        import pillow_heif
    except ImportError:
        raise PictureError(path, NEEDS_HEIF) from None
    try:
        picture = pillow_heif.open_heif(data, convert_hdr_to_8bit=True, bgr_mode=True)
        _check_size(path, *picture.size)
        image = np.asarray(picture)
    except (OSError, RuntimeError, SyntaxError, EOFError):
        raise PictureError(path, DAMAGED) from None
    if image.ndim == 2:
        image = image[..., None]
    return np.ascontiguousarray(image[..., :3] if image.shape[2] >= 3 else image[..., :1].repeat(3, axis=2))


def _check_size(path: Path, width: int, height: int) -> None:
    if width <= 0 or height <= 0:
        raise PictureError(path, DAMAGED)
    if width * height > PIXEL_LIMIT:
        raise PictureError(path, HUGE)


def _size(data: bytes, kind: str) -> tuple[int, int]:
    """Width and height as the file's head says, (-1, -1) if it does not. Raises struct.error, ValueError."""
    if kind == "AVIF":
        sizes = [struct.unpack_from(">II", data, at + 8) for at in _boxes(data, b"ispe")]
        return max(sizes, key=lambda size: size[0] * size[1], default=(-1, -1))
    if kind == "JPEG 2000":
        right, bottom, left, top = struct.unpack_from(">4I", data, data.index(_JPEG_2000_STREAM) + 8)
        return right - left, bottom - top
    import imagesize

    return imagesize.get(io.BytesIO(data))


def _boxes(data: bytes, name: bytes) -> list[int]:
    """Where the boxes of a name begin in the description of an AVIF picture."""
    head = data[: data.find(b"mdat")]
    found, at = [], head.find(name)
    while at >= 0:
        found.append(at)
        at = head.find(name, at + 4)
    return found


def _turned_as_avif_says(image: np.ndarray, data: bytes) -> np.ndarray:
    """OpenCV leaves a picture as it is stored, whose boxes ask to turn it and then to mirror it."""
    for at in _boxes(data, b"irot")[:1]:
        image = np.rot90(image, data[at + 4] & 3)
    for at in _boxes(data, b"imir")[:1]:
        image = image[:, ::-1] if data[at + 4] & 1 else image[::-1]
    return np.ascontiguousarray(image)


def _stated_bits(data: bytes) -> int | None:
    """How many bits of a PNG's values its maker calls significant."""
    at = data.find(b"sBIT", 0, max(data.find(b"IDAT"), 0))
    if at < 4:
        return None
    channels = data[at + 4 : at + 4 + min(int.from_bytes(data[at - 4 : at], "big"), 3)]
    return max(channels, default=None)
