"""Clips with their truth: what was written comes back, on the right frame, through every loop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.sources.labelled_video import LabelledVideoSource, write_labelled_video
from handtrack.sources.played import PlayedSource
from handtrack.sources.transport import Transport
from handtrack.sources.truth_file import read_truth, truth_path, write_truth
from tests.handtrack.sources.moving_hand import film


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Half a second of the moving hand."""
    path = tmp_path / "hand.mp4"
    write_labelled_video(path, film(15), fps=30, crf=12)
    return path


def play(path: Path, *, loop: bool = False, most: int = 1000) -> list[Frame]:
    source = PlayedSource(LabelledVideoSource(path), Transport(loop=loop), ends=not loop)
    source.open()
    frames: list[Frame] = []
    while len(frames) < most and (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    return frames


def wrist_of(frame: Frame) -> float:
    assert frame.truth is not None
    return float(frame.truth[0].joints_2d[0, 0])


def test_each_frame_carries_its_own_true_hand(clip):
    frames = play(clip)
    assert len(frames) == 15
    for shown, made in zip(frames, film(15), strict=True):
        assert shown.position == pytest.approx(made.timestamp, abs=2e-3)
        assert wrist_of(shown) == wrist_of(made)
        assert np.median(np.abs(shown.image.astype(int) - made.image)) <= 2


def test_the_joints_lie_where_the_picture_shows_them(clip):
    for frame in play(clip):
        assert frame.truth is not None
        bright = cv2.inRange(frame.image, (60, 120, 160), (180, 220, 255)) > 0
        found = np.argwhere(bright)[:, ::-1].mean(axis=0)
        np.testing.assert_allclose(found, frame.truth[0].joints_2d.mean(axis=0), atol=1.0)


def test_a_loop_begins_again_with_the_first_truth(clip):
    frames = play(clip, loop=True, most=33)
    assert [wrist_of(frame) for frame in frames[15:30]] == [wrist_of(frame) for frame in frames[:15]]
    assert wrist_of(frames[30]) == wrist_of(frames[0])
    assert np.all(np.diff([frame.timestamp for frame in frames]) > 0)


def test_a_frame_that_the_file_does_not_know_has_no_truth(clip):
    truth = read_truth(truth_path(clip))
    write_truth(truth_path(clip), replace(truth, times_ms=truth.times_ms[:5], hands=truth.hands[:5]))
    frames = play(clip)
    assert all(frame.truth is not None for frame in frames[:5])
    assert all(frame.truth is None for frame in frames[5:])


def test_the_information_says_that_the_truth_is_known(clip):
    source = LabelledVideoSource(clip)
    info = source.open()
    source.close()
    assert (info.name, info.width, info.height, info.frame_count) == ("hand.mp4", 128, 112, 15)
    assert info.detail.endswith("with true hands")


def test_the_truth_of_another_video_is_refused(clip):
    truth = read_truth(truth_path(clip))
    write_truth(truth_path(clip), replace(truth, size=(640, 480)))
    source = LabelledVideoSource(clip)
    with pytest.raises(SourceError, match=r"hand\.truth\.arrow.*640 x 480.*128 x 112"):
        source.open()
    assert source.read() is None


def test_a_clip_without_its_truth_is_refused(clip):
    truth_path(clip).unlink()
    with pytest.raises(SourceError, match=r"hand\.truth\.arrow"):
        LabelledVideoSource(clip).open()


def test_the_size_of_both_files_is_told(tmp_path):
    path = tmp_path / "new folder" / "hand.mp4"
    told = write_labelled_video(path, film(5), fps=30, crf=30)
    assert told == sum(file.stat().st_size for file in path.parent.iterdir())
    assert sorted(file.name for file in path.parent.iterdir()) == ["hand.mp4", "hand.truth.arrow"]


def broken(frames: list[Frame], how: str) -> list[Frame]:
    if how == "no truth":
        return [*frames[:3], replace(frames[3], truth=None)]
    if how == "another size":
        return [*frames[:3], replace(frames[3], image=np.zeros((112, 130, 3), np.uint8))]
    if how == "odd size":
        return [replace(frames[0], image=np.zeros((111, 128, 3), np.uint8))]
    return []


@pytest.mark.parametrize("how", ["no truth", "another size", "odd size", "no frames"])
def test_frames_that_make_no_clip_leave_the_older_clip_alone(clip, how):
    before = {file: file.read_bytes() for file in clip.parent.iterdir()}
    with pytest.raises(SourceError) as caught:
        write_labelled_video(clip, broken(film(6), how), fps=30, crf=20)
    assert "\n" not in str(caught.value)
    assert {file: file.read_bytes() for file in clip.parent.iterdir()} == before


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(SourceError, match="taken"):
        write_labelled_video(tmp_path / "taken" / "hand.mp4", film(2), fps=30, crf=20)


def test_a_full_disk_leaves_no_part_behind(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("handtrack.sources.labelled_video.write_truth", full)
    with pytest.raises(SourceError, match=r"No space left on device.*make room"):
        write_labelled_video(tmp_path / "hand.mp4", film(2), fps=30, crf=20)
    assert list(tmp_path.iterdir()) == []
