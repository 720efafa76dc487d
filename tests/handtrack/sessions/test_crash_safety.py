"""What a crash, a power cut, a full disk and a vanishing folder leave behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import yaml

from handtrack.config import Settings
from handtrack.errors import SessionError
from handtrack.hand import Frame, FrameResult
from handtrack.sessions import SessionRecorder, check_session, read_session, repair_session

REPOSITORY = Path(__file__).resolve().parents[3]

# A program that records 30 frames a second until it is ended from outside, and tells each frame's time.
RECORDING_PROGRAM = """
import sys, time
from pathlib import Path
import numpy as np
from handtrack.config import Settings
from handtrack.hand import Crop, Frame, FrameResult, Hand, IterationEstimate, read_only
from handtrack.sessions import SessionRecorder

flat, deep, ones = (read_only(np.full(shape, 3.0), np.float32) for shape in ((21, 2), (21, 3), (21,)))
step = IterationEstimate(flat, deep, ones, ones, 0.7)
hand = Hand(flat, deep, ones, ones, 1, 0.7, "right", 0.9, 1, Crop((5.0, 5.0), 9.0, 0.0), (step,), flat, deep)
noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3), np.uint8)

with SessionRecorder(Path(sys.argv[1]), settings=Settings()) as recorder:
    for index in range(10**9):
        image = read_only(np.roll(noise, index, axis=1))
        recorder.write(FrameResult(Frame(image, time.monotonic(), index), (hand,), False, 0.5, 4))
        print(index, time.monotonic(), flush=True)
        time.sleep(1 / 30)
"""


def test_the_last_picture_is_readable_when_the_source_stalls(tmp_path, settings, make_result):
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        recorder.write(make_result(0))
        recorder.write(make_result(1))
        for _ in range(3):
            time.sleep(recorder.seconds_until_flush())
            recorder.flush_if_due()
        stalled = [frame.image is not None for frame in read_session(tmp_path / "s").frames()]
        recorder.write(make_result(2))

    assert stalled == [True, True]
    # The repeated picture that pushed it out belongs to no frame.
    resumed = [frame.result().frame for frame in read_session(tmp_path / "s").frames()]
    assert [frame.index for frame in resumed] == [0, 1, 2]
    assert [frame.image.mean() for frame in resumed] == pytest.approx([20, 23, 26], abs=2)


def test_both_files_are_forced_to_disk_at_every_flush(tmp_path, settings, make_result, monkeypatch):
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("needs /proc to tell which file is forced to disk")
    forced: list[str] = []
    real_fsync = os.fsync

    def noted_fsync(number: int) -> None:
        forced.append(Path(os.readlink(f"/proc/self/fd/{number}")).name)
        real_fsync(number)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    with SessionRecorder(tmp_path / "s", settings=settings) as recorder:
        assert {"s", ".session.yaml.part", "hands.arrows", "video.mkv"} <= set(forced)
        recorder.write(make_result(0))
        time.sleep(recorder.seconds_until_flush())
        forced.clear()
        recorder.write(make_result(1))
        assert {"hands.arrows", "video.mkv"} <= set(forced)


def start_recording(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RECORDING_PROGRAM, str(folder)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_kill_9_leaves_all_but_the_last_second(tmp_path):
    folder = tmp_path / "s"
    program = start_recording(folder)
    times: list[float] = []
    due = 0
    for line in program.stdout or ():
        times.append(float(line.split()[1]))
        due = sum(moment <= times[-1] - 1.0 for moment in times)
        if due >= 10:
            break
    program.send_signal(signal.SIGKILL)
    program.communicate(timeout=10)

    session = read_session(folder)
    frames = list(session.frames())

    assert session.manifest.status == "recording"
    assert [frame.record.index for frame in frames] == list(range(len(frames)))
    assert len(frames) >= due
    assert all(frame.image is not None for frame in frames[:due])


def test_a_full_disk_ends_the_recording_with_one_sentence_and_loses_nothing(tmp_path):
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    noise = np.random.default_rng(0)
    with SessionRecorder(tmp_path / "s", settings=Settings()) as recorder:

        def record_until_full() -> None:
            for index in range(300):
                frame = Frame(noise.integers(0, 255, (120, 160, 3), np.uint8), index / 30, index)
                recorder.write(FrameResult(frame, (), False, 0.5, 4))

        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
            with pytest.raises(SessionError) as failure:
                record_until_full()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    session = read_session(tmp_path / "s")
    frames = list(session.frames())
    written = recorder.frames_written

    assert str(failure.value).startswith(
        f"the recording to {tmp_path / 's'} stopped after {written} frames: File too large; what was written"
    )
    assert session.manifest.status == "recording"
    # The video met the limit; the table did not, and has the rows that waited to be flushed.
    assert len(frames) == written > 3
    assert sum(frame.image is not None for frame in frames) >= written - 1


@pytest.mark.skipif(sys.platform == "win32", reason="an open folder cannot be deleted there")
def test_a_folder_that_vanishes_ends_the_recording(tmp_path, settings, make_result):
    recorder = SessionRecorder(tmp_path / "s", settings=settings)
    recorder.write(make_result(0))
    shutil.rmtree(tmp_path / "s")
    time.sleep(recorder.seconds_until_flush())

    with pytest.raises(SessionError, match=r"stopped after 2 frames: hands\.arrows vanished"):
        recorder.write(make_result(1))
    with pytest.raises(SessionError, match="has ended"):
        recorder.write(make_result(2))
    recorder.close()


@pytest.mark.parametrize("name", ["hands.arrows", "video.mkv"])
@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be replaced there")
def test_a_file_that_is_replaced_ends_the_recording(tmp_path, settings, make_result, name):
    recorder = SessionRecorder(tmp_path / "s", settings=settings)
    recorder.write(make_result(0))
    (tmp_path / "other").write_bytes(b"another file")
    os.replace(tmp_path / "other", tmp_path / "s" / name)

    with pytest.raises(SessionError, match=rf"{name} was replaced by another file"):
        recorder.close()

    assert yaml.safe_load((tmp_path / "s" / "session.yaml").read_text())["status"] == "recording"


def test_of_recorders_that_start_together_one_gets_the_folder(tmp_path):
    program = """
