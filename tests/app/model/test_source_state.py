"""Everything that the window says of its source follows from one state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.model.source_state import SourceState, source_label
from app.values import Phase
from handtrack.sources.base import SourceInfo

INFO = SourceInfo("clip.mp4", 640, 480, 29.97, None, False, "h264, 640 x 480")


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Phase.IDLE, ""),
        (Phase.OPENING, "clip.mp4 · being opened"),
        (Phase.LOADING, "clip.mp4 · the tracker is being loaded"),
        (Phase.RUNNING, "clip.mp4 · 640 × 480 · 29.97 fps"),
        (Phase.STOPPED, "clip.mp4 · stopped"),
        (Phase.ENDED, "clip.mp4 · at its end"),
        (Phase.FAILED, "clip.mp4 · not open"),
    ],
)
def test_the_status_line_says_what_is_done_with_which_source(phase, words):
    assert SourceState(phase, "clip.mp4", INFO).words == words


@pytest.mark.parametrize("phase", list(Phase))
def test_only_what_runs_has_rates_and_can_be_recorded_and_covers_the_picture_with_nothing(phase):
    state = SourceState(phase, "clip.mp4", INFO)
    running = phase is Phase.RUNNING
    assert state.shows_rates == running
    assert (state.why_not_record == "") == running
    assert (state.message is None) == running
    assert bool(state.detail) == running
    assert state.shows_start_page == (phase in (Phase.IDLE, Phase.FAILED))
    if state.message is not None:
        assert state.message.waits == (phase in (Phase.OPENING, Phase.LOADING, Phase.STOPPING))


def test_a_recording_is_not_recorded_and_says_what_it_waits_for():
    state = SourceState(Phase.RUNNING, "2026-11-28", INFO, is_session=True, shows_recorded=True)
    assert "recording already" in state.why_not_record
    assert replace(state, shows_recorded=False).why_not_record == ""
    loading = replace(state, phase=Phase.LOADING).message
    assert loading is not None
    assert "session" in loading.words


def test_names_from_files_cannot_act_on_anything():
    hostile = SourceInfo("a\x1b[31m.mp4", 4, 4, 0.0, None, False, "b\x07")
    state = SourceState(Phase.RUNNING, "a\x1b[31m.mp4", hostile)
    assert not {"\x1b", "\x07"} & set(state.words + state.detail + replace(state, phase=Phase.FAILED).words)


def test_sources_have_short_names():
    assert source_label("demo") == "Demo clip"
    assert source_label("rendered") == "Rendered hand"
    assert source_label("rendered:7") == "Rendered hand 7"
    assert source_label(0) == "Camera 0"
    assert source_label("2") == "Camera 2"
    assert source_label("camera:Logitech") == "Logitech"
    assert source_label("/films/holiday clip.mp4") == "holiday clip.mp4"
    assert source_label(Path("/films/pictures")) == "pictures"
