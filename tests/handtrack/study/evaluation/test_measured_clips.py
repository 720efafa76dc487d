from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import SourceError
from handtrack.study.evaluation.measured_clips import MeasuredFrame, load_measured_clips
from tests.handtrack.study.evaluation.conftest import SIZE, write_video

LINE = "Frame_2 0.25 0.25 0.75 0.5 0.5 0.5 0.5 0.25\n"


def test_the_fast_clips_are_measured_in_every_frame(shared_data: Path) -> None:
    clips = load_measured_clips(shared_data / "clips" / "fast")

    assert [clip.path.stem for clip in clips] == [
        "rotation_1",
        "rotation_2",
        "translation_1",
        "translation_2",
    ]
    shown = list(clips[0].frames())
    assert len(shown) == 50
    for index, (frame, measured) in enumerate(shown):
        assert frame.timestamp == pytest.approx(index / 30)
        assert measured is not None
        # Both tips lie in the box, or at its edge.
        reach = 0.05 * measured.side
        assert (measured.tips > measured.box[:2] - reach).all()
        assert (measured.tips < measured.box[2:] + reach).all()


def test_frames_are_counted_from_one_and_measured_in_pixels(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", 3)
    (tmp_path / "a.txt").write_text(LINE)
    (tmp_path / "unmeasured.mp4").write_bytes(b"")

    [clip] = load_measured_clips(tmp_path)
    first, second, third = (measured for _, measured in clip.frames())

    assert (first, third) == (None, None)
    assert second is not None
    assert second.box.tolist() == [SIZE[0] / 4, SIZE[1] / 4, SIZE[0] * 3 / 4, SIZE[1] / 2]
    assert second.tips.tolist() == [[SIZE[0] / 2, SIZE[1] / 2], [SIZE[0] / 2, SIZE[1] / 4]]
    assert second.side == SIZE[0] / 2


@pytest.mark.parametrize(
    "line",
    [
        "Frame_0 0 0 1 1 0 0 0 0",
        "Frame_x 0 0 1 1 0 0 0 0",
        "Frame_1 0 0 1 1 0 0 0",
        "Frame_1 0 0 1 1 0 0 0 nan",
        "Frame_1 0 0 1 1 0 0 0 far",
        "Frame_1 0.5 0 0.5 1 0 0 0 0",
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str) -> None:
    write_video(tmp_path / "a.mp4", 1)
    (tmp_path / "a.txt").write_text(f"Frame_1 0 0 1 1 0 0 0 0\n{line}\n")

    with pytest.raises(SourceError, match="line 2 cannot be read"):
        load_measured_clips(tmp_path)


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no clip"):
        load_measured_clips(tmp_path)
    write_video(tmp_path / "a.mp4", 1)
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(SourceError, match="no measured frame"):
        load_measured_clips(tmp_path)
    (tmp_path / "a.txt").write_text(LINE)
    with pytest.raises(SourceError, match="ends with frame 1, but frame 2 was measured"):
        list(load_measured_clips(tmp_path)[0].frames())


def test_the_nearest_of_several_hands_is_taken() -> None:
    measured = MeasuredFrame(np.array([100.0, 100, 200, 180]), np.array([[110.0, 120], [190, 120]]))
    near = np.tile([150.0, 140], (21, 1))

    assert measured.nearest([near + 80, near + 10, near - 60]) == 1
    assert measured.nearest([]) is None
    joints = near.copy()
    joints[4], joints[8] = (110, 130), (190, 120)
    assert measured.errors(joints, (4, 8)) == pytest.approx([0.1, 0.0])
