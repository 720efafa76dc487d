"""Videos whose pixels are not square: shown as players show them, with round things round."""

from __future__ import annotations

import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.rational import AVRational

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.sources.base import SourceInfo
from handtrack.sources.labelled_video import LabelledVideoSource, write_labelled_video
from handtrack.sources.pixel_aspect import exact_aspect, shown_size
from handtrack.sources.truth_file import read_truth, truth_path, write_truth
from handtrack.sources.video import VideoSource
from tests.handtrack.sources.moving_hand import film


def ball(width: int, height: int, aspect: Fraction) -> np.ndarray:
    """A ball as a stored picture (height, width, 3) whose pixels are so many times as wide as high."""
    image = np.zeros((height, width, 3), np.uint8)
    radius = min(float(width * aspect), height) * 0.35
    centre, axes = (width // 2, height // 2), (round(radius / aspect), round(radius))
    return cv2.ellipse(image, centre, axes, 0, 0, 360, (255, 255, 255), -1)


def write(
    path: Path,
    stored: tuple[int, int],
    aspect: Fraction,
    *,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    rotation: int = 0,
) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = *stored, pix_fmt
        stream.codec_context.sample_aspect_ratio = aspect
        if rotation:
            stream.set_display_rotation(rotation)
        for _ in range(8):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(ball(*stored, aspect), format="bgr24")))
        container.mux(stream.encode(None))
    return path


def play(path: Path) -> tuple[SourceInfo, list[Frame]]:
    source = VideoSource(path)
    info = source.open()
    frames = list(iter(source.read, None))
    source.close()
    return info, frames


def roundness(image: np.ndarray) -> float:
    """Width over height of the ball."""
    y, x = np.nonzero(image[..., 1] > 128)
    return float((np.ptp(x) + 1) / (np.ptp(y) + 1))


@pytest.mark.parametrize(
    ("name", "options", "stored", "aspect", "shown"),
    [
        ("anamorphic.mp4", {}, (288, 216), Fraction(4, 3), (384, 216)),
        ("anamorphic.mkv", {}, (288, 216), Fraction(4, 3), (384, 216)),
        ("twice.ts", {}, (160, 160), Fraction(2), (320, 160)),
        ("narrow.mp4", {}, (240, 160), Fraction(8, 9), (240, 180)),
        ("broadcast.mpg", {"codec": "mpeg2video"}, (352, 288), Fraction(16, 11), (512, 288)),
        ("dv.dv", {"codec": "dvvideo"}, (720, 576), Fraction(16, 15), (768, 576)),
        ("square.mp4", {}, (240, 160), Fraction(1), (240, 160)),
    ],
)
def test_a_ball_is_round(tmp_path, name, options, stored, aspect, shown):
    info, frames = play(write(tmp_path / name, stored, aspect, **options))
    assert (info.width, info.height) == shown
    assert {frame.size for frame in frames} == {shown}
    assert ("stored as" in info.detail) == (stored != shown)
    assert roundness(frames[0].image) == pytest.approx(1.0, abs=0.03)
    assert frames[0].image.flags.c_contiguous
    assert not frames[0].image.flags.writeable


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turned_video_is_stretched_before_it_is_turned(tmp_path, rotation):
    info, frames = play(write(tmp_path / "turned.mp4", (160, 120), Fraction(2), rotation=rotation))
    shown = (320, 120) if rotation == 180 else (120, 320)
    assert (info.width, info.height) == frames[0].size == shown
    assert roundness(frames[0].image) == pytest.approx(1.0, abs=0.03)


def with_aspect_box(path: Path, wide: int, high: int) -> Path:
    data = path.read_bytes()
    at = data.index(b"pasp") + 4
    path.write_bytes(data[:at] + struct.pack(">II", wide, high) + data[at + 8 :])
    return path


def test_the_container_has_the_last_word(tmp_path):
    path = with_aspect_box(write(tmp_path / "box.mp4", (160, 120), Fraction(2)), 3, 2)
    assert play(path)[0].width == 240


