"""A session played again: every frame from any place, with the hands that were recorded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from handtrack.config import Settings, load_settings
from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.sessions import SessionRecorder, read_session, summarise
from handtrack.sessions.folder import VIDEO_NAME, is_session
from handtrack.sessions.playback import RecordedHands, SessionSource
from handtrack.sessions.summary import _lines
from handtrack.sources.base import SourceInfo
from tests.handtrack.sessions.conftest import hand_of, result_of

COUNT = 200


@pytest.fixture
def recorder(tmp_path) -> SessionRecorder:
    source = SourceInfo("clip.mp4", 64, 48, 30.0, COUNT, False, "")
    return SessionRecorder(tmp_path / "session", settings=Settings(), source=source)


@pytest.fixture
def folder(recorder) -> Path:
    """Two hundred frames, each grey as its number; every third has no hand, and twenty are larger."""
    for number in range(COUNT):
        hands = () if number % 3 == 0 else (hand_of(number),)
        size = (96, 80) if 100 <= number < 120 else (64, 48)
        recorder.write(result_of(number, hands, size=size))
    recorder.close()
    return recorder.folder


def read(source: SessionSource) -> Frame:
    frame = source.read()
    assert frame is not None
    return frame


def grey(frame: Frame) -> float:
    return float(np.median(frame.image))


def wanted_grey(number: int) -> float:
    return 20 + 3 * (number % 70)


def test_every_frame_comes_with_its_picture_and_its_recorded_hands(folder):
    source = SessionSource(folder)
    info = source.open()
    assert (info.width, info.height, info.frame_count) == (64, 48, COUNT)
    assert info.fps == pytest.approx(30)
    assert info.duration == pytest.approx((COUNT - 1) / 30)
    hands = RecordedHands(source)
    for number in range(COUNT):
        frame = read(source)
        assert frame.position == pytest.approx(number / 30)
        assert frame.size == ((96, 80) if 100 <= number < 120 else (64, 48))
        assert grey(frame) == pytest.approx(wanted_grey(number), abs=3)
        result = hands.process_frame(frame)
        assert result.frame is frame
        assert [hand.track_id for hand in result.hands] == ([] if number % 3 == 0 else [number])
        assert result.gate_threshold == pytest.approx(0.25 + number / 1000)
    assert source.read() is None
    assert source.losses() == ()
    source.close()
    assert source.read() is None


def test_any_frame_is_found_from_any_other(folder):
    source = SessionSource(folder)
    source.open()
    for number in (150, 3, 199, 0, 110, 99, 119, 120, 61, 60, 59, 198, 100):
        source.seek(number / 30 + 0.004)
        assert grey(read(source)) == pytest.approx(wanted_grey(number), abs=3)
    source.seek(1e9)
    assert grey(read(source)) == pytest.approx(wanted_grey(199), abs=3)
    source.seek(-5.0)
    assert grey(read(source)) == pytest.approx(wanted_grey(0), abs=3)
    source.close()


def test_without_its_video_the_hands_are_there_on_grey(folder):
    for video in folder.glob("*.mkv"):
        video.unlink()
    source = SessionSource(folder)
    source.open()
    source.seek(1.0)
    frame = read(source)
    assert frame.size == (64, 48)
    assert np.ptp(frame.image) == 0
    assert RecordedHands(source).process_frame(frame).hands == (), "of frame 30"
    source.seek(1.04)
    assert [hand.track_id for hand in RecordedHands(source).process_frame(read(source)).hands] == [31]
    assert any("no picture" in sentence for sentence in source.losses())
    source.close()


def test_a_session_that_was_cut_short_is_played_as_far_as_it_goes(recorder):
    for number in range(100):
        recorder.write(result_of(number, (hand_of(number),)))
    recorder._write_pending()
    recorder._sync()  # and no more: as after a power cut
    source = SessionSource(recorder.folder)
    info = source.open()
    assert info.frame_count == 100
    for number in (70, 10, 95, 40):
        source.seek(number / 30)
        assert grey(read(source)) == pytest.approx(wanted_grey(number), abs=3)
    source.close()
    recorder.close()


def test_a_damaged_video_of_a_session_is_named(folder):
    (folder / VIDEO_NAME).write_bytes(b"nothing")
    with pytest.raises(SourceError, match=r"video\.mkv"):
        SessionSource(folder).open()


def test_what_is_no_session_is_refused_in_a_sentence(tmp_path):
    assert not is_session(tmp_path)
    assert not is_session("a\0b")
    with pytest.raises(SourceError, match=r"session\.yaml"):
        SessionSource(tmp_path).open()


def test_an_empty_session_is_refused_in_a_sentence(recorder):
    recorder.close()
    assert is_session(recorder.folder)
    with pytest.raises(SourceError, match="no frame"):
        SessionSource(recorder.folder).open()


@pytest.mark.parametrize("kept", ["half", "none"])
def test_pictures_can_be_kept_smaller_or_not_at_all(tmp_path, kept):
    settings = load_settings(overrides=[f"recording.video={kept}", "recording.traces=false"])
    recorder = SessionRecorder(tmp_path / "session", settings=settings)
    sizes = [(640, 480), (321, 241), (640, 480)]
    for number, size in enumerate(sizes):
        result = result_of(number, (hand_of(number),), size=size)
        image = result.frame.image.copy()
        image[:, : size[0] // 2] = 200
        recorder.write(replace(result, frame=replace(result.frame, image=image)))
    recorder.close()
    assert (recorder.folder / VIDEO_NAME).exists() == (kept == "half")
    assert read_session(recorder.folder).record(1).hands[0].trace == ()
    assert [frame.image is None for frame in read_session(recorder.folder).frames()] == [kept == "none"] * 3

    source = SessionSource(recorder.folder)
    source.open()
    for number, size in enumerate(sizes):
        frame = read(source)
        assert frame.size == size
        assert np.ptp(frame.image) == 0 if kept == "none" else frame.image[100, 10, 0] > 180
        if kept == "half":
            assert frame.image[100, -10, 0] == pytest.approx(wanted_grey(number), abs=6)
    assert source.losses() == ()
    source.close()
    assert ("hands alone" in str(_lines(summarise(recorder.folder)))) == (kept == "none")
