"""A transport stream whose times jump by hours plays on from frame to frame, as in any player."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from handtrack.sources.frame_times import FrameTimes
from handtrack.sources.video import VideoSource

FRAMES = 60
HIGH_BIT = 1 << 29  # of a time in a transport stream, which counts 1/90000 s: 1.7 hours


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Two seconds, each picture a little brighter than the one before, without pictures between others."""
    path = tmp_path / "whole.ts"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg2video", rate=30, options={"g": "15", "bf": "0", "threads": "1"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 4 * number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def with_jump(clip: Path, packets: range) -> Path:
    """A copy in which these packets are shown 1.7 hours later; a last one among them is read later, too."""
    copy = clip.with_stem("jumps")
    with av.open(str(clip)) as source, av.open(str(copy), "w", options={"mpegts_copyts": "1"}) as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.pts is None or packet.dts is None:
                continue
            if number in packets:
                packet.pts += HIGH_BIT
                # FFmpeg writes no file that is read backwards.
                packet.dts += HIGH_BIT if packets.stop == FRAMES else 0
            packet.stream = stream
            target.mux(packet)
    return copy


@pytest.mark.parametrize(
    "packets", [range(30, 31), range(30, FRAMES)], ids=["one time is damaged", "a recorder began anew"]
)
def test_times_that_jump_by_hours_are_no_missing_frames(clip, packets):
    source = VideoSource(with_jump(clip, packets))
    source.open()
    shown = list(iter(source.read, None))
    source.close()
    assert len(shown) == FRAMES
    for times in ([frame.position or 0.0 for frame in shown], [frame.timestamp for frame in shown]):
        steps = [after - before for before, after in pairwise(times)]
        assert steps == pytest.approx([1 / 30] * (FRAMES - 1), abs=2e-3)
    assert not any("missing" in sentence for sentence in source.losses())


@pytest.mark.parametrize(
    "packets", [range(30, 31), range(30, FRAMES)], ids=["one time is damaged", "a recorder began anew"]
)
def test_places_before_and_behind_such_a_jump_are_found(clip, packets):
    source = VideoSource(with_jump(clip, packets))
    source.open()
    assert source.read() is not None
    for number in (45, 10, 31):
        source.seek(number / 30)
        frame = source.read()
        assert frame is not None
        assert frame.position == pytest.approx(number / 30, abs=2e-3)
        assert frame.image.mean() == pytest.approx(4 * number, abs=8)
    source.close()


def test_a_long_still_of_a_format_without_jumps_is_a_long_still():
    times = FrameTimes(1 / 30, jumps=False)
    assert [times.of(stated) for stated in (0.0, 60.0, None, 61.0)] == [0.0, 60.0, 60.0 + 1 / 30, 61.0]
