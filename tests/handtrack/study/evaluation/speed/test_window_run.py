"""The window measured as a program of its own, and the clip that stands in for a camera."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handtrack.errors import HandtrackError, SourceError
from handtrack.study.evaluation.clips import clip_frames
from handtrack.study.evaluation.speed.window_run import WindowMeasure, make_camera_clip, measure_window


@pytest.fixture(scope="module")
def camera_clip(tmp_path_factory: pytest.TempPathFactory, counting_clip: Path) -> Path:
    path = tmp_path_factory.mktemp("camera") / "camera.mp4"
    make_camera_clip(counting_clip, path, seconds=1.0)
    return path


def test_the_clip_is_a_cameras_and_runs_forth_and_back(camera_clip):
    frames = list(clip_frames(camera_clip))
    assert len(frames) == 30
    assert {frame.size for frame in frames} == {(1280, 720)}
    assert np.diff([frame.timestamp for frame in frames]) == pytest.approx(1 / 30, abs=1e-3)
    small = np.stack([frame.image[::8, 440:840:8].astype(float) for frame in frames])
    steps = np.abs(np.diff(small, axis=0)).mean(axis=(1, 2, 3))
    assert np.abs(small[15] - small[0]).mean() > 3 * np.median(steps), "the hand moves"
    again = np.abs(small[-1] - small[0]).mean()
    assert again < 3 * steps.max(), "played again, the hand does not jump"
    assert steps.max() < 8 * np.median(steps), "nor where the pictures turn back"


def test_a_clip_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(SourceError, match=r"missing\.mp4"):
        make_camera_clip(tmp_path / "missing.mp4", tmp_path / "camera.mp4", seconds=1.0)


def test_the_window_is_measured_as_a_program_of_its_own(camera_clip, hand_bundle):
    measured = measure_window(str(camera_clip), 0.5, overrides=["window.mirror=false"])
    assert (measured.source_width, measured.source_height, measured.source_fps) == (1280, 720, 30)
    assert measured.drawn > 0
    assert measured.visible_seconds < measured.first_frame_seconds
    assert measured.process_cores > measured.window_thread_cores > 0


def test_what_the_window_could_not_open_is_said_in_its_words(tmp_path):
    with pytest.raises(HandtrackError, match=r"missing\.mp4"):
        measure_window(str(tmp_path / "missing.mp4"), 1.0)


def test_without_any_screen_the_way_to_one_is_said(monkeypatch, tmp_path):
    for variable in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(HandtrackError, match="xvfb"):
        measure_window("demo", 1.0)


def test_a_measurement_that_is_something_else_is_refused():
    for text in ("", "[]", "{}", json.dumps({"resident_mb": []})):
        with pytest.raises(HandtrackError, match="measure again"):
            WindowMeasure.from_json(text)


def test_a_measurement_is_read_as_it_was_written():
    values: dict[str, Any] = {field.name: 1 for field in dataclasses.fields(WindowMeasure)}
    values |= {
        "source": "camera.mp4",
        "stage_ms": {"total": 9.5},
        "thread_cores": {},
        "resident_mb": [1.0, 2.0],
    }
    read = WindowMeasure.from_json(json.dumps(values))
    assert read.resident_mb == (1.0, 2.0)
    assert read.stage_ms["total"] == 9.5