@pytest.mark.parametrize(("wide", "high"), [(1, 10_000), (10_000, 1), (2**31 - 1, 1)])
def test_an_absurd_aspect_is_not_believed(tmp_path, wide, high):
    path = with_aspect_box(write(tmp_path / "absurd.mp4", (160, 120), Fraction(2)), wide, high)
    info, frames = play(path)
    assert (info.width, info.height) == frames[0].size == (160, 120)


@pytest.mark.parametrize(("wide", "high"), [(0, 1), (1, 0), (0, 0)])
def test_an_aspect_of_zero_says_nothing(tmp_path, wide, high):
    path = with_aspect_box(write(tmp_path / "zero.mp4", (160, 120), Fraction(1)), wide, high)
    info, frames = play(path)
    assert (info.width, info.height) == frames[0].size == (160, 120)


def test_an_aspect_that_changes_on_the_way_is_followed(tmp_path):
    wide = write(tmp_path / "wide.ts", (160, 120), Fraction(2))
    square = write(tmp_path / "square.ts", (160, 120), Fraction(1))
    path = tmp_path / "broadcast.ts"
    path.write_bytes(wide.read_bytes() + square.read_bytes())
    _, frames = play(path)
    assert [frame.size for frame in frames] == [(320, 120)] * 8 + [(160, 120)] * 8
    assert all(roundness(frame.image) == pytest.approx(1.0, abs=0.04) for frame in (frames[0], frames[-1]))


@pytest.mark.parametrize(
    ("aspect", "shown"),
    [
        (None, (720, 480)),
        (Fraction(0), (720, 480)),
        (Fraction(-2), (720, 480)),
        (Fraction(5), (720, 480)),
        (Fraction(1, 5), (720, 480)),
        (Fraction(8, 9), (720, 540)),
        (Fraction(32, 27), (853, 480)),
        (Fraction(4), (2880, 480)),
    ],
)
def test_one_side_is_stretched_and_none_is_shrunk(aspect, shown):
    assert shown_size(720, 480, aspect) == shown


def test_a_video_of_huge_pictures_is_refused_before_it_is_decoded(tmp_path):
    path = write(tmp_path / "huge.mkv", (320, 300), Fraction(1), codec="ffv1", pix_fmt="bgr0")
    data = path.read_bytes()
    size = b"\xb0\x82" + struct.pack(">H", 320) + b"\xba\x82" + struct.pack(">H", 300)
    huge = b"\xb0\x82" + struct.pack(">H", 15_000) + b"\xba\x82" + struct.pack(">H", 15_000)
    assert data.count(size) == 1
    path.write_bytes(data.replace(size, huge))
    with pytest.raises(SourceError, match="15000 x 15000 pixels, and more than 200 million are not read"):
        play(path)


def test_the_truth_of_a_video_is_that_of_the_picture_as_it_is_shown(tmp_path):
    path = tmp_path / "hand.mp4"
    write_labelled_video(path, film(3), fps=30, crf=20)
    stretched = tmp_path / "stretched.mp4"
    with av.open(str(path)) as read, av.open(str(stretched), "w") as written:
        stream = read.streams.video[0]
        copy = written.add_stream_from_template(stream)
        copy.codec_context.sample_aspect_ratio = Fraction(2)
        for packet in read.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                written.mux(packet)
    truth = read_truth(truth_path(path))
    write_truth(truth_path(stretched), truth)
    source = LabelledVideoSource(stretched)
    with pytest.raises(SourceError, match=r"128 x 112 pixels, but .* has 256 x 112"):
        source.open()
    write_truth(truth_path(stretched), replace(truth, size=(256, 112)))
    source = LabelledVideoSource(stretched)
    assert source.open().width == 256
    source.close()


@pytest.mark.parametrize(
    ("stated", "aspect"),
    [
        (Fraction(16, 11), Fraction(16, 11)),
        (AVRational(16, 11), Fraction(16, 11)),
        (None, None),
        (Fraction(0), None),
        (AVRational(0, 1), None),
    ],
)
def test_what_any_pyav_states_is_read(stated, aspect):
    assert exact_aspect(stated) == aspect
