"""A compiled network is kept in the cache, and nothing that happens to the file changes an answer."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handtrack.detectors.own import shipped_finder
from handtrack.engines import kept_networks, openvino_package
from handtrack.engines.graph_files import graph_path, graph_paths
from handtrack.engines.kept_networks import FOLDER, KeptNetwork
from handtrack.engines.openvino_package import openvino_core
from handtrack.engines.openvino_runner import OpenVinoRunner
from handtrack.model.weights_file import shipped_weights
from handtrack.resources import resource_path
from tests.compiled_once import COMPILED

LOOP = graph_path(shipped_weights(), "loop-1")
OPTIONS = {**OpenVinoRunner.options, "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where networks are kept, in a cache of the test's own that is empty."""
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path))
    return tmp_path / FOLDER


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The graphs that were read to be compiled."""
    core = openvino_core()
    read: list[Path] = []

    class Noting:  # a Core whose reading is noted
        def read_model(self, path: Path) -> Any:
            read.append(path)
            return core.read_model(path)

        def __getattr__(self, name: str) -> Any:
            return getattr(core, name)

    monkeypatch.setattr(openvino_package, "_core", Noting())
    return read


def answers(path: Path = LOOP, shape: tuple[int, ...] | None = None) -> list[np.ndarray]:
    """What a network says to noise."""
    request = COMPILED(path, OPTIONS, None if shape else 1, shape).create_infer_request()
    random = np.random.default_rng(0)
    for tensor in request.input_tensors:
        tensor.data[...] = random.uniform(0, 1, tensor.shape) * (255 if tensor.data.dtype == np.uint8 else 1)
    request.infer()
    return [tensor.data.copy() for tensor in request.output_tensors]


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(
    ("path", "shape"),
    [*((path, None) for path in graph_paths(shipped_weights())), (shipped_finder(), (1, 3, 160, 192))],
    ids=lambda value: getattr(value, "stem", ""),
)
def test_a_kept_network_answers_to_the_last_digit_as_it_did(
    path: Path, shape: tuple[int, ...] | None, folder: Path, compilations: list[Path]
) -> None:
    before = answers(path, shape)
    assert same(answers(path, shape), before)
    assert compilations == [path], "once"
    assert len(list(folder.iterdir())) == 1


DAMAGES = {
    "empty": lambda content: b"",
    "cut": lambda content: content[: len(content) // 2],
    "cut by a byte": lambda content: content[:-1],
    "a bit at its head": lambda content: bytes([content[0] ^ 1]) + content[1:],
    "a bit in its midst": lambda content: content[:99999] + bytes([content[99999] ^ 1]) + content[100000:],
    "longer": lambda content: content + b"0",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_made_anew(damage: Any, folder: Path, compilations: list[Path]) -> None:
    before = answers()
    (file,) = folder.iterdir()
    content = file.read_bytes()
    file.write_bytes(damage(content))

    assert same(answers(), before)
    assert len(compilations) == 2
    answers()
    assert len(compilations) == 2, "and it is whole again"


def test_a_whole_file_of_something_else_is_made_anew(folder: Path, compilations: list[Path]) -> None:
    before = answers()
    (file,) = folder.iterdir()
    for content in (b"no network", b""):
        file.write_bytes(hashlib.sha256(content).digest() + content)
        assert same(answers(), before)
    assert list(folder.iterdir()) == [file]
    assert len(compilations) == 3


def test_a_directory_or_a_device_in_its_place_costs_the_keeping_alone(folder: Path) -> None:
    before = answers()
    (file,) = folder.iterdir()
    file.unlink()
    file.mkdir()
    assert same(answers(), before)
    file.rmdir()
    file.symlink_to("/dev/zero")
    assert same(answers(), before)


def test_without_a_place_for_it_networks_are_compiled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compilations: list[Path]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HANDTRACK_CACHE", str(tmp_path / "file" / "cache"))
    assert same(answers(), answers())
    assert len(compilations) == 2


def test_a_network_that_cannot_be_kept_answers_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = openvino_core()

    class Unkeepable:
        def __init__(self, compiled: Any) -> None:
            self._compiled = compiled

        def export_model(self) -> None:
            raise RuntimeError("not implemented\nin this plugin")

        def __getattr__(self, name: str) -> Any:
            return getattr(self._compiled, name)

    class Core:
        def compile_model(self, *arguments: Any) -> Unkeepable:
            return Unkeepable(core.compile_model(*arguments))

        def __getattr__(self, name: str) -> Any:
            return getattr(core, name)

    before = answers()
    (file,) = folder.iterdir()
    file.unlink()
    monkeypatch.setattr(openvino_package, "_core", Core())
    assert same(answers(), before)
    assert list(folder.iterdir()) == []


def test_other_weights_beside_the_graph_are_another_network(tmp_path: Path, folder: Path) -> None:
    weights = tmp_path / "mine.safetensors"
    shutil.copy(shipped_weights(), weights)
    graph = graph_path(weights, "loop-1")
    shutil.copy(LOOP, graph)
    KeptNetwork(graph, "1").write(b"compiled")
    assert KeptNetwork(graph, "1").read() == b"compiled"
    with weights.open("r+b") as file:
        file.seek(-4, os.SEEK_END)
        file.write(b"\1\2\3\4")
    assert KeptNetwork(graph, "1").read() is None


def test_another_version_processor_or_option_is_another_network(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KeptNetwork(LOOP, "1", batch=1).write(b"compiled")
    assert KeptNetwork(LOOP, "1", batch=1).read() == b"compiled"
    assert KeptNetwork(LOOP, "2", batch=1).read() is None
    assert KeptNetwork(LOOP, "1", batch=2).read() is None
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", "SSE41")
    assert KeptNetwork(LOOP, "1", batch=1).read() is None


def test_the_folder_does_not_grow_for_ever(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_networks, "_MOST_BYTES_KEPT", 250)
    for batch in range(5):
        kept = KeptNetwork(LOOP, "1", batch=batch)
        kept.write(bytes(50))
        (file,) = {each for each in folder.iterdir() if each.stat().st_mtime > 2e5}
        os.utime(file, (1e5 + batch, 1e5 + batch))
    assert KeptNetwork(LOOP, "1", batch=2).read() is not None, "now the one that was used last"
    KeptNetwork(LOOP, "1", batch=5).write(bytes(50))
    assert [KeptNetwork(LOOP, "1", batch=batch).read() is not None for batch in range(6)] == [
        *(False, False, True, False, True, True)
    ]


STARTS = """
import cv2, sys
from handtrack import HandTracker
with HandTracker.load(engine="openvino") as tracker:
    tracker.prepare()
    (hand,) = tracker.detect(cv2.VideoCapture(sys.argv[1]).read()[1]).hands
    print(abs(hand.joints_3d).sum())
"""


def test_programs_that_start_together_all_find_the_hand(folder: Path) -> None:
    command = [sys.executable, "-c", STARTS, str(resource_path("assets/demo/hand.mp4"))]
    together = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    told = [each.communicate(timeout=120)[0] for each in together]
    assert [each.returncode for each in together] == [0, 0, 0]
    assert len(set(told)) == 1
    assert float(told[0]) > 0
