"""Pictures that stand alone: one after the other, or as they are asked for."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.config import Settings, load_settings
from handtrack.errors import SourceError
from handtrack.hand import Frame, Still
from handtrack.sources import open_source
from handtrack.sources.played import PlayedSource
from handtrack.sources.stills import StillSource


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five pictures, 0.png to 4.png, each as bright as its number and of another size."""
    for number in range(5):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.full((20 + number, 30, 3), number, np.uint8))
    return tmp_path


def number(frame: Frame | None) -> int:
    assert frame is not None
    return int(frame.image[0, 0, 0])


def leafed(folder: Path) -> StillSource:
    source = StillSource(folder, fps=10, leafed=True)
    source.open()
    return source


def test_every_picture_comes_once_with_its_name_and_number(folder):
    source = StillSource(folder, fps=10, leafed=False)
    info = source.open()
    frames = list(iter(source.read, None))
    source.close()
    assert (info.stills, info.frame_count, info.live) == (True, 5, False)
    assert [number(frame) for frame in frames] == [0, 1, 2, 3, 4]
    assert frames[2].still == Still("2.png", 3, 5)
    assert [frame.index for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.timestamp for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])


def test_leafed_through_it_stands_still_until_it_is_moved(folder):
    source = leafed(folder)
    seen = [number(source.read())]
    for step in (1, 1, -1, 3, 0, -4):
        source.step(step)
        seen.append(number(source.read()))
    assert seen == [0, 1, 2, 1, 4, 4, 0]
    waiting: list[Frame | None] = []
    reader = threading.Thread(target=lambda: waiting.append(source.read()))
    reader.start()
    reader.join(0.2)
    assert reader.is_alive(), "no picture comes by itself"
    source.close()
    reader.join(5)
    assert waiting == [None]
    assert source.read() is None


def test_its_time_is_the_clocks_and_its_numbers_run_on(folder):
    source = leafed(folder)
    frames = [source.read()]
    for step in (4, -4):
        source.step(step)
        frames.append(source.read())
    seen = [(frame.index, frame.timestamp) for frame in frames if frame is not None]
    assert [index for index, _ in seen] == [0, 1, 2], "a leap is no loss"
    assert seen[0][1] < seen[1][1] < seen[2][1]
    source.close()


def test_steps_past_the_ends_are_none(folder):
    source = leafed(folder)
    source.read()
    source.step(99)
    assert number(source.read()) == 4
    source.step(-1)
    assert number(source.read()) == 3
    source.close()


def test_steps_in_a_hurry_are_taken_together(folder):
    source = leafed(folder)
    for _ in range(3):
        source.step(1)
    assert number(source.read()) == 3
    source.close()


def test_a_step_past_the_end_does_not_wake_the_reader(folder):
    source = leafed(folder)
    source.read()
    source.step(-1)
    waiting: list[Frame | None] = []
    reader = threading.Thread(target=lambda: waiting.append(source.read()))
    reader.start()
    reader.join(0.2)
    assert reader.is_alive()
    source.step(2)
    reader.join(5)
    assert [number(frame) for frame in waiting] == [2]
    source.close()


def test_unreadable_pictures_are_passed_over(folder):
    (folder / "1.png").write_bytes(b"not an image")
    (folder / "4.png").write_bytes(b"not an image")
    source = leafed(folder)
    frame = source.read()
    source.step(1)
    frame = source.read()
    assert number(frame) == 2
    assert frame is not None
    assert frame.still == Still("2.png", 2, 3)
    source.step(99)
    frame = source.read()
    assert number(frame) == 3
    assert frame is not None
    assert frame.still == Still("3.png", 3, 3)
    source.close()


def test_images_are_stills_unless_they_are_told_to_be_a_video(folder):
    def kind(path: Path, settings: Settings) -> type:
        return type(open_source(path, settings, realtime=True))

    video = load_settings(None, ["playback.images_as_video=true"])
    for path in (folder, folder / "1.png"):
        assert kind(path, Settings()) is StillSource
        assert kind(path, video) is PlayedSource
    source = open_source(folder, video, realtime=False)
    assert not source.open().stills
    frame = source.read()
    source.close()
    assert frame is not None
    assert frame.still is None


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(SourceError, match="is empty"):
        StillSource(tmp_path, fps=10, leafed=True).open()
