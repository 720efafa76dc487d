"""From what a person writes to a source."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from handtrack.config import Settings, load_settings
from handtrack.errors import SourceError
from handtrack.sources import Source, open_source
from handtrack.sources import camera as camera_module
from handtrack.sources.camera import CameraSource
from handtrack.sources.images import ImageSource
from handtrack.sources.labelled_video import LabelledVideoSource, write_labelled_video
from handtrack.sources.rendered import RenderedSource
from handtrack.sources.video import VideoSource
from tests.handtrack.sources.moving_hand import film


def refusal(spec: str | int | Path) -> str:
    with pytest.raises(SourceError) as caught:
        open_source(spec, Settings(), realtime=True)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "hand.JPG"
    path.write_bytes(cv2.imencode(".jpg", np.zeros((20, 30, 3), np.uint8))[1].tobytes())
    return path


@pytest.mark.parametrize(
    "spec", [0, 3, "0", "12", " 1 ", "camera:Logitech", "camera:/dev/v4l/by-id/x", "camera:2", None]
)
def test_cameras_by_index_name_or_id(spec):
    source = open_source(spec, Settings(), realtime=True)
    assert isinstance(source, CameraSource)
    assert isinstance(source, Source)


def test_files_and_folders_as_text_or_path(make_video, picture):
    video = make_video()
    for spec, kind in ((video, VideoSource), (picture, ImageSource), (picture.parent, ImageSource)):
        assert isinstance(open_source(spec, Settings(), realtime=False), kind)
        assert isinstance(open_source(str(spec), Settings(), realtime=False), kind)


def test_a_video_beside_its_truth_plays_with_it(tmp_path):
    path = tmp_path / "hand.mp4"
    write_labelled_video(path, film(3), fps=30, crf=30)
    source = open_source(path, Settings(), realtime=False)
    assert isinstance(source, LabelledVideoSource)
    source.open()
    frame = source.read()
    source.close()
    assert frame is not None
    assert frame.truth is not None


@pytest.mark.parametrize(
    ("spec", "seed"), [("rendered", 0), ("rendered:7", 7), ("rendered: 12", 12), ("rendered:0", 0)]
)
def test_a_rendered_hand_by_its_seed(spec, seed):
    source = open_source(spec, Settings(), realtime=True)
    assert isinstance(source, RenderedSource)
    assert source._seed == seed


@pytest.mark.parametrize("spec", ["rendered:", "rendered:x", "rendered:-1", "rendered:1.5"])
def test_a_seed_that_is_none_is_refused(spec):
    assert "rendered:7" in refusal(spec)


def test_files_loop_in_real_time_only_unless_told(picture):
    def loops(**arguments) -> bool:
        settings = load_settings(None, ["playback.images_as_video=true"])
        source = open_source(picture, settings, **arguments)
        looping = source.open().frame_count is None
        source.close()
        return looping

    assert loops(realtime=True)
    assert not loops(realtime=False)
    assert not loops(realtime=True, loop=False)
    assert not loops(realtime=False, loop=True), "there is no pace at which it could"


@pytest.mark.parametrize(
    "spec", ["nothing.mp4", "", "http://example.org/clip.mp4", "camera:", "-1", -1, "cam 0", "a\0b"]
)
def test_what_is_no_source_lists_what_is_possible(spec):
    message = refusal(spec)
    assert "camera" in message or "cannot be read" in message


def test_a_misspelt_file_brings_the_near_one(make_video):
    path = make_video("counting_hand.mp4")
    assert "did you mean" in refusal(path.with_name("countnig_hand.mp4"))
    assert "counting_hand.mp4" in refusal(path.with_name("countnig_hand.mp4"))


def test_a_missing_camera_costs_one_error_and_no_line_of_opencv(capfd, monkeypatch):
    source = open_source(77, Settings(), realtime=True)
    with pytest.raises(SourceError, match="camera 77"):
        source.open()
    source.close()
    assert capfd.readouterr() == ("", "")


def test_damaged_files_cost_no_line_of_opencv_or_ffmpeg(tmp_path, make_video, capfd):
    (tmp_path / "images").mkdir()
    data = cv2.imencode(".jpg", np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8))[1].tobytes()
    (tmp_path / "images" / "cut.jpg").write_bytes(data[: len(data) // 2])
    (tmp_path / "images" / "none.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    video = make_video("cut.mkv", [i / 30 for i in range(60)])
    video.write_bytes(video.read_bytes()[:2500])
    for spec in (tmp_path / "images", video):
        source = open_source(spec, Settings(), realtime=False)
        try:
            source.open()
            while source.read() is not None:
                pass
        except SourceError:
            pass
        source.close()
    assert capfd.readouterr() == ("", "")


def test_the_camera_of_the_settings_is_used_when_nothing_is_said(camera, monkeypatch):
    monkeypatch.setattr(camera_module, "list_cameras", camera.cameras)
    source = open_source(None, Settings.model_validate({"camera": {"device": "Double HD"}}), realtime=True)
    assert isinstance(source, CameraSource)
    assert source._wanted == "Double HD"
