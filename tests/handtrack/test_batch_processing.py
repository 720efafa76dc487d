from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from handtrack.batch_processing import FileOutcome, process_files, session_folders
from handtrack.errors import SessionError
from handtrack.sessions import read_session
from handtrack.sessions.video import VideoWriter


def write_video(path: Path, frames: int) -> str:
    path.parent.mkdir(exist_ok=True)
    with VideoWriter(path, fps=25, crf=20) as video:
        for number in range(frames):
            video.write(np.full((48, 64, 3), 4 * number, np.uint8), 40 * number)
    return str(path)


def test_each_file_has_a_session_and_one_that_fails_stops_no_other(tmp_path, hand_bundle):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video")
    sources = [write_video(tmp_path / "one.mp4", 6), str(broken), write_video(tmp_path / "two.mp4", 9)]
    ended: list[FileOutcome] = []

    outcomes = process_files(sources, tmp_path / "out", 2, ["--set", "tracker.max_hands=1"], ended.append)

    assert [outcome.source for outcome in outcomes] == sources
    assert sorted(outcome.source for outcome in ended) == sorted(sources)
    assert [outcome.failed for outcome in outcomes] == [False, True, False]
    assert outcomes[1].text.startswith("error: ")
    assert "broken.mp4" in outcomes[1].text
    for outcome, frames in ((outcomes[0], 6), (outcomes[2], 9)):
        session = read_session(outcome.session)
        assert len(list(session.records())) == frames
        assert f"{frames} frames" in outcome.text
    assert not outcomes[1].session.exists()


def test_sources_of_one_name_are_told_apart(tmp_path):
    folders = session_folders(["a/clip.mp4", "b/clip.mov", "clip-2.avi", "0"], tmp_path)

    assert [folder.name for folder in folders] == ["clip", "clip-2", "clip-2-2", "0"]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("taken")

    with pytest.raises(SessionError, match="cannot write"):
        process_files(["a.mp4", "b.mp4"], tmp_path / "file" / "out", 1)
