"""Clips under other conditions: what is shown changes, and where the hand is goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from handtrack.hand import Frame
from handtrack.study.evaluation.finding.views import Views
from handtrack.study.evaluation.motion.bench import measure_motion
from handtrack.study.evaluation.motion.conditions import SHARES, under_conditions
from handtrack.study.evaluation.motion.followers import Shown
from handtrack.study.evaluation.motion.truth import MotionTruth
from tests.handtrack.study.evaluation.motion.made_truth import made_truth

MIDDLES = [(80.0 + 10 * number, 140.0) for number in range(6)]


@pytest.fixture
def views(shared_data: Path) -> Views:
    return Views(shared_data / "hdri")


@pytest.fixture
def clip(tmp_path: Path) -> MotionTruth:
    """A magenta square for a hand, which moves over grey: nothing in a landscape is so."""
    video = tmp_path / "square.mp4"
    with av.open(str(video), "w") as container:
        stream = container.add_stream("libx264", rate=30, options={"crf": "5"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv444p"
        for x, y in MIDDLES:
            picture = np.full((240, 320, 3), 128, np.uint8)
            picture[int(y) - 50 : int(y) + 51, int(x) - 50 : int(x) + 51] = (255, 0, 255)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())
    return replace(made_truth(np.array(MIDDLES)[:, None], complete=False), kind="fast clips", video=video)


class Looker:
    """Notes what it is shown."""

    name = "looker"

    def __init__(self) -> None:
        self.seen: list[list[Frame]] = []

    def start(self) -> None:
        self.seen.append([])

    def follow(self, frame: Frame) -> Shown:
        self.seen[-1].append(frame)
        return Shown([], 1.0, 1.0)

    def afterwards(self, shown: Sequence[Shown], times: np.ndarray) -> None:
        return None


def magenta(image: np.ndarray) -> tuple[np.ndarray, float]:
    """Middle and side of what is far more red and blue than green."""
    blue, green, red = (image[..., channel].astype(int) for channel in range(3))
    rows, columns = np.nonzero(np.minimum(blue, red) - green > 60)
    return np.array([columns.mean(), rows.mean()]), float(np.sqrt(len(rows)))


def test_the_hand_is_where_it_is_said_to_be(clip: MotionTruth, views: Views) -> None:
    looker, harder = Looker(), under_conditions([clip], views)
    measure_motion(harder, [looker])

    assert len(harder) == len({truth.kind for truth in harder}) == 11
    for truth, frames in zip(harder, looker.seen, strict=True):
        assert len(frames) == truth.frames
        assert [frame.timestamp for frame in frames] == [number / truth.fps for number in range(truth.frames)]
        if "grey" in truth.kind:
            assert all((frame.image == frame.image[..., :1]).all() for frame in frames)
            continue
        for frame, middle, size in zip(frames, truth.middle[:, 0], truth.size[:, 0], strict=True):
            found, side = magenta(frame.image)
            assert np.abs(found - middle).max() < 1.5, truth.kind
            assert side == pytest.approx(size, abs=4), truth.kind


def test_a_far_hand_has_its_share_of_the_height(clip: MotionTruth, views: Views) -> None:
    far = [truth for truth in under_conditions([clip], views) if "height" in truth.kind]
    assert [float(truth.size.mean()) / 480 for truth in far] == pytest.approx(SHARES, rel=0.02)


def test_what_is_seen_has_changed_but_for_the_frames_left_out(clip: MotionTruth, views: Views) -> None:
    looker = Looker()
    measure_motion([clip, *under_conditions([clip], views)], [looker])
    as_it_is, *changed = looker.seen
    for frames in changed[:-1]:
        assert not np.array_equal(frames[0].image, as_it_is[0].image)
    for left, frame in zip(changed[-1], as_it_is[::2], strict=True):
        assert np.array_equal(left.image, frame.image)
        assert left.timestamp == pytest.approx(frame.timestamp)


def test_the_same_clip_is_shown_alike_each_time(clip: MotionTruth, views: Views) -> None:
    lookers = [Looker(), Looker()]
    for looker in lookers:
        measure_motion(under_conditions([clip], views), [looker])
    for one, other in zip(lookers[0].seen, lookers[1].seen, strict=True):
        assert all(np.array_equal(a.image, b.image) for a, b in zip(one, other, strict=True))
