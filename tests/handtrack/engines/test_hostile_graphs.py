"""Graphs beside weights: what is not a graph of theirs is refused in one sentence, whatever its name says."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest

from handtrack.engines import create_engine
from handtrack.engines.graph_files import find_graphs, graph_path, int8_is_close, int8_report
from handtrack.errors import ModelError
from handtrack.model.weights_file import shipped_weights

GRAPH_ENGINES = ["openvino", "onnxruntime"]


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A copy of the shipped weights and their graphs."""
    for path in (shipped_weights(), *find_graphs(shipped_weights()).values()):
        shutil.copy(path, tmp_path)
    return tmp_path / shipped_weights().name


def refusal(engine: str, weights: Path) -> str:
    with pytest.raises(ModelError) as caught:
        create_engine(engine, weights).encode(np.zeros((1, 128, 128, 3), np.uint8))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("engine", GRAPH_ENGINES)
@pytest.mark.parametrize("place", ["../outside.bin", "absolute"])
def test_a_graph_cannot_read_files_elsewhere(weights: Path, engine: str, place: str) -> None:
    graph, outside = graph_path(weights, "encode"), weights.parent.parent / "outside.bin"
    shutil.copy(weights, outside)
    model = onnx.load(graph, load_external_data=False)
    entries = [entry for tensor in model.graph.initializer for entry in tensor.external_data]
    for entry in entries:
        if entry.key == "location":
            entry.value = str(outside) if place == "absolute" else place
    onnx.save(model, graph)

    assert f"cannot run {graph}" in refusal(engine, weights)


@pytest.mark.parametrize("engine", GRAPH_ENGINES)
@pytest.mark.parametrize("other", ["loop-1", "loop-2"])
def test_a_graph_under_the_name_of_another_is_found_out(weights: Path, engine: str, other: str) -> None:
    shutil.copy(graph_path(weights, other), graph_path(weights, "encode"))

    assert "encode.onnx does not do what its name says" in refusal(engine, weights)


@pytest.mark.parametrize("engine", GRAPH_ENGINES)
def test_a_graph_with_outputs_of_another_shape_is_found_out(weights: Path, engine: str) -> None:
    graph = graph_path(weights, "encode")
    model = onnx.load(graph, load_external_data=False)
    outputs = list(model.graph.output)
    del model.graph.output[:]
    model.graph.output.extend([outputs[1], outputs[0], *outputs[2:]])
    onnx.save(model, graph)

    assert "it gives values of the shapes [(32, 32, 32), " in refusal(engine, weights)


def test_a_graph_larger_than_any_is_not_read(weights: Path) -> None:
    with graph_path(weights, "encode").open("r+b") as file:
        file.truncate(1 << 40)

    assert "encode.onnx cannot be read (it is larger than 200 MB)" in refusal("openvino", weights)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_what_is_no_file_is_not_waited_for(weights: Path) -> None:
    for each in (graph_path(weights, "encode"), int8_report(weights)):
        each.unlink(missing_ok=True)
        os.mkfifo(each)

    assert "encode.onnx cannot be read (it is no regular file" in refusal("openvino", weights)
    assert not int8_is_close(weights)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5_000,
        '{"error_2d_over_exact": 1' + "0" * 400 + ', "pa_mpjpe_over_exact": 1}',
        '{"error_2d_over_exact": 1' + "0" * 5000 + ', "pa_mpjpe_over_exact": 1}',
        '{"error_2d_over_exact": NaN, "pa_mpjpe_over_exact": -1, "weights_sha256": "{digest}"}',
        '["error_2d_over_exact"]',
        " " * 20_000,
        "\\ud800",
    ],
)
def test_a_report_on_8_bits_that_is_none_counts_as_none(weights: Path, text: str) -> None:
    from handtrack.model.weights_file import weights_digest

    int8_report(weights).write_text(text.replace("{digest}", weights_digest(weights)), encoding="utf-8")

    assert not int8_is_close(weights)
