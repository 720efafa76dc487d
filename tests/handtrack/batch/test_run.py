"""The command on many videos with real worker processes: faults, going on, and what kills."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pandas
import pytest

from handtrack.batch.outcome import read_origin
from handtrack.sessions import check_session
from tests.handtrack.batch.conftest import in_work, is_running, short_clip, start, wait_until, worker_of
from tests.handtrack.cli.calling import failed_with_one_line, handtrack

FAST = ("--set", "tracker.engine=openvino")


def summary(out: Path) -> pandas.DataFrame:
    return pandas.read_parquet(out / "summary.parquet")


def sessions(out: Path) -> dict[str, str]:
    """Folder by source of those that are done; each must be whole."""
    found = {}
    for folder in out.iterdir():
        if folder.is_dir() and folder.name != ".unfinished":
            origin = read_origin(folder)
            assert origin is not None, folder
            assert check_session(folder).problems == ()
            found[origin.source] = folder.name
    return found


def test_one_fails_and_the_rest_finish_and_the_same_command_goes_on(tmp_path, clips):
    out, listed = tmp_path / "out", tmp_path / "list.txt"
    one, two = str(clips / "a" / "short.mp4"), str(clips / "b" / "short.mp4")
    listed.write_text(f"{two}\n{one}\n{clips / 'damaged.mp4'}\n")
    arguments = (
        "process",
        one,
        clips / "absent.mp4",
        "--list",
        listed,
        "--out",
        out,
        "--workers",
        "2",
        *FAST,
    )

    first = handtrack(*arguments)
    made = sessions(out)
    times = {name: (out / name / "session.yaml").stat().st_mtime_ns for name in made.values()}
    rows = summary(out).set_index("source")
    again = handtrack(*arguments)

    assert first.exit_code == again.exit_code == 1
    assert made.keys() == {one, two}
    assert "2 done, 1 given twice, 2 failed of 5" in first.stdout
    assert "0 done, 2 done before, 1 given twice, 2 failed of 5" in again.stdout
    assert first.stderr.splitlines()[-1].startswith("error: 2 of 5 sources failed")
    assert {name: (out / name / "session.yaml").stat().st_mtime_ns for name in made.values()} == times
    assert dict(rows["status"]) == {
        one: "done",
        two: "done",
        str(clips / "damaged.mp4"): "failed",
        str(clips / "absent.mp4"): "failed",
    }
    assert "damaged.mp4 is not a video" in rows["error"][str(clips / "damaged.mp4")]
    assert "does not exist" in rows["error"][str(clips / "absent.mp4")]
    assert len(summary(out)) == 4
    assert not (out / ".unfinished").exists()
    # A single source joins a folder of many.
    assert "1 done before" in handtrack("process", two, "--out", out, *FAST).stdout
    assert len(summary(out)) == 4


@pytest.mark.skipif(os.name == "nt", reason="kills as Unix does")
def test_a_killed_worker_is_replaced_and_what_kills_two_has_failed(tmp_path, clips):
    out = tmp_path / "out"
    sources = [clips / "long_1.mp4", clips / "long_2.mp4"]
    run = start("handtrack", "process", *sources, "--out", out, "--workers", "1", *FAST)

    wait_until(lambda: in_work(out), run)
    os.kill(worker_of(in_work(out)[0]), signal.SIGKILL)
    wait_until(lambda: (out / "long_1").exists() and in_work(out), run)
    killed = [worker_of(in_work(out)[0])]
    os.kill(killed[0], signal.SIGKILL)
    wait_until(lambda: [each for each in in_work(out) if worker_of(each) not in killed], run)
    (second,) = (each for each in in_work(out) if worker_of(each) not in killed)
    os.kill(worker_of(second), signal.SIGKILL)
    stdout, stderr = run.communicate()

    assert run.returncode == 1
    assert "1 done, 1 failed of 2" in stdout
    assert stderr.count("was ended by SIGKILL") >= 3
    assert sessions(out).keys() == {str(sources[0])}
    row = summary(out).set_index("source").loc[str(sources[1])]
    assert row["status"] == "failed"
    assert "SIGKILL" in row["error"]
    assert not (out / ".unfinished").exists()


@pytest.mark.skipif(os.name == "nt", reason="kills as Unix does")
def test_kill_9_of_a_run_loses_nothing_that_was_finished_and_no_worker_goes_on(tmp_path, clips):
    out = tmp_path / "out"
    sources = [clips / "a" / "short.mp4", clips / "long_1.mp4"]
    command = ("handtrack", "process", *sources, "--out", out, "--workers", "1", *FAST)
    run = start(*command)
    wait_until(lambda: (out / "short").exists() and in_work(out), run)
    (half,) = in_work(out)
    run.kill()
    run.communicate()

    wait_until(lambda: not is_running(worker_of(half)))
    done = (out / "short" / "session.yaml").stat().st_mtime_ns
    assert sessions(out).keys() == {str(sources[0])}
    again = start(*command)
    stdout, stderr = again.communicate()

    assert again.returncode == 0, stderr
    assert "1 done, 1 done before, 0 failed of 2" in stdout
    assert (out / "short" / "session.yaml").stat().st_mtime_ns == done
    assert sessions(out).keys() == set(map(str, sources))
    assert sorted(summary(out)["status"]) == ["done", "done"]


@pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_in_order_with_its_table(tmp_path, clips, number):
    out = tmp_path / "out"
    sources = [clips / "a" / "short.mp4", clips / "long_1.mp4", clips / "long_2.mp4"]
    run = start("handtrack", "process", *sources, "--out", out, "--workers", "1", *FAST)
    wait_until(lambda: (out / "short").exists() and in_work(out), run)
    worker = worker_of(in_work(out)[0])

    # What another run on the folder says meanwhile.
    beside = failed_with_one_line(handtrack("process", *sources, "--out", out, *FAST), 1)
    run.send_signal(number)
    stdout, stderr = run.communicate()

    assert "another run writes to" in beside
    assert run.returncode == 128 + number
    assert "1 done, 0 failed, 2 not done of 3" in stdout
    assert stderr.splitlines()[-1] == ("interrupted" if number == signal.SIGINT else "terminated")
    assert "Traceback" not in stderr
    assert list(summary(out)["session"]) == ["short"]
    assert not (out / ".unfinished").exists()
    assert not is_running(worker)


@pytest.fixture(scope="module")
def longest_clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """So long that it is still in work when each worker has one."""
    return short_clip(tmp_path_factory.mktemp("longest") / "clip.mp4", 3000)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="needs a system that tells cores apart")
@pytest.mark.parametrize("fewer", [0, 1])
def test_where_there_is_a_core_for_each_worker_it_stays_there(tmp_path, longest_clip, fewer):
    """Its threads changed between two, which cost a tenth; where cores are left over the system places it."""
    cores = os.sched_getaffinity(0)
    workers = max(len(cores) - fewer, 1)
    out = tmp_path / "out"
    videos = [shutil.copy(longest_clip, tmp_path / f"{index}.mp4") for index in range(workers + 1)]
    process = start("handtrack", "process", *videos, "--out", out, "--workers", workers, *FAST)
    wait_until(lambda: len(in_work(out)) == workers, process)
    taken = [os.sched_getaffinity(worker_of(folder)) for folder in in_work(out)]
    process.send_signal(signal.SIGTERM)
    process.communicate()
    own = [{core} for core in sorted(cores)]
    assert sorted(taken, key=min) == (own if workers == len(cores) else [cores] * workers)
    assert process.returncode == 128 + signal.SIGTERM


def test_what_cannot_be_is_one_line(tmp_path, clips):
    one, two = clips / "a" / "short.mp4", clips / "b" / "short.mp4"
    (tmp_path / "file").touch()
    missing = tmp_path / "no.safetensors"

    a_file = failed_with_one_line(handtrack("process", one, two, "--out", tmp_path / "file"), 1)
    below = failed_with_one_line(handtrack("process", one, two, "--out", tmp_path / "file" / "out"), 1)
    weights = ("--set", f"tracker.weights={missing}")
    unfit = failed_with_one_line(handtrack("process", one, two, "--out", tmp_path / "o", *weights), 1)
    none = failed_with_one_line(handtrack("process", "--out", tmp_path / "o"), 2)
    no_list = failed_with_one_line(handtrack("process", "--list", missing, "--out", tmp_path / "o"), 2)

    assert "is a file" in a_file
    assert "cannot write" in below
    assert "no.safetensors" in unfit
    assert "no source is named" in none
    assert "does not exist" in no_list
    assert not (tmp_path / "o").exists()
