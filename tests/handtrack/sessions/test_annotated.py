"""An annotated video shows every frame as large as it is, in as many files as that needs."""

from __future__ import annotations

import numpy as np
import pytest

from handtrack.errors import SessionError
from handtrack.sessions.annotated import AnnotatedVideo
from handtrack.sessions.video import read_pictures


def picture(width: int, height: int, grey: int) -> np.ndarray:
    return np.full((height, width, 3), grey, np.uint8)


def test_a_tiny_first_frame_does_not_make_the_whole_video_tiny(tmp_path):
    with AnnotatedVideo(tmp_path / "hands.mp4", fps=25, crf=18) as video:
        video.write(picture(2, 2, 40), 0)
        video.write(picture(320, 240, 80), 40)
        video.write(picture(160, 120, 120), 80)
        video.write(picture(640, 200, 160), 120)

    assert [path.name for path in video.parts] == ["hands.mp4", "hands_2.mp4", "hands_3.mp4"]
    assert sorted(tmp_path.iterdir()) == list(video.parts)
    found = [[(time, shown.shape[:2]) for time, shown in read_pictures(path)] for path in video.parts]
    # A part has room for all frames before it, and begins at its first.
    assert found == [[(0, (2, 2))], [(0, (240, 320)), (40, (240, 320))], [(0, (240, 640))]]


def test_frames_of_one_size_are_one_file(tmp_path):
    with AnnotatedVideo(tmp_path / "hands.mp4", fps=25, crf=18) as video:
        for number in range(5):
            video.write(picture(64, 48, 50), 40 * number)
    assert video.parts == (tmp_path / "hands.mp4",)


def test_a_later_part_takes_nobodys_place_and_nothing_half_remains(tmp_path):
    mine = tmp_path / "hands_2.mp4"
    mine.write_text("mine")

    def write() -> None:
        with AnnotatedVideo(tmp_path / "hands.mp4", fps=25, crf=18) as video:
            video.write(picture(64, 48, 50), 0)
            video.write(picture(640, 480, 50), 40)

    with pytest.raises(SessionError, match=r"hands_2\.mp4 exists"):
        write()

    assert list(tmp_path.iterdir()) == [mine]
    assert mine.read_text() == "mine"
