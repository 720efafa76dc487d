"""One source into one session: whole or not there, and never another's."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from handtrack.batch.job import UNFINISHED_NAME, Job, do
from handtrack.batch.outcome import read_origin
from handtrack.config import load_settings
from handtrack.sessions import check_session
from tests.handtrack.batch.conftest import short_clip


def job_of(source: str, out: Path, *overrides: str, replace: bool = False) -> Job:
    settings = load_settings(None, ["tracker.engine=openvino", *overrides]).model_dump(mode="json")
    return Job(source, str(out / Path(source).stem), settings, replace)


@pytest.fixture
def clip(tmp_path: Path) -> str:
    return short_clip(tmp_path / "clip.mp4")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def left(out: Path) -> list[str]:
    return [path.name for path in (out / UNFINISHED_NAME).iterdir()]


def test_a_session_says_what_it_was_made_of_and_a_second_attempt_finds_it_done(clip, out):
    first = do(job_of(clip, out))
    again = do(job_of(clip, out))

    assert first.status == "done", first.error
    assert first.frames == 6
    assert first.video_seconds == pytest.approx(0.2)
    assert again == first == read_origin(out / "clip")
    assert check_session(out / "clip").problems == ()
    assert left(out) == []


def test_other_settings_are_named_and_the_session_stays_until_it_is_to_be_replaced(clip, out):
    first = do(job_of(clip, out))

    refused = do(job_of(clip, out, "tracker.max_hands=1", "window.theme=light"))
    kept = read_origin(out / "clip")
    replaced = do(job_of(clip, out, "tracker.max_hands=1", replace=True))

    assert refused.failed
    assert "other settings (tracker.max_hands was 2, is 1)" in refused.error
    assert "--force" in refused.error
    assert kept == first
    assert replaced.status == "done", replaced.error
    assert read_origin(out / "clip") == replaced
    assert replaced.settings_sha256 != first.settings_sha256
    assert left(out) == []


def test_settings_that_do_not_decide_make_no_difference(clip, out):
    first = do(job_of(clip, out))

    assert do(job_of(clip, out, "window.theme=light", "recording.flush_interval=1")) == first


def test_a_file_that_changed_since_is_not_what_the_session_was_made_of(clip, out):
    do(job_of(clip, out))
    short_clip(Path(clip), frames=9)

    refused = do(job_of(clip, out))
    anew = do(job_of(clip, out, replace=True))

    assert "from the file as it was before" in refused.error
    assert anew.frames == 9


def test_a_folder_of_another_is_left_alone(clip, out):
    (out / "clip").mkdir(parents=True)
    (out / "clip" / "mine.txt").write_text("mine")

    for replace in (False, True):
        refused = do(job_of(clip, out, replace=replace))
        assert refused.failed
        assert "take it away" in refused.error
    assert (out / "clip" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize("what", ["vanishes", "changes"])
def test_a_file_that_vanishes_or_changes_while_it_is_read_gives_no_session(clip, out, what):
    def meddle(done: int, total: int | None) -> None:
        if done == 3 and what == "vanishes":
            Path(clip).unlink()
        elif done == 3:
            os.utime(clip, (1, 1))

    outcome = do(job_of(clip, out), meddle)

    assert outcome.failed
    assert "changed or taken away while it was read" in outcome.error
    assert not (out / "clip").exists()
    assert left(out) == []


def test_of_two_attempts_at_a_time_one_session_stays_and_none_is_mixed(clip, out):
    """As when a worker is given up for lost, and goes on."""
    others = []

    def other(done: int, total: int | None) -> None:
        if done == 3:
            others.append(do(job_of(clip, out)))

    outcome = do(job_of(clip, out), other)

    assert [each.status for each in others] == ["done"], others
    assert outcome == others[0]
    assert check_session(out / "clip").problems == ()
    assert left(out) == []


def test_a_session_that_cannot_be_replaced_is_put_back(clip, out, monkeypatch):
    first = do(job_of(clip, out))
    rename = os.rename

    def unfinished_vanishes(old: Path, new: Path) -> None:
        if Path(old).suffix == ".part":
            shutil.rmtree(old)
        rename(old, new)

    monkeypatch.setattr("handtrack.batch.job.os.rename", unfinished_vanishes)
    outcome = do(job_of(clip, out, "tracker.max_hands=1", replace=True))

    assert outcome.failed
    assert read_origin(out / "clip") == first


def test_what_has_no_end_is_refused(out):
    for source in ("0", "rendered", "rendered:7", "camera:any"):
        assert "has no end" in do(job_of(source, out)).error


def test_a_path_that_is_no_text_is_taken(tmp_path, out):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/name\xff.mp4")
    try:
        os.rename(short_clip(tmp_path / "clip.mp4"), path)
    except OSError:
        pytest.skip("this file system takes text alone for names")

    first = do(job_of(path, out))
    again = do(job_of(path, out))

    assert first.status == "done", first.error
    assert again == first
