from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from handtrack.errors import SessionError
from handtrack.sessions import SessionRecorder, render_summary, summarise
from handtrack.sessions.losses import LostFrames


def shown(summary) -> str:
    console = Console(width=100, file=io.StringIO(), record=True)
    console.print(render_summary(summary))
    return console.export_text()


def test_a_summary_counts_frames_hands_loops_and_drops(recorded, make_hand):
    summary = summarise(recorded)
    hands = [make_hand(10 * i + slot, 1 + i % 4) for i in range(40) for slot in range(i % 3)]
    loops = [hand.iterations for hand in hands]

    assert (summary.status, summary.frames, summary.frame_size) == ("complete", 40, (64, 48))
    assert summary.duration == pytest.approx(39 / 30)
    assert summary.fps == pytest.approx(30)
    assert (summary.frames_with_hand, summary.hand_share) == (26, 26 / 40)
    assert summary.hands == len(hands)
    assert summary.loops == {count: loops.count(count) for count in (1, 2, 3, 4)}
    assert summary.mean_loops == pytest.approx(np.mean(loops))
    assert summary.sigma_2d == pytest.approx(np.mean([hand.sigma_2d for hand in hands]), rel=1e-5)
    assert summary.sigma_3d == pytest.approx(np.mean([hand.sigma_3d for hand in hands]), rel=1e-5)
    z, sigma = np.array([(hand.wrist_position[2], hand.sigma_position[2]) for hand in hands]).T
    assert summary.distance == pytest.approx((z.min(), np.median(z), z.max(), sigma.mean()), rel=1e-5)
    assert (summary.detector_frames, summary.detector_share) == (4, 0.1)
    assert (summary.losses, summary.damage) == (("1 frame left out by the recorder",), ())
    assert (summary.missing, summary.pictures) == (0, 40)
    assert summary.gate_threshold == (0.25, pytest.approx(0.289))


def test_gaps_between_frames_are_told_where_nobody_said_who_left_them(tmp_path, settings, make_result):
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        for index, dropped in ((0, 0), (4, 2), (5, 2), (9, 2)):
            recorder.write(make_result(index), dropped=dropped)

    summary = summarise(tmp_path / "s")

    assert summary.missing == 6
    assert summary.losses == (
        "2 frames left out by the recorder",
        "4 frames between the recorded ones missing",
    )


def test_what_was_lost_is_told_in_the_words_of_the_recording(tmp_path, settings, make_result):
    lost = LostFrames(recorder=1, untracked=475, failed=2, source=3)
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        recorder.write(make_result(0), dropped=1)
        recorder.close(losses=("the file is damaged at 3.2 s",), lost=lost)

    summary = summarise(tmp_path / "s")
    lines = [" ".join(line.split()) for line in shown(summary).splitlines()]

    assert summary.losses == (*lost.sentences(), "the file is damaged at 3.2 s")
    for sentence in (
        "1 frame left out by the recorder",
        "475 frames never tracked (replaced by newer ones)",
        "2 frames failed in the tracker",
        "3 frames lost by the source",
        "the file is damaged at 3.2 s",
    ):
        assert f"lost {sentence}" in lines


def test_names_in_a_session_do_not_act_on_the_terminal(recorded):
    manifest = recorded / "session.yaml"
    text = manifest.read_text().replace("name: clip.mp4", 'name: "\\e[2J\\e]0;owned\\aclip.mp4"')
    manifest.write_text(text.replace("ended: null", 'ended: "\\e[31mred"'))

    text = shown(summarise(recorded))

    assert "complete (\\x1b[31mred)" in text
    assert "\\x1b[2J\\x1b]0;owned\\x07clip.mp4" in text
    assert "\x1b" not in text
    assert "\x07" not in text


def test_an_interrupted_session_says_so(recorded):
    manifest = recorded / "session.yaml"
    manifest.write_text(manifest.read_text().replace("status: complete", "status: recording"))

    summary = summarise(recorded)

    assert summary.status == "interrupted"
    assert "interrupted (not closed" in shown(summary)


def test_a_session_without_frames_has_a_summary(tmp_path, settings):
    with SessionRecorder(tmp_path / "s", settings=settings):
        pass

    summary = summarise(tmp_path / "s")

    assert (summary.frames, summary.fps, summary.mean_loops, summary.hand_share) == (0, 0.0, None, 0.0)
    assert "0 in 0.00 s" in shown(summary)


def test_a_summary_tells_when_the_video_cannot_be_read(recorded):
    (recorded / "video.mkv").unlink()

    summary = summarise(recorded)

    assert summary.pictures is None
    assert "cannot be read" in shown(summary)


def test_a_summary_is_shown_in_plain_lines(recorded):
    text = shown(summarise(recorded))

    assert str(recorded) in text.replace("\n", "")
    for line in (
        "clip.mp4, 64 x 48 pixels",
        "40 in 1.30 s, 30.0 a second",
        "26 frames (65.0%)",
        "1 frame left out by the recorder",
        "readable, 40 of 40 pictures",
        "m, mean sigma",
    ):
        assert line in text


def test_a_folder_that_is_no_session_has_no_summary(tmp_path):
    with pytest.raises(SessionError, match="is not a session"):
        summarise(tmp_path)
