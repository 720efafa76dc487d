"""The library without its extras: it tracks all the same, and each verb says which extra it lacks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import islice
from pathlib import Path

import av
import pytest

from handtrack.extras import EXTRAS, extra_of, installing, missing_package
from handtrack.model.weights_file import shipped_weights
from handtrack.resources import resource_path
from handtrack.sources.demo_clip import demo_clip

# Python reads it at its start, in every process of the run.
WITHOUT_EXTRAS = """
from importlib.machinery import PathFinder

_find = PathFinder.find_spec

def _find_others(name, path=None, target=None):
    return None if name.partition(".")[0] in {modules!r} else _find(name, path, target)

PathFinder.find_spec = _find_others
"""

# Every verb in one process, for most of a verb's time is Python's start.
ASK_VERBS = """
import json, sys
from typer.testing import CliRunner
from handtrack.cli import command

answers = []
for arguments in json.loads(sys.argv[1]):
    result = CliRunner().invoke(command([arguments[0]]), arguments)
    answers.append([result.exit_code, result.stderr])
print(json.dumps(answers))
"""

TRAINING = str(resource_path("configs/training/shipped.yaml"))
WEIGHTS = str(shipped_weights())

LACKING = {
    ("run", "demo"): "window",
    ("demo",): "window",
    ("view", "session", "--picture", "hand.png"): "view",
    ("label", ".", "--out", "labels"): "train",
    ("depth", "."): "train",
    ("train", TRAINING, "--out", "run"): "train",
    ("train-finder", str(resource_path("configs/training/finder.yaml")), "--out", "run"): "train",
    ("mix", WEIGHTS, WEIGHTS, "--config", TRAINING, "--out", "run"): "train",
    ("presence", WEIGHTS, "--config", TRAINING, "--out", "run"): "train",
    ("study", str(resource_path("configs/training/ablations.yaml")), "--out", "run"): "train",
    ("graphs", WEIGHTS): "train",
    ("poses",): "train",
    ("evaluate", WEIGHTS): "train",
    ("bench",): "train",
    ("clip", "hand.mp4"): "synthesis",
    ("motion", "clips", "--data", "."): "synthesis",
    ("process", "rendered", "--out", "rendered"): "synthesis",
    ("process", "demo", "--out", "torch", "--set", "tracker.engine=torch"): "torch",
    ("process", "demo", "--out", "cuda", "--set", "tracker.engine=cuda"): "torch",
    ("process", "demo", "--out", "onnx", "--set", "tracker.engine=onnxruntime"): "onnxruntime",
    ("process", "demo", "--out", "peer", "--set", "tracker.detector=mediapipe"): "mediapipe",
    ("process", "demo", "--out", "sent", "--stream", "osc://127.0.0.1:9000"): "streams",
    ("process", "demo", "--out", "sent", "--stream", "ws://127.0.0.1:9001"): "streams",
    ("export", "session", "--to", "glb", "--out", "hands.glb"): "gltf",
    ("export", "session", "--to", "c3d", "--out", "hands.c3d"): "c3d",
    ("export", "session", "--to", "rrd", "--out", "hands.rrd"): "rerun",
}


def write_start_of_demo(path: Path) -> None:
    """The shipped clip's first two seconds."""
    with av.open(str(demo_clip())) as whole, av.open(str(path), "w") as start:
        source = whole.streams.video[0]
        stream = start.add_stream_from_template(source)
        for packet in islice(whole.demux(source), 60):
            packet.stream = stream
            start.mux(packet)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the verbs are asked; has a session that was tracked without any extra."""
    folder = tmp_path_factory.mktemp("without-extras")
    modules = sorted({module for extra in EXTRAS.values() for module in extra})
    (folder / "sitecustomize.py").write_text(WITHOUT_EXTRAS.format(modules=modules), encoding="utf-8")
    write_start_of_demo(folder / "start.mp4")
    done = without_extras(folder, "-m", "handtrack", "process", "start.mp4", "--out", "session")
    assert done.returncode == 0, done.stderr
    assert "100.0% of frames tracked" in done.stdout
    return folder


def without_extras(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).resolve().parents[1])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(folder), root]),
            "QT_QPA_PLATFORM": "offscreen",  # a screen, so that the window is not refused for its absence
        },
        capture_output=True,
        text=True,
    )


def test_the_library_tracks_and_reads_without_any_extra(folder: Path) -> None:
    shown = without_extras(folder, "-m", "handtrack", "show", "session")
    checked = without_extras(folder, "-m", "handtrack", "check", "session")
    absent = without_extras(folder, "-c", "import torch")

    assert (shown.returncode, checked.returncode) == (0, 0), shown.stderr + checked.stderr
    assert absent.returncode == 1  # what the test rests on


def test_each_verb_says_which_extra_it_lacks(folder: Path) -> None:
    asked = [list(arguments) for arguments in LACKING]

    done = without_extras(folder, "-c", ASK_VERBS, json.dumps(asked))

    assert done.returncode == 0, done.stderr
    wrong = [
        f"{' '.join(arguments)}: {code} {told}"
        for (arguments, extra), (code, told) in zip(LACKING.items(), json.loads(done.stdout), strict=True)
        if code != 1 or told.count("\n") != 1 or f"pip install 'handtrack-sigma[{extra}]'" not in told
    ]
    assert wrong == []


def test_an_extra_that_has_all_that_a_verb_needs_is_preferred() -> None:
    assert extra_of("torch.nn") == "torch"
    assert extra_of("torch.nn", "train") == "train"
    assert extra_of("open3d", "train") == "view"
    assert extra_of("numpy", "train") is None
    assert installing("streams", "train") == "pip install 'handtrack-sigma[streams,train]'"


def test_only_a_missing_package_is_taken_for_one() -> None:
    absent = ModuleNotFoundError("No module named 'torch'", name="torch")
    broken = ImportError("libEGL.so.1: cannot open shared object file", name="torch")

    assert str(missing_package(absent, "`train`")) == (
        "`train` needs torch, which is not installed; run: pip install 'handtrack-sigma[torch]'"
    )
    assert missing_package(broken, "`train`") is None
    assert missing_package(ModuleNotFoundError("No module named 'mine'", name="mine"), "`train`") is None
