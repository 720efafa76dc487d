"""Image folders: order, orientation, and files that are not images."""

from __future__ import annotations

import struct
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from PIL import Image

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.sources.base import Source
from handtrack.sources.images import ImageSource
from handtrack.sources.played import PlayedSource
from handtrack.sources.transport import Transport


def write_image(path: Path, value: int = 128, size: tuple[int, int] = (40, 30)) -> Path:
    cv2.imwrite(str(path), np.full((size[1], size[0], 3), value, np.uint8))
    return path


def play(
    path: Path, *, realtime: bool = False, loop: bool = False, fps: float = 10, most: int = 100
) -> list[Frame]:
    source: Source = ImageSource(path, fps=fps)
    if realtime or loop:
        source = PlayedSource(ImageSource(path, fps=fps), Transport(loop=loop), ends=not loop)
    source.open()
    frames: list[Frame] = []
    while len(frames) < most and (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    return frames


def refusal(path: Path) -> str:
    with pytest.raises(SourceError) as caught:
        ImageSource(path, fps=10).open()
    assert "\n" not in str(caught.value)
    return str(caught.value)


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


def losses(path: Path, *, loop: bool = False, most: int = 100) -> tuple[str, ...]:
    source = PlayedSource(ImageSource(path, fps=10), Transport(loop=loop), ends=not loop)
    source.open()
    for _ in range(most):
        if source.read() is None:
            break
    source.close()
    return source.losses()


def test_unreadable_images_are_left_out_and_counted(tmp_path):
    write_image(tmp_path / "1.png", 1)
    (tmp_path / "2.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "3.jpg").write_bytes(b"not an image")
    whole = write_image(tmp_path / "4.png", 4).read_bytes()
    (tmp_path / "5.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "notes.txt").write_text("hello")
    assert [int(frame.image[0, 0, 0]) for frame in play(tmp_path)] == [1, 4]
    assert set(losses(tmp_path)) == {
        "2 of 6 files were left out (damaged or cut off): 2.png, 5.png",
        "2 of 6 files were left out (not a picture): 3.jpg, notes.txt",
    }


def test_what_is_left_out_is_counted_once_when_looping(tmp_path):
    write_image(tmp_path / "1.png")
    (tmp_path / "2.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert losses(tmp_path, loop=True, most=5) == ("1 of 2 files was left out (damaged or cut off): 2.png",)


def test_pictures_of_every_format_are_played_whatever_they_are_called(tmp_path):
    scene = Image.fromarray(np.full((30, 40, 3), 90, np.uint8))
    for suffix in ("jpg", "gif", "avif", "jp2", "tif", "bmp", "webp"):
        scene.save(tmp_path / f"a.{suffix}")
    scene.save(tmp_path / "a", format="PNG")
    pillow_heif.from_pillow(scene).save(tmp_path / "IMG_0001.HEIC")
    frames = play(tmp_path)
    assert len(frames) == 9
    assert all(abs(int(frame.image[15, 20, 1]) - 90) < 4 for frame in frames)
    assert losses(tmp_path) == ()


def test_of_moving_pictures_the_first_is_shown_and_that_is_said(tmp_path):
    scene = Image.fromarray(np.full((30, 40, 3), 90, np.uint8))
    others = [scene.point(lambda value: value // 2)]
    scene.save(tmp_path / "wave.gif", save_all=True, append_images=others, duration=100)
    write_image(tmp_path / "z.png")
    assert len(play(tmp_path)) == 2
    assert losses(tmp_path) == ("only the first picture is shown of what moves: wave.gif",)


def test_what_systems_leave_in_folders_is_not_worth_a_word(tmp_path):
    write_image(tmp_path / "1.png")
    (tmp_path / "._1.png").write_bytes(b"a companion file of macOS")
    (tmp_path / "Thumbs.db").write_bytes(b"a companion file of Windows")
    (tmp_path / "folder.png").mkdir()
    assert len(play(tmp_path)) == 1
    assert losses(tmp_path) == ()


def test_names_that_could_disturb_a_terminal_are_made_harmless(tmp_path):
    write_image(tmp_path / "1.png")
    (tmp_path / "a\x1b[2Jb\n.txt").touch()
    assert losses(tmp_path) == ("1 of 2 files was left out (not a picture): a?[2Jb?.txt",)


def test_of_many_files_only_some_are_named(tmp_path):
    write_image(tmp_path / "z.png")
    for number in range(30):
        (tmp_path / f"{number}.txt").touch()
    (sentence,) = losses(tmp_path)
    assert sentence.startswith("30 of 31 files were left out (not a picture): ")
    assert sentence.count(".txt") == 5
    assert sentence.endswith(", ...")


def test_an_empty_folder_is_refused(tmp_path):
    assert "is empty" in refusal(tmp_path)


def test_a_folder_without_images_is_refused(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    assert "there is no image" in refusal(tmp_path)
    assert "1 of 1 files was left out (not a picture): notes.txt" in refusal(tmp_path)


def test_a_folder_of_damaged_images_is_refused(tmp_path):
    for name in ("1.png", "2.png"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert "2 of 2 files were left out (damaged or cut off): 1.png, 2.png" in refusal(tmp_path)


def test_a_single_image_that_cannot_be_read_is_one_sentence(tmp_path):
    (tmp_path / "hand.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert refusal(tmp_path / "hand.png").endswith(
        "hand.png cannot be read (damaged or cut off): give another picture"
    )


def test_a_missing_folder_is_refused(tmp_path):
    assert "No such file" in refusal(tmp_path / "missing")


def test_a_single_image_is_a_source(tmp_path):
    path = write_image(tmp_path / "hand.png")
    assert len(play(path)) == 1
    stamps = [frame.timestamp for frame in play(path, loop=True, most=4)]
    assert (np.diff(stamps) > 0.09).all()


@pytest.mark.parametrize("loop", [True, False])
def test_information_counts_the_images_unless_they_loop(tmp_path, loop):
    write_image(tmp_path / "1.png")
    write_image(tmp_path / "2.png")
    source = PlayedSource(ImageSource(tmp_path, fps=5), Transport(loop=loop))
    info = source.open()
    source.close()
    assert (info.width, info.height, info.fps, info.live) == (40, 30, 5, False)
    assert info.frame_count == (None if loop else 2)


def test_any_image_is_found_by_its_position(tmp_path):
    for number in range(1, 6):
        write_image(tmp_path / f"{number}.png", 10 * number)
    source = ImageSource(tmp_path, fps=5)
    assert source.open().duration == pytest.approx(0.8)
    for position, value in ((0.8, 50), (0.0, 10), (0.45, 30), (99.0, 50), (-1.0, 10)):
        source.seek(position)
        frame = source.read()
        assert frame is not None
        assert frame.image[0, 0, 0] == value
        assert frame.position == pytest.approx((value - 10) / 50)


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
    source = PlayedSource(ImageSource(tmp_path, fps=0.01), Transport(loop=True))
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
