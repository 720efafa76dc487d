"""Image folders: order, orientation, and files that are not images."""

from __future__ import annotations

import logging
import struct
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.sources.images import ImageSource


def write_image(path: Path, value: int = 128, size: tuple[int, int] = (40, 30)) -> Path:
    cv2.imwrite(str(path), np.full((size[1], size[0], 3), value, np.uint8))
    return path


def play(
    path: Path, *, realtime: bool = False, loop: bool = False, fps: float = 10, most: int = 100
) -> list[Frame]:
    source = ImageSource(path, fps=fps, realtime=realtime, loop=loop)
    source.open()
    frames: list[Frame] = []
    while len(frames) < most and (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    return frames


def refusal(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        ImageSource(path, fps=10, realtime=False, loop=False).open()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def warnings_in(caplog) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def test_images_come_in_natural_order_at_the_given_rate(tmp_path):
    for number in (10, 9, 1, 2, 100):
        write_image(tmp_path / f"img{number}.png", number)
    frames = play(tmp_path)
    assert [int(frame.image[0, 0, 0]) for frame in frames] == [1, 2, 9, 10, 100]
    assert [frame.timestamp for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]


def test_images_may_change_their_size(tmp_path):
    write_image(tmp_path / "a.png", size=(40, 30))
    write_image(tmp_path / "b.jpg", size=(20, 60))
    assert [frame.size for frame in play(tmp_path)] == [(40, 30), (20, 60)]


def test_grey_and_transparent_images_become_bgr(tmp_path):
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((30, 40), 90, np.uint8))
    cv2.imwrite(str(tmp_path / "transparent.png"), np.full((30, 40, 4), 90, np.uint8))
    cv2.imwrite(str(tmp_path / "deep.png"), np.full((30, 40, 3), 90 * 257, np.uint16))
    frames = play(tmp_path)
    assert [frame.image.shape for frame in frames] == [(30, 40, 3)] * 3
    assert all(frame.image.dtype == np.uint8 and frame.image[0, 0, 0] == 90 for frame in frames)
    assert not frames[0].image.flags.writeable


def test_the_orientation_in_exif_data_is_honoured(tmp_path):
    image = np.zeros((40, 80, 3), np.uint8)
    image[:20, :40] = (255, 0, 0)
    jpeg = cv2.imencode(".jpg", image)[1].tobytes()
    # Orientation 6: the camera was turned, show it turned by 90 degrees clockwise.
    tags = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 6, 0, 0)
    exif = b"Exif\0\0" + tags
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif
    (tmp_path / "turned.jpg").write_bytes(jpeg[:2] + segment + jpeg[2:])
    [frame] = play(tmp_path)
    assert frame.size == (40, 80)
    assert frame.image[5, 35, 0] > 200 > 50 > frame.image[5, 5, 0]


def test_unreadable_images_are_skipped_and_counted(tmp_path, caplog):
    write_image(tmp_path / "1.png", 1)
    (tmp_path / "2.png").write_bytes(b"not an image")
    (tmp_path / "3.jpg").touch()
    whole = write_image(tmp_path / "4.png", 4).read_bytes()
    (tmp_path / "5.png").write_bytes(whole[: len(whole) // 2])
    assert [int(frame.image[0, 0, 0]) for frame in play(tmp_path)] == [1, 4]
    [warning] = warnings_in(caplog)
    assert warning.startswith("3 of 5 image files")
    assert "2.png, 3.jpg, 5.png" in warning


def test_unreadable_images_are_reported_once_when_looping(tmp_path, caplog):
    write_image(tmp_path / "1.png")
    (tmp_path / "2.png").write_bytes(b"not an image")
    assert len(play(tmp_path, loop=True, most=5)) == 5
    assert len(warnings_in(caplog)) == 1


def test_other_files_are_left_alone(tmp_path, caplog):
    write_image(tmp_path / "1.png")
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "._1.png").write_bytes(b"a companion file of macOS")
    (tmp_path / "folder.png").mkdir()
    assert len(play(tmp_path)) == 1
    assert not warnings_in(caplog)


def test_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    assert "holds no images" in refusal(tmp_path)


def test_a_folder_of_damaged_images_is_refused(tmp_path):
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes(b"not an image")
    assert "none of the 2 image files" in refusal(tmp_path)


def test_a_missing_folder_is_refused(tmp_path):
    assert "No such file" in refusal(tmp_path / "missing")


def test_a_single_image_is_a_source(tmp_path):
    path = write_image(tmp_path / "hand.png")
    assert len(play(path)) == 1
    stamps = [frame.timestamp for frame in play(path, loop=True, most=4)]
    assert stamps == pytest.approx([0, 0.1, 0.2, 0.3])


@pytest.mark.parametrize("loop", [True, False])
def test_information_counts_the_images_unless_they_loop(tmp_path, loop):
    write_image(tmp_path / "1.png")
    write_image(tmp_path / "2.png")
    source = ImageSource(tmp_path, fps=5, realtime=False, loop=loop)
    info = source.open()
    source.close()
    assert (info.width, info.height, info.fps, info.live) == (40, 30, 5, False)
    assert info.frame_count == (None if loop else 2)


def test_realtime_keeps_the_pace_through_loops(tmp_path):
    write_image(tmp_path / "1.png", 1)
    write_image(tmp_path / "2.png", 2)
    start = time.monotonic()
    frames = play(tmp_path, realtime=True, loop=True, fps=20, most=7)
    assert time.monotonic() - start >= 0.28
    assert (np.diff([frame.timestamp for frame in frames]) > 0).all()
    assert start <= frames[0].timestamp


def test_close_ends_a_read_that_waits_for_its_moment(tmp_path):
    write_image(tmp_path / "1.png")
    source = ImageSource(tmp_path, fps=0.01, realtime=True, loop=True)
    source.open()
    assert source.read() is not None
    got: list[Frame | None] = []
    reader = threading.Thread(target=lambda: got.append(source.read()))
    reader.start()
    time.sleep(0.1)
    source.close()
    reader.join(2.0)
    assert got == [None]
    assert source.read() is None
