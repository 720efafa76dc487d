"""A clip's frames in the sizes and the order that the measurements want."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.study.evaluation.speed.clip_frames import P720, Clip, fitted, load_clip, side_by_side


def _numbered(count: int) -> Clip:
    frames = tuple(Frame(np.full((4, 6, 3), index, np.uint8), index / 10, index) for index in range(count))
    return Clip(Path("made.mp4"), "made.mp4", 10.0, frames)


def test_frames_go_to_and_fro_while_time_rises() -> None:
    frames = list(_numbered(4).to_and_fro(10))

    assert [int(frame.image[0, 0, 0]) for frame in frames] == [0, 1, 2, 3, 2, 1, 0, 1, 2, 3]
    assert [frame.index for frame in frames] == list(range(10))
    assert [frame.timestamp for frame in frames] == pytest.approx([index / 10 for index in range(10)])


def test_one_frame_stands_still() -> None:
    assert [int(frame.image[0, 0, 0]) for frame in _numbered(1).to_and_fro(3)] == [0, 0, 0]


def test_a_picture_keeps_its_proportions() -> None:
    picture = fitted(np.full((960, 540, 3), 200, np.uint8), P720)

    assert picture.shape == (720, 1280, 3)
    columns = np.flatnonzero(picture[360, :, 0])
    assert len(columns) == 405  # 720 / 960 of 540
    assert abs((columns[0] + columns[-1]) / 2 - 639.5) <= 0.5
    assert (picture[:, columns[0] : columns[-1]] == 200).all()


def test_two_hands_are_mirror_images() -> None:
    image = np.random.default_rng(0).integers(0, 255, (30, 20, 3), np.uint8)

    both = side_by_side(image, (120, 60))

    assert both.shape == (60, 120, 3)
    assert (both[:, 60:] == both[:, :60][:, ::-1]).all()


def test_the_real_clip_is_read_with_its_times(counting_clip: Path) -> None:
    clip = load_clip(counting_clip, 5)

    assert len(clip.frames) == 5
    assert clip.frames[0].size == (544, 960)
    assert clip.fps == pytest.approx(29.97, abs=2)


@pytest.mark.parametrize(
    ("name", "message"), [("none.mp4", "does not exist"), (".", "is a folder"), ("text.mp4", "text.mp4")]
)
def test_what_is_no_clip_is_refused_in_one_sentence(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "text.mp4").write_text("no video")

    with pytest.raises(SourceError, match=message) as caught:
        load_clip(tmp_path / name, 5)

    assert "\n" not in str(caught.value)
