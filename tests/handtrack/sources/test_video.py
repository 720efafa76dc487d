"""Video files: what comes out, when, and what is said of files that are not as they should be."""

from __future__ import annotations

import struct
import threading
import time
import wave
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.sources.base import Source
from handtrack.sources.played import PlayedSource
from handtrack.sources.transport import Transport
from handtrack.sources.video import VideoSource

REGULAR = [i / 30 for i in range(15)]


def play(path: Path, *, realtime: bool = False, loop: bool = False, most: int = 10_000) -> list[Frame]:
    source: Source = VideoSource(path)
    if realtime or loop:
        source = PlayedSource(VideoSource(path), Transport(loop=loop), ends=not loop)
    source.open()
    frames: list[Frame] = []
    try:
        while len(frames) < most and (frame := source.read()) is not None:
            frames.append(frame)
    finally:
        source.close()
    return frames


def looped(path: Path) -> PlayedSource:
    return PlayedSource(VideoSource(path), Transport(loop=True))


def read(source: Source) -> Frame:
    """The next frame, where one must come."""
    frame = source.read()
    assert frame is not None
    return frame


def place(frame: Frame) -> float:
    assert frame.position is not None
    return frame.position


def refusal(path: Path) -> str:
    """The one line with which a file is refused."""
    with pytest.raises(SourceError) as caught:
        VideoSource(path).open()
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


