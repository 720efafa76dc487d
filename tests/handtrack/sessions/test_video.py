from __future__ import annotations

import av
import numpy as np
import pytest

from handtrack.sessions.folder import DurableFile
from handtrack.sessions.video import VideoWriter, fit_back, fit_into, picture_times, read_pictures


def ramp(width: int, height: int) -> np.ndarray:
    """A smooth picture that differs in every place and channel."""
    x, y = np.linspace(0, 200, width), np.linspace(0, 200, height)
    planes = [np.tile(x, (height, 1)), np.tile(y[:, None], (1, width)), 0.5 * (x[None] + y[:, None])]
    return np.stack(planes, axis=-1).astype(np.uint8)


@pytest.mark.parametrize(
    ("size", "room", "tolerance"),
    [((33, 21), (34, 22), 0), ((20, 10), (64, 48), 0), ((150, 90), (64, 48), 3)],
)
def test_an_image_that_was_fitted_comes_back_in_its_place(size, room, tolerance):
    image = ramp(*size)

    picture = fit_into(image, room)
    back = fit_back(picture, size)

    assert (picture.shape[1], picture.shape[0]) == room
    assert (back.shape[1], back.shape[0]) == size
    inner = (slice(4, -4), slice(4, -4))
    assert np.abs(back[inner].astype(int) - image[inner]).max() <= tolerance


def test_colours_are_kept(tmp_path):
    colours = {(20, 20, 20), (250, 250, 250), (200, 30, 30), (30, 200, 30), (30, 30, 200)}
    for number, colour in enumerate(colours):
        path = tmp_path / f"{number}.mkv"
        with DurableFile(path) as file, VideoWriter(file, fps=30, crf=18) as video:
            video.write(np.full((48, 64, 3), colour, np.uint8), 0)
        ((_, picture),) = read_pictures(path)
        assert np.abs(picture.astype(int) - colour).max() <= 3


def test_all_frames_but_the_newest_are_on_the_disk_at_any_moment(tmp_path):
    path = tmp_path / "v.mkv"
    with DurableFile(path) as file, VideoWriter(file, fps=30, crf=23) as video:
        for number in range(6):
            video.write(ramp(64, 48), 40 * number)
            if number:
                assert picture_times(path) == [40 * n for n in range(number)]
        video.settle()
        assert picture_times(path) == [0, 40, 80, 120, 160, 200]
        video.settle()
        assert video.write(ramp(64, 48), 201) == 202

    assert picture_times(path) == [0, 40, 80, 120, 160, 200, 201, 202]


def test_an_mp4_plays_anywhere(tmp_path):
    path = tmp_path / "v.mp4"
    with VideoWriter(path, fps=25, crf=23) as video:
        for number in range(10):
            video.write(ramp(63, 47), 40 * number)

    content = path.read_bytes()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (64, 48)
    assert picture_times(path) == [40 * n for n in range(10)]
    # The index comes before the pictures, so that a browser can start at once.
    assert 0 < content.find(b"moov") < content.find(b"mdat")


def test_a_file_without_a_video_cannot_be_read(tmp_path):
    sound = tmp_path / "sound.mkv"
    with av.open(str(sound), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    for reading in (picture_times, lambda path: next(read_pictures(path))):
        with pytest.raises(OSError, match="holds no video"):
            reading(sound)
