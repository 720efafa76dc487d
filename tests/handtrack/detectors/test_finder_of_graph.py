from __future__ import annotations

from pathlib import Path

import pytest
import torch

from handtrack.detectors.finder_graph import export_finder
from handtrack.detectors.finder_of_graph import finder_from_graph
from handtrack.errors import ModelError
from handtrack.model.checkpoint import save_finder
from handtrack.model.finder_network import FinderNetwork


@pytest.fixture
def scenes() -> list[torch.Tensor]:
    return list(torch.randn(3, 8, 3, 96, 96, generator=torch.Generator().manual_seed(1)))


@pytest.fixture
def network(scenes) -> FinderNetwork:
    """One whose normalisation has seen something."""
    torch.manual_seed(0)
    made = FinderNetwork().train()
    for layer in made.modules():
        if isinstance(layer, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(layer.weight, 0.5, 1.5)
            torch.nn.init.uniform_(layer.bias, -0.3, 0.3)
    with torch.no_grad():
        for scene in scenes:
            made(scene)
    return made.eval()


def test_the_network_of_a_graph_gives_what_it_gave_and_can_be_trained_on(network, scenes, tmp_path):
    save_finder(tmp_path / "finder.safetensors", network, {})
    export_finder(tmp_path / "finder.safetensors", tmp_path / "finder.onnx")
    found = finder_from_graph(tmp_path / "finder.onnx", scenes)
    with torch.no_grad():
        expected, answers = network(scenes[0]), found(scenes[0])
        # The graph keeps its large constants in 16 bits.
        assert (answers - expected).abs().max() < 0.005 * expected.abs().max()
        together = torch.cat(scenes)
        as_seen, in_training = found(together), found.train()(together)
    assert (in_training - as_seen).abs().max() < 1e-3 * as_seen.abs().max()


@pytest.mark.parametrize(
    "content", [None, b"", b"no graph", "cut off"], ids=["missing", "empty", "text", "cut"]
)
def test_what_is_no_finders_graph_is_named(scenes, tmp_path, content):
    path = tmp_path / "finder.onnx"
    shipped = Path(__file__).parents[3] / "assets/weights/finder.onnx"
    if content is not None:
        path.write_bytes(shipped.read_bytes()[:200_000] if content == "cut off" else content)
    with pytest.raises(ModelError, match=r"finder\.onnx"):
        finder_from_graph(path, scenes)


def test_a_graph_of_another_network_is_refused(scenes):
    other = Path(__file__).parents[3] / "assets/weights/handtrack.encode.onnx"
    with pytest.raises(ModelError, match="not the graph of a finder"):
        finder_from_graph(other, scenes)
