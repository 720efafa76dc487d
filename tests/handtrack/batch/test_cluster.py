"""Many videos on a real scheduler with worker processes of its own, on this machine alone."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pandas
import pytest

from handtrack.batch.cluster import check_address
from handtrack.batch.fitness import Fitness, fitness
from handtrack.batch.outcome import read_origin
from handtrack.errors import ConfigError
from handtrack.model.weights_file import shipped_weights, weights_digest
from handtrack.sessions import check_session
from tests.handtrack.batch.conftest import in_work, long_clip, short_clip, start, wait_until, worker_of
from tests.handtrack.cli.calling import failed_with_one_line, handtrack

pytest.importorskip("distributed")

FAST = ("--set", "tracker.engine=openvino")


class Cluster:
    """A scheduler, and two workers that nobody starts again."""

    def __init__(self, folder: Path) -> None:
        contact = folder / "scheduler.json"
        local = ("--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", contact)
        self.scheduler = start("distributed.cli.dask_scheduler", "--port", "0", *local)
        self.processes = [self.scheduler]
        wait_until(lambda: contact.exists() and contact.read_text().endswith("}"), self.scheduler)
        self.address = json.loads(contact.read_text())["address"]
        alone = ("--no-nanny", "--nthreads", "1", "--local-directory", folder)
        self.processes += [start("distributed.cli.dask_worker", *local, *alone) for _ in range(2)]

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.close()


@pytest.mark.skipif(os.name == "nt", reason="kills as Unix does")
def test_every_video_is_done_once_though_a_worker_is_killed_and_the_scheduler_goes(
    tmp_path, cluster, monkeypatch
):
    out = tmp_path / "out"
    long = long_clip(tmp_path / "long_0.mp4")
    sources = [short_clip(tmp_path / f"short_{number}.mp4") for number in range(3)]
    sources += [long, str(shutil.copy(long, tmp_path / "long_1.mp4"))]
    command = ("handtrack", "process", "--out", out, "--scheduler", cluster.address, *FAST, *sources)
    run = start(*command)

    wait_until(lambda: in_work(out) and list(out.glob("short_*")), run)
    (killed, *_) = in_work(out)
    os.kill(worker_of(killed), signal.SIGKILL)
    stdout, stderr = run.communicate()

    assert run.returncode == 0, stderr
    assert "5 done, 0 failed of 5" in stdout
    origins = {source: read_origin(out / Path(source).stem) for source in sources}
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == sorted(
        Path(source).stem for source in sources
    )
    for source, origin in origins.items():
        assert origin is not None
        assert origin.source == source
        assert check_session(out / origin.session).problems == ()
    rows = pandas.read_parquet(out / "summary.parquet")
    assert sorted(rows["source"]) == sorted(sources)
    assert set(rows["status"]) == {"done"}

    # Without anything to do for those that are done, and then with nobody who could.
    assert "0 done, 5 done before, 0 failed of 5" in handtrack(*command[1:]).stdout
    with monkeypatch.context() as patch:
        patch.setattr("handtrack.batch.cluster.version", lambda name: "1999.1.0")
        line = failed_with_one_line(handtrack(*command[1:]), 1)
    assert "runs distributed" in line
    assert "and here is 1999.1.0" in line
    more = start(*command, shutil.copy(long, tmp_path / "one_more.mp4"))
    wait_until(lambda: in_work(out), more)
    cluster.scheduler.kill()
    stdout, stderr = more.communicate()

    assert more.returncode == 1
    assert "Traceback" not in stderr
    assert "run the same again to go on" in stderr.splitlines()[-1]
    assert "0 done, 5 done before, 0 failed, 1 not done of 6" in stdout
    assert len(pandas.read_parquet(out / "summary.parquet")) == 5


def test_without_a_scheduler_there_is_one_line_and_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr("handtrack.batch.cluster._PATIENCE", 0.5)  # seconds; nothing will come
    clip, out = short_clip(tmp_path / "clip.mp4"), tmp_path / "out"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        line = failed_with_one_line(handtrack("process", clip, "--out", out, "--scheduler", address), 1)

    assert f"there is no Dask scheduler at {address} (nothing answers in time)" in line
    assert not out.exists()


@pytest.mark.parametrize(
    "address", ["", "here", "http://here:80", "tcp://", "tcp://a b:1", "tcp://here:port"]
)
def test_what_is_no_address_is_wrong_usage(tmp_path, address):
    with pytest.raises(ConfigError, match="no address of a Dask scheduler"):
        check_address(address)


def test_without_the_extra_there_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)

    line = failed_with_one_line(
        handtrack("process", "clip.mp4", "--out", tmp_path / "out", "--scheduler", "tcp://127.0.0.1:1"), 1
    )

    assert "pip install 'handtrack-sigma[cluster]'" in line


def test_what_a_worker_lacks_is_said(tmp_path):
    seen = tmp_path / "seen"
    seen.touch()
    wanted = Fitness(fitness(str(seen), None)["version"], weights_digest(shipped_weights()))

    assert wanted.problem(fitness(str(seen), None)) == ""
    assert f"does not see the folder {tmp_path / 'not'}" in wanted.problem(
        fitness(str(tmp_path / "not" / "seen"), None)
    )
    assert "weights" in wanted.problem(fitness(str(seen), str(tmp_path / "absent.safetensors")))
    assert "has handtrack 0.0.1" in Fitness(wanted.version, "").problem(
        {**fitness(str(seen), None), "version": "0.0.1"}
    )
    assert "cannot run handtrack" in wanted.problem(ModuleNotFoundError("No module named 'handtrack'"))
