"""The rendered hand as a camera: its pace, its truth, and its end."""

from __future__ import annotations

import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.sources import Source
from handtrack.sources.rendered import RenderedSource, can_render_live
from tests.handtrack.sources.moving_hand import MovingHand


class SlowHand(MovingHand):
    """A scene that takes a tenth of a second to render."""

    def frame(self, t):
        time.sleep(0.1)
        return super().frame(t)


def source_of(scene: MovingHand, *, realtime: bool, fps: int = 30) -> RenderedSource:
    return RenderedSource(
        scene.seed, size=scene.size, fps=fps, realtime=realtime, make_scene=lambda *_: scene
    )


def read(source: RenderedSource) -> Frame:
    frame = source.read()
    assert frame is not None
    return frame


def test_every_frame_comes_in_order_when_nobody_waits():
    scene = MovingHand()
    source = source_of(scene, realtime=False)
    source.open()
    frames = [read(source) for _ in range(40)]
    source.close()
    assert isinstance(source, Source)
    assert [frame.index for frame in frames] == list(range(40))
    assert [frame.timestamp for frame in frames] == pytest.approx([number / 30 for number in range(40)])
    assert scene.asked == pytest.approx([frame.timestamp for frame in frames])
    for frame in frames:
        assert frame.truth is not None
        assert frame.truth[0].joints_2d[0, 0] == pytest.approx(60 + 20 * frame.timestamp)
        assert frame.image.shape == (112, 128, 3)
        assert frame.image.flags.c_contiguous
        assert not frame.image.flags.writeable


def test_the_film_can_begin_later():
    scene = MovingHand()
    source = RenderedSource(realtime=False, begin=4.0, make_scene=lambda *_: scene)
    source.open()
    frame = read(source)
    source.close()
    assert scene.asked == [4.0]
    assert (frame.index, frame.timestamp) == (0, 0.0)


def test_frames_come_at_their_own_pace_in_real_time():
    source = source_of(MovingHand(), realtime=True, fps=50)
    source.open()
    began = time.monotonic()
    frames = [read(source) for _ in range(26)]
    took = time.monotonic() - began
    source.close()
    assert took >= 0.5 - 0.02, "26 frames end half a second after the first"
    stamps = np.array([frame.timestamp for frame in frames])
    assert began <= stamps[0] <= began + 1
    steps = np.diff([frame.index for frame in frames])
    np.testing.assert_allclose(np.diff(stamps), steps / 50, atol=1e-6)


def test_a_machine_that_renders_slowly_loses_frames_and_stays_with_the_clock():
    scene = SlowHand()
    source = source_of(scene, realtime=True, fps=50)
    source.open()
    frames = [read(source) for _ in range(5)]
    source.close()
    indices = [frame.index for frame in frames]
    assert all(step >= 4 for step in np.diff(indices[1:])), "those in between are gone"
    assert scene.asked == pytest.approx([index / 50 for index in indices]), "the hand moves at its true speed"


def test_closing_ends_a_waiting_read():
    source = source_of(MovingHand(), realtime=True, fps=1)
    source.open()
    assert source.read() is not None
    timer = threading.Timer(0.1, source.close)
    timer.start()
    began = time.monotonic()
    assert source.read() is None
    assert time.monotonic() - began < 0.9
    timer.join()
    assert source.read() is None
    source.close()
    with pytest.raises(SourceError, match="closed"):
        source.open()


def test_the_renderer_is_released_in_its_own_thread_only():
    scene = MovingHand()
    source = source_of(scene, realtime=False)
    stopped = threading.Event()

    def capture() -> None:
        source.open()
        while source.read() is not None:
            pass
        stopped.set()
        source.close()

    thread = threading.Thread(target=capture, name="the capture thread")
    thread.start()
    source.close()
    thread.join()
    assert stopped.is_set()
    assert scene.closed_in == "the capture thread"


def test_the_information_says_that_it_is_live_and_without_end():
    source = source_of(MovingHand(seed=7), realtime=True)
    info = source.open()
    source.close()
    assert (info.width, info.height, info.fps, info.frame_count, info.live) == (128, 112, 30.0, None, True)
    assert "seed 7" in info.detail


@pytest.fixture
def install(monkeypatch, tmp_path):
    """Function that puts doubles in the place of the renderer and of the mesh's file."""

    def put(scene: type | None, *, mesh: bool = True) -> None:
        file = tmp_path / "hand.glb"
        if mesh:
            file.touch()
        if scene is None:
            monkeypatch.setitem(sys.modules, "moderngl", None)
        renderer = SimpleNamespace(AnimatedScene=scene)
        monkeypatch.setitem(sys.modules, "handtrack.study.synthesis.animated", renderer)
        monkeypatch.setitem(
            sys.modules, "handtrack.study.synthesis.body.mesh", SimpleNamespace(mesh_path=lambda: file)
        )

    return put


class Film(MovingHand):
    def __init__(self, seed, size, panoramas):
        super().__init__(seed, size)


class SlowFilm(Film):
    def frame(self, t):
        time.sleep(0.08)
        return super().frame(t)


class NoFilm:
    def __init__(self, *_):
        raise SourceError("there is no OpenGL")


@pytest.mark.parametrize(
    ("scene", "expected"), [(Film, True), (SlowFilm, False), (NoFilm, False), (None, False)]
)
def test_a_hand_is_rendered_live_where_that_is_fast_enough(install, scene, expected):
    install(scene)
    assert can_render_live() is expected


def test_a_hand_is_not_rendered_live_where_its_mesh_would_have_to_be_fetched(install):
    install(Film, mesh=False)
    assert not can_render_live()


def test_a_machine_without_a_renderer_is_told_of_the_clip(monkeypatch):
    monkeypatch.setitem(sys.modules, "moderngl", None)
    with pytest.raises(SourceError, match=r"needs moderngl.*handtrack-sigma\[synthesis\].*`demo`"):
        RenderedSource(realtime=True).open()
