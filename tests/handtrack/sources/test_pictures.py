"""Pictures of every format that people have: told by content, upright, in their own colours."""

from __future__ import annotations

import builtins
import logging
import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from handtrack.errors import SourceError
from handtrack.sources.pictures import PictureError, picture_format, plays_as_video, read_picture

pillow_heif.register_heif_opener()

BLUE, YELLOW, RED = (255, 0, 0), (0, 255, 255), (0, 0, 255)


def scene() -> np.ndarray:
    """(48, 64, 3) BGR: blue at the top left, yellow at the top right, red at the bottom left, else black."""
    image = np.zeros((48, 64, 3), np.uint8)
    image[:24, :32], image[:24, 32:], image[24:, :32] = BLUE, YELLOW, RED
    return image


def pillow_scene() -> Image.Image:
    return Image.fromarray(scene()[..., ::-1].copy())


def quarters(image: np.ndarray) -> list[list[int]]:
    """Colour in the middle of each quarter: top left, top right, bottom left, bottom right."""
    height, width = image.shape[:2]
    return [
        image[y, x].astype(int).tolist()
        for y in (height // 4, 3 * height // 4)
        for x in (width // 4, 3 * width // 4)
    ]


def refusal(path: Path) -> str:
    with pytest.raises(PictureError) as caught:
        read_picture(path)
    assert isinstance(caught.value, SourceError)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
    return caught.value.reason


COLOURED = {
    "a.jpg": ("JPEG", lambda path: pillow_scene().save(path, quality=95)),
    "cmyk.jpg": ("JPEG", lambda path: pillow_scene().convert("CMYK").save(path, quality=95)),
    "a.png": ("PNG", lambda path: pillow_scene().save(path)),
    "palette.png": ("PNG", lambda path: pillow_scene().quantize(8).save(path)),
    "transparent.png": ("PNG", lambda path: pillow_scene().convert("RGBA").save(path)),
    "deep.png": ("PNG", lambda path: cv2.imwrite(str(path), scene().astype(np.uint16) * 257)),
    "a.gif": ("GIF", lambda path: pillow_scene().save(path)),
    "a.bmp": ("BMP", lambda path: pillow_scene().save(path)),
    "a.webp": ("WebP", lambda path: pillow_scene().save(path, quality=95)),
    "lossless.webp": ("WebP", lambda path: pillow_scene().save(path, lossless=True)),
    "a.avif": ("AVIF", lambda path: pillow_scene().save(path, quality=95)),
    "a.heic": ("HEIC", lambda path: pillow_scene().save(path, quality=95)),
    "a.jp2": ("JPEG 2000", lambda path: pillow_scene().save(path)),
    "a.j2k": ("JPEG 2000", lambda path: pillow_scene().save(path)),
    "a.tif": ("TIFF", lambda path: pillow_scene().save(path)),
    "lzw.tif": ("TIFF", lambda path: pillow_scene().save(path, compression="tiff_lzw")),
    "cmyk.tif": ("TIFF", lambda path: pillow_scene().convert("CMYK").save(path)),
    "deep.tif": ("TIFF", lambda path: cv2.imwrite(str(path), scene().astype(np.uint16) * 257)),
    "float.tif": ("TIFF", lambda path: cv2.imwrite(str(path), scene().astype(np.float32) / 255)),
    "double.tif": ("TIFF", lambda path: cv2.imwrite(str(path), scene().astype(np.float64))),
    "a.ppm": ("PNM", lambda path: pillow_scene().save(path)),
    "no suffix": ("PNG", lambda path: pillow_scene().save(path, format="PNG")),
    "really a png.jpg": ("PNG", lambda path: pillow_scene().save(path, format="PNG")),
    "heic of a phone.JPG": ("HEIC", lambda path: pillow_scene().save(path, format="HEIF", quality=95)),
}


@pytest.mark.parametrize("name", COLOURED)
def test_a_picture_has_its_colours_whatever_its_format_and_name(tmp_path, name):
    kind, write = COLOURED[name]
    path = tmp_path / name
    write(path)
    picture = read_picture(path)
    assert picture_format(path) == kind
    assert (picture.image.shape, picture.image.dtype, picture.moves) == ((48, 64, 3), np.uint8, False)
    assert picture.image.flags.c_contiguous
    np.testing.assert_allclose(quarters(picture.image), [BLUE, YELLOW, RED, (0, 0, 0)], atol=6)


GREY = {
    "grey.jpg": lambda path, grey: Image.fromarray(grey).save(path, quality=95),
    "grey.png": lambda path, grey: Image.fromarray(grey).save(path),
    "grey and alpha.png": lambda path, grey: Image.fromarray(grey).convert("LA").save(path),
    "deep.png": lambda path, grey: cv2.imwrite(str(path), grey.astype(np.uint16) * 257),
    "grey.heic": lambda path, grey: Image.fromarray(grey).save(path, quality=95),
    "float.tif": lambda path, grey: Image.fromarray(grey.astype(np.float32) / 255).save(path),
    "float to 65535.tif": lambda path, grey: Image.fromarray(grey.astype(np.float32) * 257).save(path),
    "whole.tif": lambda path, grey: Image.fromarray(grey.astype(np.int32)).save(path),
    "deep.jp2": lambda path, grey: cv2.imwrite(
        str(path), grey.astype(np.uint16) * 257, [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000]
    ),
}


@pytest.mark.parametrize("name", GREY)
def test_a_grey_picture_has_its_brightness(tmp_path, name):
    grey = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 40, axis=1)
    path = tmp_path / name
    GREY[name](path, grey)
    image = read_picture(path).image
    assert image.shape == (256, 40, 3)
    np.testing.assert_allclose(image, grey[..., None].repeat(3, axis=2), atol=3)


def test_a_picture_of_black_and_white_only(tmp_path):
    path = tmp_path / "one bit.png"
    Image.fromarray(scene()[..., 0] > 0).save(path)
    assert quarters(read_picture(path).image) == [[255] * 3, [0] * 3, [0] * 3, [0] * 3]


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_shown_upright(tmp_path, suffix, orientation):
    stored = {
        1: lambda image: image,
        2: lambda image: image[:, ::-1],
        3: lambda image: np.rot90(image, 2),
        4: lambda image: image[::-1],
        5: lambda image: image.swapaxes(0, 1),
        6: lambda image: np.rot90(image, 1),
        7: lambda image: np.rot90(image, 2).swapaxes(0, 1),
        8: lambda image: np.rot90(image, 3),
    }[orientation](scene())
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{suffix}"
    Image.fromarray(np.ascontiguousarray(stored[..., ::-1])).save(path, exif=exif, quality=95)
    image = read_picture(path).image
    assert image.shape == (48, 64, 3)
    np.testing.assert_allclose(quarters(image), [BLUE, YELLOW, RED, (0, 0, 0)], atol=6)


def gradient(bits: int) -> np.ndarray:
    """(64, 256, 3) uint16: noise-free values over all of so many bits, the lowest bit used."""
    return np.tile(np.linspace(0, 2**bits - 1, 256).round().astype(np.uint16)[None, :, None], (64, 1, 3))


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("bits", [10, 12, 16])
def test_values_of_10_and_12_bits_in_16_are_as_bright_as_they_were(tmp_path, bits, suffix):
    path = tmp_path / f"{bits}.{suffix}"
    cv2.imwrite(str(path), gradient(bits))
    image = read_picture(path).image
    np.testing.assert_allclose(image[0, :, 0], np.arange(256), atol=1)


def test_twelve_bits_packed_in_a_tiff(tmp_path):
    values = gradient(12)[:, :, 0]
    packed = bytearray()
    for first, second in values.reshape(-1, 2).tolist():
        packed += bytes([first >> 4, ((first & 15) << 4) | (second >> 8), second & 255])
    height, width = values.shape
    tags = [(256, 3, width), (257, 3, height), (258, 3, 12), (259, 3, 1), (262, 3, 1), (273, 4, 0)]
    tags += [(277, 3, 1), (278, 3, height), (279, 4, len(packed))]
    offset = 8 + 2 + 12 * len(tags) + 4
    data = b"II*\0" + struct.pack("<IH", 8, len(tags))
    for tag, kind, value in tags:
        data += struct.pack("<HHII", tag, kind, 1, offset if tag == 273 else value)
    path = tmp_path / "packed.tif"
    path.write_bytes(data + struct.pack("<I", 0) + packed)
    np.testing.assert_allclose(read_picture(path).image[0, :, 0], np.arange(256), atol=1)


@pytest.mark.parametrize("brightest", [3, 15])
def test_a_picture_of_8_bits_that_is_truly_dark_stays_dark_in_16(tmp_path, brightest):
    dark = np.tile(np.arange(brightest + 1, dtype=np.uint16)[None, :, None], (20, 4, 3))
    path = tmp_path / "night.png"
    cv2.imwrite(str(path), dark * 257)
    np.testing.assert_array_equal(read_picture(path).image, dark)


def test_a_picture_without_light_is_black(tmp_path):
    path = tmp_path / "black.png"
    cv2.imwrite(str(path), np.zeros((20, 20, 3), np.uint16))
    assert not read_picture(path).image.any()


def with_significant_bits(path: Path, bits: int) -> Path:
    data = path.read_bytes()
    chunk = b"sBIT" + bytes([bits] * 3)
    chunk = struct.pack(">I", 3) + chunk + struct.pack(">I", zlib.crc32(chunk))
    path.write_bytes(data[:33] + chunk + data[33:])
    return path


@pytest.mark.parametrize(("stored", "stated", "brightest"), [(14, 14, 255), (12, 16, 15), (16, 12, 255)])
def test_what_the_file_says_of_its_bits_goes_before_guessing(tmp_path, stored, stated, brightest):
    path = tmp_path / "stated.png"
    cv2.imwrite(str(path), gradient(stored))
    assert read_picture(with_significant_bits(path, stated)).image.max() == brightest


MOVING = {
    "a.gif": {"duration": 100, "loop": 0},
    "once.gif": {"duration": 100},
    "a.webp": {"duration": 100},
    "a.png": {"duration": 100},
    "a.avif": {"duration": 100},
}


@pytest.mark.parametrize("name", MOVING)
def test_what_moves_gives_its_first_picture_and_says_so(tmp_path, name):
    path = tmp_path / name
    others = [pillow_scene().rotate(90), pillow_scene().rotate(180)]
    options: dict[str, Any] = MOVING[name]
    pillow_scene().save(path, save_all=True, append_images=others, **options)
    picture = read_picture(path)
    assert picture.moves
    assert plays_as_video(path) == (path.suffix in (".gif", ".png"))
    np.testing.assert_allclose(quarters(picture.image), [BLUE, YELLOW, RED, (0, 0, 0)], atol=6)


def test_a_heic_picture_without_its_reader_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "IMG_0001.jpg"
    pillow_scene().save(path, format="HEIF")
    load = builtins.__import__

    def without_heif(name: str, *arguments, **options):
        if name == "pillow_heif":
            raise ImportError(name)
        return load(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without_heif)
    reason = refusal(path)
    assert "HEIC" in reason
    assert "pip install 'handtrack-sigma[heif]'" in reason
    assert "JPEG" in reason


def claiming(width: int, height: int) -> dict[str, bytes]:
    """Small files that claim to be of that size."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(5_000_000)))
    jpeg = cv2.imencode(".jpg", scene())[1].tobytes()
    frame = jpeg.index(b"\xff\xc0")
    size = struct.pack(">HH", min(height, 65500), min(width, 65500))
    bmp = cv2.imencode(".bmp", scene())[1].tobytes()
    stream = cv2.imencode(".jp2", scene())[1].tobytes()
    sizes = stream.index(b"\xff\x4f\xff\x51") + 8
    return {
        "png": png + chunk(b"IEND", b""),
        "jpg": jpeg[: frame + 5] + size + jpeg[frame + 9 :],
        "bmp": bmp[:18] + struct.pack("<ii", width, height) + bmp[26:],
        "jp2": stream[:sizes] + struct.pack(">II", width, height) + stream[sizes + 8 :],
        "ppm": b"P6\n%d %d\n255\n" % (width, height) + bytes(1000),
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no `resource` to ask for the peak of memory")
@pytest.mark.parametrize("side", [60_000, 20_000])
def test_a_picture_that_claims_to_be_huge_is_refused_before_it_is_decoded(tmp_path, side):
    files = claiming(side, side)
    for suffix, data in files.items():
        (tmp_path / f"bomb.{suffix}").write_bytes(data)
    program = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from handtrack.opencv import prepare_opencv\n"
        "from handtrack.sources.pictures import PictureError, read_picture\n"
        "prepare_opencv()\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for path in Path(sys.argv[1]).iterdir():\n"
        "    try:\n"
        "        read_picture(path)\n"
        "    except PictureError as error:\n"
        "        print(error.reason)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *reasons, grown = done.stdout.splitlines()
    assert reasons == ["more than 200 million pixels"] * len(files)
    assert int(grown) < 100_000 * (1 if sys.platform == "linux" else 1024)  # KiB, elsewhere bytes
    assert not done.stderr


def test_the_pictures_of_the_largest_phones_are_read(tmp_path):
    path = tmp_path / "200 megapixels.jpg"
    cv2.imwrite(str(path), np.full((12240, 16320), 90, np.uint8))
    assert read_picture(path).image.shape == (12240, 16320, 3)


@pytest.mark.parametrize("name", COLOURED)
def test_a_picture_that_is_cut_off_never_raises_anything_else(tmp_path, name):
    path = tmp_path / name
    COLOURED[name][1](path)
    data = path.read_bytes()
    known = {"damaged or cut off", "not a picture", "empty", "more than 200 million pixels"}
    for length in sorted({0, 3, 4, 9, 13, 21, 30, 40, len(data) // 4, len(data) // 2, len(data) - 12}):
        path.write_bytes(data[:length])
        reasons = set()
        try:
            assert read_picture(path).image.shape[2] == 3
        except PictureError as error:
            reasons.add(error.reason)
        assert reasons <= known


def test_decoders_tell_the_log_of_damage_and_not_the_terminal(tmp_path, capfd, caplog):
    caplog.set_level(logging.DEBUG, "handtrack.native_lines")
    picture = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    png, jpeg = tmp_path / "hand.png", tmp_path / "hand.jpg"
    cv2.imwrite(str(png), picture)
    png.write_bytes(png.read_bytes()[:-300])
    cv2.imwrite(str(jpeg), picture)
    data = jpeg.read_bytes()
    jpeg.write_bytes(data[:-2] + bytes(23) + data[-2:])
    assert refusal(png) == "damaged or cut off"
    assert read_picture(jpeg).image.shape == (60, 80, 3), "all of the picture is there"
    assert capfd.readouterr().err == ""
    said = [record.message for record in caplog.records]
    assert [line.split(":")[0] for line in said] == ["libpng error", "Corrupt JPEG data"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"shopping: milk, bread", "not a picture"),
        (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2avc1mp41", "not a picture"),
        (b"\xff\x0a" + bytes(50), "JPEG XL is not known here: save as JPEG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged or cut off"),
    ],
)
def test_what_is_no_picture_is_called_what_it_is(tmp_path, content, reason):
    path = tmp_path / "hand.jpg"
    path.write_bytes(content)
    assert refusal(path) == reason


def test_a_picture_that_is_not_there_or_a_folder_is_refused(tmp_path):
    assert "No such file" in refusal(tmp_path / "missing.png")
    (tmp_path / "folder.png").mkdir()
    assert "directory" in refusal(tmp_path / "folder.png")
