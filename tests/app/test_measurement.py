"""The window measured by itself, with the real tracker on a real clip."""

from __future__ import annotations

import json

import pytest

from app import measurement
from app.main import run_window
from handtrack.config import load_settings


@pytest.fixture
def file(tmp_path):
    return tmp_path / "window.json"


def test_the_window_measures_itself(qtbot, monkeypatch, file, counting_clip, tracker_loads, end_of_loading):
    monkeypatch.setattr(measurement, "SETTLING_SECONDS", 0.5)
    assert run_window(str(counting_clip), load_settings(), quit_after=1.0, measure=file) == 0
    found = json.loads(file.read_text())
    assert found["seconds"] >= 0.9
    assert (found["source_width"], found["source_height"]) == (544, 960)
    assert 0 < found["visible_seconds"] < found["first_frame_seconds"] <= found["first_hand_seconds"]
    # Two frames may be on their way at both ends.
    assert 0 < found["drawn"] <= found["captured"] + 2
    assert abs(found["captured"] - found["tracked"] - found["dropped"]) <= 4
    assert found["missed"] == 0
    assert 0 < found["latency_p50_ms"] <= found["latency_p95_ms"] <= found["latency_p99_ms"]
    assert found["stage_ms"]["estimate"] <= found["stage_ms"]["total"] < found["latency_p99_ms"]
    assert 1 <= found["mean_loops"] <= 4
    assert 0 < found["window_thread_cores"] < found["process_cores"]


def test_what_is_unknown_to_measure_is_said_in_one_sentence(qtbot, file, tmp_path, capsys):
    missing = tmp_path / "missing.mp4"
    assert run_window(str(missing), load_settings(), quit_after=1.0, measure=file) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "missing.mp4" in line
    assert not file.exists()


def test_a_source_that_ends_too_soon_is_said_in_one_sentence(
    qtbot, file, plain_clip, capsys, tracker_loads, end_of_loading
):
    settings = load_settings(overrides=["playback.loop=false"])
    assert run_window(plain_clip, settings, quit_after=1.0, measure=file) == 1
    assert "let it run longer" in capsys.readouterr().err
    assert not file.exists()
