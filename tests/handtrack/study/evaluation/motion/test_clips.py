"""Clips of the bench: rendered into a folder and kept, or filmed and measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handtrack.errors import ConfigError, SourceError
from handtrack.study.datasets.labelling.label_store import LabelledHand
from handtrack.study.evaluation.clips import clip_frames
from handtrack.study.evaluation.measured_clips import MeasuredClip
from handtrack.study.evaluation.motion.real_clips import FAST, LABELLED, labelled_truths, measured_truth
from handtrack.study.evaluation.motion.rendered_clips import PLAN_FILE, ensure_clips
from handtrack.study.evaluation.motion.truth import SHOWN, UNKNOWN
from handtrack.study.synthesis.body.mesh import mesh_path
from handtrack.study.synthesis.film.plan import FilmSettings
from tests.handtrack.study.evaluation.conftest import SIZE, write_video
from tests.handtrack.study.evaluation.motion.made_truth import shape_at

SHORT = FilmSettings(seconds=0.2, kinds=("turn",), size=(160, 120))
needs_mesh = pytest.mark.skipif(
    not mesh_path().is_file(), reason="needs the hand mesh, which `handtrack synth` fetches on first use"
)


@needs_mesh
def test_clips_are_rendered_once_and_only_what_is_missing_again(tmp_path: Path) -> None:
    reported: list[tuple[int, int | None]] = []
    folder = tmp_path / "motion"
    try:
        first = ensure_clips(folder, tmp_path, SHORT, lambda *done: reported.append(done))
    except SourceError as error:
        pytest.skip(str(error))

    assert [(clip.name, clip.frames) for clip in first] == [("turn_0.5_at_30", 6), ("turn_0.9_at_60", 12)]
    assert reported == [(count, 18) for count in range(1, 19)]
    for clip in first:
        assert len(list(clip_frames(clip.video))) == clip.frames

    picture = first[0].video.read_bytes()
    (folder / "turn_0.5_at_30.npz").unlink()
    reported.clear()
    # The folder knows what it was begun with.
    again = ensure_clips(folder, tmp_path, None, lambda *done: reported.append(done))

    assert reported[-1] == (6, 6)
    np.testing.assert_array_equal(again[0].joints_2d, first[0].joints_2d)
    assert again[0].video.read_bytes() == picture


def test_a_folder_of_other_clips_is_not_added_to(tmp_path: Path) -> None:
    (tmp_path / PLAN_FILE).write_text('{"seed": 0, "seconds": 3, "kinds": ["cut"], "size": [640, 480]}')

    with pytest.raises(ConfigError, match="name another folder"):
        ensure_clips(tmp_path, tmp_path, SHORT)


def test_a_damaged_plan_is_named(tmp_path: Path) -> None:
    (tmp_path / PLAN_FILE).write_text('{"seed": 0}')

    with pytest.raises(SourceError, match=r"plan\.json is damaged"):
        ensure_clips(tmp_path, tmp_path)


def test_a_measured_clip_is_whole_where_it_was_measured_and_unknown_elsewhere(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", 4)
    row = np.array([0.25, 0.25, 0.75, 0.5, 0.3, 0.3, 0.7, 0.3])

    truth = measured_truth(MeasuredClip(tmp_path / "a.mp4", {1: row, 2: row}))

    assert (truth.kind, truth.fps, truth.complete, truth.hands) == (FAST, 30.0, False, (None,))
    assert truth.state[:, 0].tolist() == [UNKNOWN, SHOWN, SHOWN, UNKNOWN]
    assert truth.size[1, 0] == SIZE[0] / 2
    np.testing.assert_allclose(truth.joints_2d[1, 0, 4], np.array([0.3, 0.3]) * SIZE)
    assert np.isnan(truth.joints_2d[1, 0, 0]).all()
    assert np.isnan(truth.size[0, 0])


def test_a_labelled_clip_is_whole_at_its_labels_and_known_to_be_near_between_them(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", 5)

    def label(frame: int, x: float) -> LabelledHand:
        zeros = np.zeros(21, np.float32)
        return LabelledHand(
            f"a.mp4#{frame}", shape_at(x, 60).astype(np.float32), zeros, zeros, "left", 1.0, 0.0
        )

    [truth] = labelled_truths(tmp_path, [label(1, 100), label(3, 120), label(4, 0), label(4, 9)])

    assert (truth.kind, truth.hands, truth.complete) == (LABELLED, ("left",), False)
    assert truth.state[:, 0].tolist() == [UNKNOWN, SHOWN, UNKNOWN, SHOWN, UNKNOWN]
    assert truth.middle[:, 0, 0].tolist() == [100, 100, 110, 120, 120]
    assert truth.size[2, 0] == 100
    assert np.isnan(truth.joints_2d[2]).all()

    with pytest.raises(SourceError, match="has 5 frames, but frame 8 is labelled"):
        labelled_truths(tmp_path, [label(7, 100)])
