"""The finder's graph in 8 bits: where it is used, where it is not, and how near it is to the exact one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from handtrack.detectors.finder_choice import chosen_finder, in_8_bits_of
from handtrack.detectors.finder_graph import export_finder, export_finder_in_8_bits
from handtrack.engines.int8_probe import PROBE_KEY
from handtrack.model.checkpoint import save_finder
from handtrack.model.finder_network import FinderNetwork

LABELS = Path(__file__).parents[3] / "configs" / "training" / "labels.parquet"
SHAPE = (128, 224)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exact graph of some network, with the one in 8 bits beside it."""
    folder = tmp_path_factory.mktemp("finder")
    torch.manual_seed(0)
    save_finder(folder / "finder.safetensors", FinderNetwork(), {})
    export_finder(folder / "finder.safetensors", folder / "finder.onnx")
    frames = np.random.default_rng(0).normal(0, 1, (8, 3, 160, 160)).astype(np.float32)
    path = export_finder_in_8_bits(folder / "finder.safetensors", folder / "finder.onnx", frames)
    assert path == in_8_bits_of(folder / "finder.onnx")
    return folder / "finder.onnx"


@pytest.fixture
def graph(made: Path, tmp_path: Path) -> Path:
    """Copies of both that may be damaged."""
    for path in made.parent.glob("finder*.[oj]*"):
        shutil.copy(path, tmp_path)
    return tmp_path / made.name


def test_eight_bits_are_taken_where_they_are_right(graph, caplog):
    path, run = chosen_finder(graph, SHAPE)
    assert path == in_8_bits_of(graph)
    assert run(np.zeros((1, 3, *SHAPE), np.float32)).shape == (1, 7, 16, 28)
    assert caplog.text == ""


def _with_other_answers(graph: Path) -> None:
    note = in_8_bits_of(graph).with_suffix(".json")
    values = json.loads(note.read_text())[PROBE_KEY]
    note.write_text(json.dumps({PROBE_KEY: [1.5 * value for value in values]}))


def _without_a_note(graph: Path) -> None:
    in_8_bits_of(graph).with_suffix(".json").unlink()


def _with_a_note_that_is_none(graph: Path) -> None:
    in_8_bits_of(graph).with_suffix(".json").write_text("[1, 2")


def _damaged(graph: Path) -> None:
    in_8_bits_of(graph).write_bytes(in_8_bits_of(graph).read_bytes()[:5000])


@pytest.mark.parametrize(
    "damage", [_with_other_answers, _without_a_note, _with_a_note_that_is_none, _damaged]
)
def test_where_they_are_not_hands_are_looked_for_exactly_and_that_is_said(graph, caplog, damage):
    damage(graph)
    path, _ = chosen_finder(graph, SHAPE)
    assert path == graph
    assert "hands are looked for exactly, which takes longer" in caplog.text
    assert len(caplog.records) == 1


def test_an_exact_graph_alone_is_taken_silently(graph, caplog):
    in_8_bits_of(graph).unlink()
    assert chosen_finder(graph, SHAPE)[0] == graph
    assert caplog.text == ""
