"""Damaged videos: what is missing is counted, and the counts are those of the undamaged file."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from handtrack.sources.damage import DamageLog
from handtrack.sources.video import VideoSource

Shown = dict[int, np.ndarray]
"""What a file shows: presentation time in milliseconds to the picture."""


def play(path: Path) -> tuple[Shown, tuple[str, ...]]:
    source = VideoSource(path)
    source.open()
    shown = {round(1000 * frame.timestamp): frame.image[::2, ::2] for frame in iter(source.read, None)}
    source.close()
    return shown, source.losses()


play_whole = functools.cache(play)
"""For clips that several tests damage copies of."""


def damaged(path: Path, how: str, size: int = 30_000) -> Path:
    """A copy whose middle is overwritten with noise or zeros, taken out, or has some bits flipped."""
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    rng = np.random.default_rng(1)
    if how == "noise":
        data[middle : middle + size] = rng.bytes(size)
    elif how == "zeros":
        data[middle : middle + size] = bytes(size)
    elif how == "taken out":
        del data[middle : middle + size]
    elif how == "packets taken out":
        begin = middle // 188 * 188
        del data[begin : begin + size // 188 * 188]
    elif how == "bits":
        for at in rng.integers(middle, middle + size, 60):
            data[at] ^= 1 << rng.integers(8)
    copy = path.with_stem(f"{path.stem} {how}")
    copy.write_bytes(data)
    return copy


def counts(sentences: tuple[str, ...]) -> tuple[int, int]:
    """Frames missing and frames damaged, as one sentence says."""
    (sentence,) = sentences
    missing = re.search(r"(\d+) frames? \([\d.]+ s\) (is|are) missing", sentence)
    broken = re.search(r"(\d+)( frames?)? (is|are) damaged", sentence)
    return int(missing[1]) if missing else 0, int(broken[1]) if broken else 0


def times(sentences: tuple[str, ...]) -> tuple[float, float]:
    found = re.search(r"between ([\d.]+) s and ([\d.]+) s", sentences[0])
    assert found
    return float(found[1]), float(found[2])


def differing(whole: Shown, shown: Shown) -> list[int]:
    """Times of pictures that are not those of the whole file."""
    return [time for time in shown if np.abs(shown[time].astype(int) - whole[time]).max() > 8]


@pytest.fixture(scope="module")
def hand_pictures(counting_clip: Path) -> list[av.VideoFrame]:
    with av.open(str(counting_clip)) as container:
        frames = container.decode(video=0)
        return [next(frames).reformat(width=136, height=240) for _ in range(150)]


@pytest.fixture(scope="module")
def make_clip(
    hand_pictures: list[av.VideoFrame], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Function that writes five seconds of the counting hand at 30 frames a second."""
    folder = tmp_path_factory.mktemp("clips")

    @functools.cache
    def make(name: str, codec: str = "libx264", key_every: int = 30, in_order: bool = False) -> Path:
        """in_order: frames are shown in the order in which they are decoded."""
        path = folder / name
        options = {"g": str(key_every), "b": "800k", "threads": "1"}
        if in_order:
            options["bf"] = "0"
        if codec == "libx264":
            # With its tree of macroblocks it makes another file now and then, of the same pictures.
            options["x264-params"] = "mbtree=0"
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=30, options=options)
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height = 136, 240
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            for number, picture in enumerate(hand_pictures):
                frame = picture.reformat(format=stream.pix_fmt)
                frame.pts, frame.time_base = number, Fraction(1, 30)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    return make


@pytest.mark.parametrize("how", ["noise", "zeros", "taken out", "packets taken out"])
@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
def test_a_hole_in_a_transport_stream_is_counted_as_the_whole_file_shows_it(make_clip, codec, how):
    path = make_clip(f"{codec}.ts", codec)
    whole, nothing = play_whole(path)
    assert (len(whole), nothing) == (150, ())
    shown, sentences = play(damaged(path, how))
    lost = sorted(set(whole) - set(shown))
    assert len(lost) > 2
    missing, broken = counts(sentences)
    assert missing == len(lost)
    wrong = differing(whole, shown)
    assert len(wrong) <= broken <= len(wrong) + 2
    begin, end = times(sentences)
    first = min(whole) / 1000
    assert begin <= lost[0] / 1000 - first <= lost[-1] / 1000 - first <= end
    assert begin - 0.1 <= min(wrong) / 1000 - first <= max(wrong) / 1000 - first <= end


def test_a_hole_in_a_phones_clip_is_counted_though_its_rate_is_uneven(counting_clip, tmp_path):
    path = tmp_path / "phone.ts"
    with av.open(str(counting_clip)) as read, av.open(str(path), "w") as write:
        stream = read.streams.video[0]
        copy = write.add_stream_from_template(stream)
        for number, packet in enumerate(read.demux(stream)):
            if number == 202:
                break
            packet.stream = copy
            write.mux(packet)
    whole, nothing = play(path)
    assert (len(whole), nothing) == (202, ())
    assert len(set(np.diff(sorted(whole)).tolist())) > 2
    shown, sentences = play(damaged(path, "noise", 40_000))
    assert sentences[0].startswith("about ")
    missing, broken = counts(sentences)
    assert missing == len(set(whole) - set(shown)) == 8
    assert broken == len(differing(whole, shown)) == 69


