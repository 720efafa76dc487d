"""The shipped clip, and how such a clip is made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.hand import Frame
from handtrack.sources import demo_clip as module
from handtrack.sources.demo_clip import demo_clip, record_clip
from handtrack.sources.labelled_video import LabelledVideoSource
from handtrack.sources.rendered import RenderedSource
from handtrack.sources.truth_file import truth_path
from tests.handtrack.sources.moving_hand import MovingHand


def frames_of(path: Path) -> list[Frame]:
    source = LabelledVideoSource(path)
    source.open()
    frames = list(iter(source.read, None))
    source.close()
    return [frame for frame in frames if frame is not None]


def test_the_shipped_clip_shows_ten_seconds_of_a_known_hand():
    path = demo_clip()
    assert path.stat().st_size + truth_path(path).stat().st_size < 3_000_000
    frames = frames_of(path)
    assert len(frames) == 300
    assert frames[-1].timestamp == pytest.approx(299 / 30, abs=0.002)
    assert {frame.size for frame in frames} == {(640, 480)}
    wrists = []
    for frame in frames:
        assert frame.truth is not None
        (hand,) = frame.truth
        assert (hand.joints_2d > -0.5).all()
        assert (hand.joints_2d < [639.5, 479.5]).all()
        np.testing.assert_array_equal(hand.joints_3d[0], 0)
        assert 0.04 < np.linalg.norm(hand.joints_3d[9]) < 0.13, "wrist to middle MCP of a person, metres"
        wrists.append(hand.joints_2d[0])
    assert np.ptp(wrists, axis=0).max() > 30, "it moves"
    assert np.linalg.norm(np.diff(wrists, axis=0), axis=1).max() < 60, "and never jumps"


def test_an_incomplete_installation_is_told_in_one_line(monkeypatch):
    def missing(name: str) -> Path:
        raise FileNotFoundError(f"{name} is missing from this installation; install handtrack again")

    monkeypatch.setattr(module, "resource_path", missing)
    with pytest.raises(SourceError, match="install handtrack again"):
        demo_clip()


def test_a_clip_holds_the_first_seconds_of_a_source(tmp_path):
    scene = MovingHand()
    source = RenderedSource(realtime=False, size=scene.size, make_scene=lambda *_: scene)
    steps: list[tuple[int, int | None]] = []
    path = tmp_path / "hand.mp4"
    size = record_clip(
        source, path, seconds=0.5, crf=25, progress=lambda done, total: steps.append((done, total))
    )
    assert size == path.stat().st_size + truth_path(path).stat().st_size
    assert steps == [(number, 15) for number in range(1, 16)]
    assert scene.closed_in is not None
    frames = frames_of(path)
    assert len(frames) == 15
    last = frames[-1].truth
    assert last is not None
    assert last[0].joints_2d[0, 0] == pytest.approx(60 + 20 * 14 / 30, abs=1e-3)


def test_the_source_is_released_when_the_clip_cannot_be_made(tmp_path):
    (tmp_path / "taken").write_text("a file")
    scene = MovingHand()
    source = RenderedSource(realtime=False, size=scene.size, make_scene=lambda *_: scene)
    with pytest.raises(SourceError, match="cannot be written"):
        record_clip(source, tmp_path / "taken" / "hand.mp4", seconds=0.2, crf=25)
    assert scene.closed_in is not None
