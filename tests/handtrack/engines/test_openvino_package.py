"""Networks that OpenVINO has compiled are kept for whoever needs the same ones next."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handtrack import HandTracker
from handtrack.engines import openvino_package
from handtrack.engines.openvino_package import make_requests
from handtrack.model.weights_file import shipped_weights

FINDER = shipped_weights().parent / "finder.onnx"
SHAPES = (1, 3, 96, 96), (1, 3, 96, 160)
PICTURE = np.full((480, 640, 3), 90, np.uint8)


@pytest.fixture(autouse=True)
def compiled(compiled_afresh: None, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are compiled."""
    files: list[Path] = []
    compile_one = openvino_package._compiled

    def noted(path: Path, *how: Any) -> Any:
        files.append(path)
        return compile_one(path, *how)

    monkeypatch.setattr(openvino_package, "_compiled", noted)
    monkeypatch.setattr(openvino_package, "_kept", [])
    return files


def follow_nothing(tracker: HandTracker) -> None:
    tracker.prepare()
    tracker.process(PICTURE, timestamp=0.0)


def test_the_next_tracker_compiles_nothing(compiled: list[Path]) -> None:
    counts = []
    for _ in range(3):
        with HandTracker.load(max_hands=1) as tracker:
            follow_nothing(tracker)
        counts.append(len(compiled))

    assert counts[0] > 5
    assert counts == 3 * counts[:1]


def test_trackers_side_by_side_do_not_wait_for_each_other_in_one_network(compiled: list[Path]) -> None:
    with HandTracker.load(max_hands=1) as one, HandTracker.load(max_hands=1) as other:
        follow_nothing(one)
        alone = len(compiled)
        follow_nothing(other)
    both = len(compiled)
    assert both - alone >= 5, "an encoder and four loops"
    with HandTracker.load(max_hands=1) as one, HandTracker.load(max_hands=1) as other:
        follow_nothing(one)
        follow_nothing(other)
    assert len(compiled) == both


def test_a_network_of_another_kind_or_content_is_compiled_anew(tmp_path: Path, compiled: list[Path]) -> None:
    graph = Path(shutil.copy(FINDER, tmp_path))

    for options, shape in (({}, SHAPES[0]), ({"PERF_COUNT": True}, SHAPES[0]), ({}, SHAPES[1])):
        make_requests(graph, options, shape=shape)
    assert len(compiled) == 3
    make_requests(graph, {}, shape=SHAPES[0])
    assert len(compiled) == 3
    graph.write_bytes(b"no network")
    with pytest.raises(RuntimeError):
        make_requests(graph, {}, shape=SHAPES[0])


def test_no_more_are_kept_than_are_worth_it(compiled: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_package, "_MOST_KEPT", 2)
    for threads in (1, 2, 3, 1):
        make_requests(FINDER, {"INFERENCE_NUM_THREADS": threads}, shape=SHAPES[0])
    assert len(compiled) == 4
    assert len(openvino_package._kept) == 2


def test_the_converter_of_models_is_loaded_by_who_asks_for_it() -> None:
    """It takes as long to import as all else of OpenVINO, and whoever tracks hands converts nothing."""
    program = (
        "import sys\n"
        "from handtrack.engines.openvino_package import load_openvino\n"
        "load_openvino()\n"
        "openvino = load_openvino()\n"
        "print('openvino.tools.ovc' in sys.modules, hasattr(openvino, 'nothing'))\n"
        "print(openvino.convert_model.__module__, sys.modules['openvino_telemetry'])\n"
        "from openvino.tools.ovc import convert_model\n"
        "print(convert_model is openvino.convert_model)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["False False", "openvino.tools.ovc.convert None", "True"]


def test_a_container_without_sys_is_no_news(tmp_path: Path) -> None:
    """Where hwloc, which OpenVINO brings, finds no description of the processor, it told the terminal."""
    program = "from handtrack.engines.openvino_package import openvino_core; print(openvino_core())"
    environment = {**os.environ, "HWLOC_FSROOT": str(tmp_path)}
    environment.pop("HWLOC_HIDE_ERRORS", None)
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "CPU" in done.stdout
    assert done.stderr == ""