def turned(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """The MP4 with the matrix of its track replaced, as a phone that is held sideways writes it."""
    data = path.read_bytes()
    plain = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    track = data.index(plain, data.index(b"tkhd"))
    matrix = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    path.write_bytes(data[:track] + matrix + data[track + 36 :])
    return path


def blue_corner(image: np.ndarray) -> tuple[str, str]:
    """Where the blue quarter of the picture lies."""
    height, width = image.shape[:2]
    blue = image[..., 0] > 128
    y, x = np.argwhere(blue).mean(axis=0)
    return "top" if y < height / 2 else "bottom", "left" if x < width / 2 else "right"


def test_every_frame_comes_with_its_own_presentation_time(make_video):
    times = [0.0, 0.04, 0.05, 0.3, 0.31, 1.5]
    frames = play(make_video("uneven.mkv", times))
    assert [frame.timestamp for frame in frames] == pytest.approx(times, abs=1e-3)
    assert [frame.index for frame in frames] == list(range(6))


def test_pictures_are_contiguous_read_only_bgr(make_video):
    image = play(make_video())[0].image
    assert image.shape == (48, 64, 3)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert not image.flags.writeable
    assert image[5, 5, 0] > 200 > 60 > image[5, 5, 2]
    assert blue_corner(image) == ("top", "left")


def test_information_tells_size_rate_and_number_of_frames(make_video):
    source = VideoSource(make_video(size=(96, 64)))
    info = source.open()
    source.close()
    assert (info.name, info.width, info.height, info.frame_count, info.live) == (
        "clip.mp4",
        96,
        64,
        15,
        False,
    )
    assert info.fps == pytest.approx(30, abs=0.1)
    assert "h264" in info.detail


def test_a_looped_video_has_no_number_of_frames(make_video):
    source = looped(make_video())
    assert source.open().frame_count is None
    source.close()


@pytest.mark.parametrize(
    ("matrix", "corner", "size"),
    [
        ((0, 1, -1, 0), ("top", "right"), (48, 64)),
        ((-1, 0, 0, -1), ("bottom", "right"), (64, 48)),
        ((0, -1, 1, 0), ("bottom", "left"), (48, 64)),
        ((-1, 0, 0, 1), ("top", "right"), (64, 48)),
        ((1, 0, 0, -1), ("bottom", "left"), (64, 48)),
    ],
    ids=["90 degrees", "180 degrees", "270 degrees", "flipped sideways", "upside down"],
)
def test_a_turned_video_is_shown_upright(make_video, matrix, corner, size):
    path = turned(make_video(), *matrix)
    source = VideoSource(path)
    info = source.open()
    frame = read(source)
    source.close()
    assert (info.width, info.height) == frame.size == size
    assert blue_corner(frame.image) == corner
    assert frame.image.flags.c_contiguous


@pytest.mark.parametrize("matrix", [(0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0)])
def test_a_turned_video_looks_as_in_another_player(make_video, matrix):
    path = turned(make_video(), *matrix)
    player = cv2.VideoCapture(str(path))
    ok, expected = player.read()
    player.release()
    assert ok
    np.testing.assert_allclose(play(path, most=1)[0].image, expected, atol=3)


def test_the_counting_clip_is_upright_and_complete(counting_clip):
    source = VideoSource(counting_clip)
    info = source.open()
    frames = [read(source) for _ in range(5)]
    source.close()
    assert (info.width, info.height, info.frame_count) == (544, 960, 493)
    player = cv2.VideoCapture(str(counting_clip))
    for frame in frames:
        ok, expected = player.read()
        assert ok
        np.testing.assert_allclose(frame.image, expected, atol=3)
    player.release()


def test_realtime_playback_keeps_the_pace_of_the_file(make_video):
    times = [i / 20 for i in range(11)]
    start = time.monotonic()
    frames = play(make_video("half_a_second.mkv", times), realtime=True)
    assert time.monotonic() - start >= 0.45
    stamps = np.array([frame.timestamp for frame in frames])
    assert len(stamps) == 11
    assert start <= stamps[0] <= stamps[-1] <= time.monotonic()
    assert (np.diff(stamps) > 0).all()


def test_playback_as_fast_as_possible_does_not_wait(make_video):
    start = time.monotonic()
    frames = play(make_video("long.mkv", [0.0, 60.0, 120.0]))
    assert len(frames) == 3
    assert time.monotonic() - start < 50


def test_every_loop_shows_the_same_pictures(counting_clip, tmp_path):
    path = tmp_path / "begin.mp4"
    with av.open(str(counting_clip)) as whole, av.open(str(path), "w") as begin:
        copy = begin.add_stream_from_template(whole.streams.video[0])
        for packet in islice(whole.demux(video=0), 60):
            packet.stream = copy
            begin.mux(packet)
    source = VideoSource(path)
    source.open()
    passes = []
    for _ in range(2):
        passes.append(list(iter(source.read, None)))
        source.seek(0.0)
    source.close()
    assert [len(frames) for frames in passes] == [60, 60]
    for one, other in zip(*passes, strict=True):
        np.testing.assert_array_equal(one.image, other.image)


@pytest.mark.parametrize("name", ["clip.mp4", "clip.mkv", "clip.ts", "clip.avi"])
def test_any_frame_is_found_by_its_position(make_video, name):
    times = [0.5 + i / 25 + (0.013 if i % 3 else 0) for i in range(80)] if name == "clip.mkv" else None
    path = make_video(name, times or [i / 25 for i in range(80)], key_every=30)
    source = VideoSource(path)
    info = source.open()
    frames = list(iter(source.read, None))
    positions = [place(frame) for frame in frames]
    assert positions[0] == 0.0
    assert info.duration is None or info.duration == pytest.approx(positions[-1], abs=0.08)

    for number in (79, 0, 31, 30, 29, 59, 1):
        for off in (0.0, 0.005):
            source.seek(positions[number] + off)
            assert [place(read(source)) for _ in range(min(2, 80 - number))] == positions[number:][:2]
    source.seek(1000.0)
    assert read(source).position == positions[-1]
    assert source.read() is None
    source.seek(positions[40])
    np.testing.assert_array_equal(read(source).image, frames[40].image)
    assert source.losses() == ()
    source.close()


def test_a_file_without_times_is_found_its_way_in_by_counting(make_video, tmp_path):
    path = tmp_path / "bare.h264"
    with av.open(str(make_video())) as container, av.open(str(path), "w", format="h264") as bare:
        stream = container.streams.video[0]
        out = bare.add_stream_from_template(stream)
        for packet in container.demux(stream):
            if packet.dts is not None:
                packet.stream = out
                bare.mux(packet)
    source = VideoSource(path)
    source.open()
    frames = list(iter(source.read, None))
    assert len(frames) == 15
    source.seek(place(frames[9]))
    assert place(read(source)) == pytest.approx(place(frames[9]))
    source.close()


def test_timestamps_rise_through_every_loop(make_video):
    path = make_video("short.mkv", [0.0, 0.02, 0.04])
    frames = play(path, loop=True, most=10)
    stamps = np.array([frame.timestamp for frame in frames])
    assert (np.diff(stamps) > 0).all()
    assert [frame.index for frame in frames] == list(range(10))


def test_loops_follow_each_other_at_the_frame_rate(make_video):
    frames = play(make_video(), loop=True, most=40)
    steps = np.diff([frame.timestamp for frame in frames])
    assert steps == pytest.approx(np.full(39, 1 / 30), abs=5e-3)


def test_a_truncated_video_plays_what_is_there_and_says_so(make_video):
    path = make_video("cut.mkv", [i / 30 for i in range(90)])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    source = VideoSource(path)
    source.open()
    frames = list(iter(source.read, None))
    source.close()
    assert 10 < len(frames) < 85
    (sentence,) = source.losses()
    assert "cut off" in sentence
    assert f"after {frames[-1].timestamp + 1 / 30:.1f} s of 3.0 s" in sentence


@pytest.mark.parametrize("name", ["whole.mkv", "whole.mp4", "whole.ts", "whole.avi"])
def test_a_whole_video_lost_nothing(make_video, name):
    source = VideoSource(make_video(name, [i / 25 for i in range(60)]))
    source.open()
    assert len(list(iter(source.read, None))) == 60
    assert source.losses() == ()


def test_a_video_with_a_damaged_middle_plays_on_and_says_so_once(make_video):
    path = make_video("hole.mp4", [i / 30 for i in range(90)], key_every=5)
    data = bytearray(path.read_bytes())
    middle = (data.index(b"mdat") + data.index(b"moov")) // 2
    data[middle : middle + 200] = b"\xff" * 200
    path.write_bytes(data)
    once = play(path)
    assert (np.diff([frame.timestamp for frame in once]) > 0).all()
    assert 70 < len(once) < 90
    assert once[-1].timestamp > 2.9
    source = looped(path)
    source.open()
    said = []
    for _ in range(2):
        assert all(source.read() is not None for _ in range(len(once) + 3))
        said.append(source.losses())
    source.close()
    (sentence,) = said[0]
    assert f"{90 - len(once)} frames" in sentence
    assert said[1] == said[0]


def test_a_video_cut_off_before_its_index_is_refused(make_video):
    path = make_video("phone.mp4", [i / 30 for i in range(60)])
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert "cut off" in refusal(path)


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "empty.mp4"
    path.touch()
    assert "empty" in refusal(path)


@pytest.mark.parametrize("name", ["notes.mp4", "notes.txt"])
def test_a_text_is_refused_under_any_name(tmp_path, name):
    path = tmp_path / name
    path.write_text("shopping: milk, bread\n" * 100)
    assert "video" in refusal(path)


def test_noise_is_refused(tmp_path):
    path = tmp_path / "noise.mp4"
    path.write_bytes(np.random.default_rng(1).bytes(50_000))
    assert "not a video" in refusal(path)


def test_a_sound_file_is_refused(tmp_path):
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000))
    assert "no video" in refusal(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    assert "No such file" in refusal(tmp_path / "missing.mp4")
    assert "directory" in refusal(tmp_path).lower()


def test_a_file_that_vanishes_while_looping_is_an_error(make_video):
    path = make_video("short.mkv", [0.0, 0.02])
    source = looped(path)
    source.open()
    assert source.read() is not None
    path.unlink()
    assert source.read() is not None
    with pytest.raises(SourceError, match=r"short\.mkv"):
        source.read()
    source.close()


def test_close_ends_a_read_that_waits_for_its_moment(make_video):
    source = PlayedSource(VideoSource(make_video("pause.mkv", [0.0, 600.0])), Transport())
    source.open()
    assert source.read() is not None
    got: list[Frame | None] = []
    reader = threading.Thread(target=lambda: got.append(source.read()))
    reader.start()
    time.sleep(0.1)
    source.close()
    reader.join(2.0)
    assert got == [None]


def test_close_while_decoding_is_safe_and_ends_the_reading(make_video):
    path = make_video("busy.mkv", [i / 30 for i in range(30)], size=(320, 240))
    for pause in (0.0, 0.01, 0.02, 0.05):
        source = looped(path)
        source.open()
        reader = threading.Thread(target=lambda source=source: list(iter(source.read, None)))
        reader.start()
        time.sleep(pause)
        source.close()
        source.close()
        reader.join(2.0)
        assert not reader.is_alive()


def test_a_source_closed_before_it_is_opened_stays_closed(make_video):
    source = VideoSource(make_video())
    source.close()
    with pytest.raises(SourceError, match="closed"):
        source.open()
    assert source.read() is None
