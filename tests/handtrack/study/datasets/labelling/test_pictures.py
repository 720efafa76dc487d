from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.datasets.labelling.pictures import (
    clip_files,
    clip_length,
    file_and_frame,
    picture_files,
    read_picture,
    source_of,
)

SIZE = (64, 48)


def write_clip(path: Path, levels: list[int]) -> None:
    """A clip of one grey level a frame."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        for level in levels:
            frame = av.VideoFrame.from_ndarray(np.full((SIZE[1], SIZE[0], 3), level, np.uint8), "bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_pictures_and_clips_are_listed_by_name_but_never_the_stereo_pair(tmp_path):
    for name in ("b/2.JPG", "b/1.png", "notes.txt", "b/.hidden.jpg", "clips/x.mp4", "stereo/cam0.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")

    assert picture_files(tmp_path) == ["b/1.png", "b/2.JPG"]
    assert clip_files(tmp_path) == ["clips/x.mp4"]


def test_a_picture_that_is_no_picture_is_named(tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut off")
    (tmp_path / "empty.jpg").write_bytes(b"")
    for name in ("broken.jpg", "empty.jpg", "absent.jpg"):
        with pytest.raises(SourceError, match=name):
            read_picture(tmp_path, name)


def test_a_frame_of_a_clip_is_read_by_its_number(tmp_path):
    (tmp_path / "clips").mkdir()
    write_clip(tmp_path / "clips/x.mp4", [10, 80, 150, 220])

    assert clip_length(tmp_path / "clips/x.mp4") == 4
    for frame, level in ((2, 150), (0, 10), (0, 10), (1, 80), (3, 220), (3, 220), (2, 150)):
        picture = read_picture(tmp_path, f"clips/x.mp4#{frame}")
        assert picture.shape == (SIZE[1], SIZE[0], 3)
        assert abs(float(picture.mean()) - level) < 6
    with pytest.raises(SourceError, match="frame 4"):
        read_picture(tmp_path, "clips/x.mp4#4")


def test_a_frame_of_an_animated_picture_is_read_by_its_number(tmp_path):
    animation = cv2.Animation()
    animation.frames = [np.full((40, 40, 3), level, np.uint8) for level in (20, 200)]
    animation.durations = [100, 100]
    assert cv2.imwriteanimation(str(tmp_path / "x.webp"), animation)

    assert clip_length(tmp_path / "x.webp") == 2
    assert read_picture(tmp_path, "x.webp#1").mean() > 150


def test_a_clip_is_opened_once_for_frames_in_their_order(tmp_path, monkeypatch):
    write_clip(tmp_path / "x.mp4", [10, 80, 150, 220])
    opened, really = [], av.open

    def counted(path):
        opened.append(path)
        return really(path)

    monkeypatch.setattr(av, "open", counted)

    for frame in (0, 1, 3):
        read_picture(tmp_path, f"x.mp4#{frame}")
    assert len(opened) == 1
    read_picture(tmp_path, "x.mp4#2")
    assert len(opened) == 2


@pytest.mark.parametrize("name", ["x.mp4", "x.webp"])
def test_a_clip_that_is_no_clip_has_no_frames_and_is_named(tmp_path, name):
    (tmp_path / name).write_bytes(b"no clip at all")

    assert clip_length(tmp_path / name) == 0
    for _ in range(2):
        with pytest.raises(SourceError, match=f"{name} is not a readable clip"):
            read_picture(tmp_path, f"{name}#0")


def test_the_collection_is_the_folder_also_for_frames_of_clips():
    assert source_of("images/ti1k/a.jpg") == "ti1k"
    assert source_of("clips/polish_alphabet/b.webp#8") == "polish_alphabet"
    assert file_and_frame("clips/b.webp#8") == ("clips/b.webp", 8)
    assert file_and_frame("images/a#b.jpg") == ("images/a#b.jpg", None)
