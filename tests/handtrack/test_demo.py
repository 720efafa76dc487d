"""The demo without a screen: what it makes, and what it never takes away."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from handtrack import demo
from handtrack.config import Settings, load_settings
from handtrack.demo import demo_source, run_headless_demo
from handtrack.errors import SessionError, SourceError
from handtrack.screen import has_screen
from handtrack.sources.camera_list import CameraDescription


def no_progress(done: int, total: int | None) -> None:
    pass


@pytest.fixture
def short_clip(tmp_path: Path, counting_clip: Path) -> Path:
    """The first 24 frames of the counting clip, at half size."""
    path = tmp_path / "short.mp4"
    with av.open(str(counting_clip)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 272, 480, "yuv420p"
        for index, frame in enumerate(source.decode(video=0)):
            if index == 24:
                break
            picture = frame.reformat(272, 480, "bgr24").to_ndarray()
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        target.mux(stream.encode())
    return path


def test_given_source_is_taken() -> None:
    assert demo_source("clip.mp4", screen=True) == "clip.mp4"
    assert demo_source("clip.mp4", screen=False) == "clip.mp4"


def test_first_camera_is_taken_on_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    cameras = [CameraDescription(2, "Desk camera", "id", "V4L2"), CameraDescription(4, "Other", "id", "V4L2")]
    monkeypatch.setattr(demo, "list_cameras", lambda: cameras)

    assert demo_source(None, screen=True) == "2"


@pytest.mark.parametrize(("possible", "expected"), [(True, "rendered"), (False, "demo")])
def test_hand_is_rendered_without_a_camera_or_comes_from_the_clip(
    monkeypatch: pytest.MonkeyPatch, possible: bool, expected: str
) -> None:
    monkeypatch.setattr(demo, "list_cameras", list)
    monkeypatch.setattr(demo, "can_render_live", lambda: possible)

    assert demo_source(None, screen=True) == expected


def test_shipped_clip_is_taken_without_a_screen() -> None:
    assert demo_source("", screen=False) == "demo"


@pytest.mark.parametrize(
    ("platform", "display", "wayland", "expected"),
    [
        ("linux", ":0", "", True),
        ("linux", "", "wayland-0", True),
        ("linux", "", "", False),
        ("darwin", "", "", True),
        ("win32", "", "", True),
    ],
)
def test_screen_is_recognised(
    monkeypatch: pytest.MonkeyPatch, platform: str, display: str, wayland: str, expected: bool
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.setenv("WAYLAND_DISPLAY", wayland)

    assert has_screen() is expected


@pytest.mark.parametrize("name", ["session", "annotated.mp4", "window.png"])
def test_what_the_demo_did_not_make_is_never_replaced(tmp_path: Path, name: str) -> None:
    theirs = tmp_path / name
    if name == "session":
        theirs.mkdir()
        theirs = theirs / "video.mkv"
    theirs.write_bytes(b"theirs")

    with pytest.raises(SessionError, match=rf"{name} was not made by the demo"):
        run_headless_demo("absent.mp4", Settings(), progress=no_progress, folder=tmp_path)

    assert theirs.read_bytes() == b"theirs"


def test_what_an_earlier_demo_made_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "session").mkdir()
    made = [tmp_path / name for name in ("session/.made-by-demo", "annotated.mp4", "window.png")]
    for path in made:
        path.touch()

    with pytest.raises(SourceError, match=r"absent\.mp4"):
        run_headless_demo("absent.mp4", Settings(), progress=no_progress, folder=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_demo_leaves_session_video_and_picture(tmp_path: Path, short_clip: Path, hand_bundle: Path) -> None:
    settings = load_settings(None, ["tracker.max_hands=1", "window.history_seconds=2"])
    folder = tmp_path / "out"
    steps: list[tuple[int, int | None]] = []

    files = run_headless_demo(
        str(short_clip), settings, progress=lambda done, total: steps.append((done, total)), folder=folder
    )

    assert steps[-1] == (24, 24)
    assert set(folder.iterdir()) == set(files.values())
    assert (files["session"] / ".made-by-demo").exists()
    assert (files["session"] / "hands.parquet").is_file()
    with av.open(str(files["annotated video"])) as container:
        assert sum(1 for _ in container.decode(video=0)) == 24
    picture = cv2.imread(str(files["picture of the window"]))
    assert picture is not None
    assert min(picture.shape[:2]) >= 400
    colours = picture @ np.array([1, 1 << 8, 1 << 16])
    assert len(np.unique(colours)) > 100  # a window with a picture in it, not a blank