def test_flipped_bits_that_the_decoder_sees_are_counted(make_clip):
    # Frames out of order are now and then handed out before another thread of the decoder knows their damage.
    path = make_clip("in order.ts", in_order=True)
    whole, _ = play_whole(path)
    shown, sentences = play(damaged(path, "bits"))
    missing, broken = counts(sentences)
    assert missing == len(set(whole) - set(shown))
    assert 0 <= broken - len(differing(whole, shown)) <= 2


@pytest.mark.parametrize(
    ("name", "codec"),
    [("h264.mkv", "libx264"), ("jpeg.mkv", "mjpeg"), ("h264.mp4", "libx264")],
)
def test_a_hole_in_other_files_is_counted(make_clip, name, codec):
    path = make_clip(name, codec)
    whole, nothing = play(path)
    assert nothing == ()
    shown, sentences = play(damaged(path, "noise"))
    missing, _ = counts(sentences)
    assert missing == len(set(whole) - set(shown)) > 0


def test_a_stream_that_begins_in_the_middle_says_what_cannot_be_decoded(make_clip):
    path = make_clip("begins late.ts", key_every=60)
    data = path.read_bytes()
    middle = 0.3 * len(data) // 188 * 188
    path.write_bytes(data[int(middle) :])
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        first_packet = min(p.pts for p in container.demux(stream) if p.pts is not None) * stream.time_base
    shown, sentences = play(path)
    lost = round((min(shown) / 1000 - float(first_packet)) * 30)
    missing, broken = counts(sentences)
    assert abs(missing - lost) <= 1
    assert missing > 5
    assert not broken
    assert times(sentences)[0] == 0.0


@pytest.mark.parametrize("clip", ["counting_hand.mp4", "desk_gesture.mp4", "fast/rotation_1.mp4"])
def test_a_real_clip_that_is_whole_lost_nothing(shared_data, clip):
    shown, sentences = play(shared_data / "clips" / clip)
    assert shown
    assert sentences == ()


def log_of(times: list[float], *, key_every: int = 10, interval: float = 0.04) -> DamageLog:
    log = DamageLog(interval)
    for number, time in enumerate(times):
        log.frame(time, key=number % key_every == 0, corrupt=False)
    return log


def test_a_gap_in_a_stream_of_constant_rate_is_missing_frames():
    frames = [i / 25 for i in range(60) if not 30 <= i < 37]
    assert log_of(frames).sentences() == ("7 frames (0.28 s) are missing between 1.2 s and 1.5 s",)


def test_gaps_of_a_camera_that_leaves_frames_out_are_its_own():
    uneven = [i / 25 for i in range(200) if i % 7 and i % 11]
    assert log_of(uneven).sentences() == ()


def test_a_single_frame_left_out_is_not_damage():
    assert log_of([i / 25 for i in range(60) if i != 30]).sentences() == ()


def test_one_missing_frame_is_told_where_the_decoder_speaks_of_damage():
    log = DamageLog(0.04)
    for number in range(60):
        if number == 30:
            log.report(number / 25)
        else:
            log.frame(number / 25, key=number % 10 == 0, corrupt=False)
    assert log.sentences() == (
        "1 frame (0.04 s) is missing and 9 are damaged, or may be, between 1.2 s and 1.6 s",
    )


def test_many_places_are_one_sentence():
    log = DamageLog(0.04)
    for number in range(1000):
        log.frame(number / 25, key=number % 10 == 0, corrupt=number % 100 == 95)
    (sentence,) = log.sentences()
    assert sentence == "50 frames are damaged, or may be, between 3.8 s and 40.0 s, in 10 places"


def test_damage_that_shows_nowhere_is_told_all_the_same():
    log = log_of([i / 25 for i in range(30)])
    log.report(29 / 25)
    log.end(None)
    assert log.sentences() == ("1 frame is damaged, or may be, at 1.2 s",)


def test_times_that_jump_back_lose_nothing():
    once = [i / 25 for i in range(50)]
    assert log_of([*once, *once]).sentences() == ()


def test_reports_without_any_frame_stay_few():
    log = DamageLog(0.04)
    for number in range(5000):
        log.report(float(number))
    log.frame(0.0, key=True, corrupt=False)
    log.end(None)
    assert len(log.sentences()) == 1


def test_places_stay_apart_until_they_are_many():
    log = DamageLog(0.04)
    for number in range(300):
        log.frame(number / 25, key=number % 10 == 0, corrupt=number in (95, 195))
    sentences = log.sentences()
    assert [sentence.count("5 frames are damaged") for sentence in sentences] == [1, 1]
    assert all(first < second for first, second in pairwise(sentences))