import sys
from pathlib import Path
from handtrack.config import Settings
from handtrack.errors import SessionError
from handtrack.sessions import SessionRecorder

for folder in sys.stdin:
    try:
        recorder = SessionRecorder(Path(folder.strip()), settings=Settings())
        print("accepted", flush=True)
    except SessionError as error:
        print(error, flush=True)
"""
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for number in range(40):
        for each in programs:
            assert each.stdin is not None
            each.stdin.write(f"{tmp_path / str(number)}\n")
            each.stdin.flush()
        answers = [each.stdout.readline().strip() for each in programs if each.stdout is not None]
        assert answers.count("accepted") == 1, answers
    for each in programs:
        each.communicate(timeout=30)


@pytest.mark.parametrize("frames", [0, 1, 17, 31])
def test_what_kill_9_leaves_at_any_moment_is_read(tmp_path, frames):
    folder = tmp_path / "s"
    program = start_recording(folder)
    assert program.stdout is not None
    if frames:
        for _ in range(frames):
            program.stdout.readline()
    else:
        while not (folder / "session.yaml").exists():
            time.sleep(0.001)
    program.send_signal(signal.SIGKILL)
    program.communicate(timeout=10)

    session = read_session(folder)

    assert session.damage == ()
    found = [frame.record.index for frame in session.frames()]
    assert found == list(range(len(found)))
    assert len(found) >= frames - 17

    for path in folder.iterdir():  # a repair waits until nobody can be writing any more
        os.utime(path, (path.stat().st_atime - 60, path.stat().st_mtime - 60))
    repair_session(folder)
    repaired = read_session(folder)
    assert repaired.whole
    assert repaired.table.equals(session.table)
    assert [frame.record.index for frame in repaired.frames()] == found
    assert check_session(folder).problems == ()


@pytest.fixture(scope="module")
def killed_at_once(tmp_path_factory):
    """A session whose recorder was killed as soon as it was there; not to be changed."""
    folder = tmp_path_factory.mktemp("killed") / "s"
    program = start_recording(folder)
    while not (folder / "session.yaml").exists():
        time.sleep(0.001)
    program.send_signal(signal.SIGKILL)
    program.communicate(timeout=10)
    return folder


@pytest.mark.parametrize("size", [1, 100, 4096])
def test_a_table_that_was_cut_within_its_first_message_has_no_rows_and_no_damage(
    tmp_path, closed_session, killed_at_once, size
):
    """A power cut or kill -9 may leave the first page of the first message alone."""
    folder = Path(shutil.copytree(killed_at_once, tmp_path / "s"))
    (folder / "hands.arrows").write_bytes((closed_session / "hands.arrows").read_bytes()[:size])

    session = read_session(folder)

    assert session.damage == ()
    assert len(session) == 0
    assert not session.whole
