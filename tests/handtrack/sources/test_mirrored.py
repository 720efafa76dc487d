"""Sources that show the world as a mirror does: turned back where they are read, for all that follows."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from handtrack.config import Settings
from handtrack.hand import Frame
from handtrack.sources import camera as camera_module
from handtrack.sources import open_source
from handtrack.sources.base import SourceInfo
from handtrack.sources.camera import CameraSource
from handtrack.sources.labelled_video import mirrored_truth, write_labelled_video
from handtrack.tracking import HandTracker
from tests.handtrack.sources.moving_hand import film, true_hand

MIRRORED = Settings.model_validate({"source": {"mirrored": True}})


def play(spec: str | Path, settings: Settings, most: int = 1000) -> tuple[SourceInfo, list[Frame]]:
    source = open_source(spec, settings, realtime=False)
    info = source.open()
    frames: list[Frame] = []
    while len(frames) < most and (frame := source.read()) is not None:
        frames.append(frame)
    source.close()
    return info, frames


def mirror_of(clip: Path, path: Path, count: int) -> Path:
    """The first frames of a video as a selfie."""
    with av.open(str(clip)) as read, av.open(str(path), "w") as written:
        frames = read.decode(video=0)
        stream = written.add_stream("libx264", rate=30, options={"crf": "18", "preset": "veryfast"})
        stream.pix_fmt = "yuv420p"
        for number in range(count):
            image = next(frames).to_ndarray(format="bgr24")
            if not number:
                stream.height, stream.width = image.shape[:2]
            frame = av.VideoFrame.from_ndarray(cv2.flip(image, 1).astype(np.uint8), format="bgr24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            written.mux(stream.encode(frame))
        written.mux(stream.encode(None))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One picture whose left half is blue."""
    image = np.zeros((30, 40, 3), np.uint8)
    image[:, :20] = (255, 0, 0)
    (tmp_path / "pictures").mkdir()
    cv2.imwrite(str(tmp_path / "pictures" / "1.png"), image)
    return tmp_path / "pictures"


def test_pictures_of_a_folder_and_single_ones_are_turned_back(folder):
    for spec in (folder, folder / "1.png"):
        _, (plain,) = play(spec, Settings())
        info, (turned,) = play(spec, MIRRORED)
        np.testing.assert_array_equal(turned.image, plain.image[:, ::-1])
        assert turned.image.flags.c_contiguous
        assert not turned.image.flags.writeable
        assert info.detail.endswith("turned back from a mirror's picture")


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_video_is_turned_back_after_it_is_upright(make_video, tmp_path, rotation):
    path = tmp_path / "turned.mp4"
    with av.open(str(make_video())) as read, av.open(str(path), "w") as written:
        copy = written.add_stream_from_template(read.streams.video[0])
        copy.set_display_rotation(rotation)
        for packet in read.demux(video=0):
            if packet.dts is not None:
                packet.stream = copy
                written.mux(packet)
    plain_info, plain = play(path, Settings())
    info, turned = play(path, MIRRORED)
    assert (info.width, info.height) == (plain_info.width, plain_info.height) == turned[0].size
    assert info.detail == f"{plain_info.detail}, turned back from a mirror's picture"
    np.testing.assert_array_equal(turned[0].image, plain[0].image[:, ::-1])
    assert turned[0].image.flags.c_contiguous


def test_a_camera_is_turned_back(camera, monkeypatch):
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:, :32] = (255, 0, 0)
    monkeypatch.setattr(camera_module, "list_cameras", camera.cameras)
    monkeypatch.setattr(
        "tests.handtrack.sources.conftest.CaptureDouble.retrieve", lambda capture: (True, picture.copy())
    )
    settings = MIRRORED.camera.model_copy(update={"stale_after": 5.0})
    source = CameraSource(0, settings, mirrored=True, open_device=camera.open_device, cameras=camera.cameras)
    info = source.open()
    frame = source.read()
    source.close()
    assert frame is not None
    np.testing.assert_array_equal(frame.image, picture[:, ::-1])
    assert not frame.image.flags.writeable
    assert "turned back" in info.detail


@pytest.mark.parametrize("spec", [0, "0", "camera:Double HD", None])
def test_the_setting_reaches_cameras(spec):
    source = open_source(spec, MIRRORED, realtime=True)
    assert isinstance(source, CameraSource)
    assert source._turning


def test_the_programs_own_hands_are_never_mirrored():
    _, (plain,) = play("demo", Settings(), most=1)
    _, (turned,) = play("demo", MIRRORED, most=1)
    np.testing.assert_array_equal(turned.image, plain.image)


def test_the_truth_of_a_clip_is_turned_back_with_its_picture(tmp_path):
    path = tmp_path / "hand.mp4"
    write_labelled_video(path, film(5), fps=30, crf=12)
    _, plain = play(path, Settings())
    _, turned = play(path, MIRRORED)
    for frame, before in zip(turned, plain, strict=True):
        assert frame.truth is not None
        assert before.truth is not None
        (hand,), (stored,) = frame.truth, before.truth
        assert {hand.handedness, stored.handedness} == {"left", "right"}
        bright = cv2.inRange(frame.image, (60, 120, 160), (180, 220, 255)) > 0
        found = np.argwhere(bright)[:, ::-1].mean(axis=0)
        np.testing.assert_allclose(found, hand.joints_2d.mean(axis=0), atol=1.0)
        np.testing.assert_array_equal(hand.joints_3d, stored.joints_3d * (-1, 1, 1))


def test_a_hand_mirrored_twice_is_itself():
    hand = true_hand()
    again = mirrored_truth(mirrored_truth(hand, 128), 128)
    assert again.handedness == hand.handedness
    for name in ("joints_2d", "joints_3d", "visible"):
        np.testing.assert_array_equal(getattr(again, name), getattr(hand, name))
        assert not getattr(again, name).flags.writeable


def tracked(path: Path, settings: Settings) -> tuple[Counter[str], np.ndarray]:
    """How often each hand was found in a clip, and its last wrist in pixels."""
    source = open_source(path, settings, realtime=False)
    source.open()
    tracker = HandTracker.load(max_hands=1)
    found: Counter[str] = Counter()
    wrist = np.zeros(2)
    for frame in iter(source.read, None):
        for hand in tracker.process_frame(frame).hands:
            found[hand.handedness] += 1
            wrist = hand.raw_joints_2d[0]
    tracker.close()
    source.close()
    return found, wrist


def test_a_selfies_hand_is_the_right_one_with_the_setting_and_the_wrong_one_without(
    counting_clip, tmp_path, hand_bundle
):
    selfie = mirror_of(counting_clip, tmp_path / "selfie.mp4", 20)
    whole = mirror_of(selfie, tmp_path / "world.mp4", 20)
    world, wrist = tracked(whole, Settings())
    assert (set(world), world["right"]) == ({"right"}, 20)
    exchanged, _ = tracked(selfie, Settings())
    assert (set(exchanged), exchanged["left"]) == ({"left"}, 20)
    turned, wrist_turned = tracked(selfie, MIRRORED)
    assert (set(turned), turned["right"]) == ({"right"}, 20)
    # Compressed once more it moves by up to 2 % of the hand; on the wrong side it would lie 240 pixels off.
    np.testing.assert_allclose(wrist_turned, wrist, atol=12)
