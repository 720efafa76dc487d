"""Graphs are made from any weights, and give what the network gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from handtrack.engines import create_engine
from handtrack.engines.graph_export import export_graphs
from handtrack.engines.graph_files import find_graphs, find_int8_graphs, graph_path
from handtrack.engines.graph_quantise import quantise_encoder
from handtrack.engines.graphs import graph_plans
from handtrack.errors import ModelError
from handtrack.model.architecture import Architecture
from handtrack.model.checkpoint import load_weights, save_weights
from handtrack.model.network import HandNetwork
from handtrack.model.weights_file import weights_digest


def write_network(path: Path, seed: int, **architecture: Any) -> None:
    torch.manual_seed(seed)
    network = HandNetwork(
        Architecture(channels=16, context_channels=16, group_channels=4, mixer_channels=8, **architecture)
    )
    network.train()
    network(torch.randn(4, 3, 128, 128))  # normalisation that is not the identity
    save_weights(path, network, {})


Exported = Callable[..., tuple[Path, list[Path]]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Function (architecture) -> weights and the graphs beside them, made once: that takes many seconds."""
    made: dict[str, tuple[Path, list[Path]]] = {}

    def export(**architecture: Any) -> tuple[Path, list[Path]]:
        key = repr(architecture)
        if key not in made:
            weights = tmp_path_factory.mktemp("exported") / "other.safetensors"
            write_network(weights, 3, **architecture)
            made[key] = weights, export_graphs(weights)
        return made[key]

    return export


@pytest.mark.parametrize(
    "architecture",
    [
        {"loops": 1},
        {"loops": 1, "attention": False, "lift": False}
        | {"groups": 1, "norm": "shared", "likelihood": "gaussian"},
    ],
    ids=["as shipped", "in every respect another"],
)
def test_graphs_of_other_networks_give_what_they_give(exported, architecture):
    weights, written = exported(**architecture)
    assert list(find_graphs(weights).values()) == written
    crops = np.random.default_rng(0).integers(0, 255, (2, 128, 128, 3), dtype=np.uint8)
    rows, said = np.arange(2), []
    for name in ("torch", "openvino", "onnxruntime"):
        engine = create_engine(name, weights)
        encoded, state = engine.encode(crops), None
        for loop in range(engine.max_iterations):
            result = engine.refine(encoded, state, loop, rows)
            state = result.state
        said.append(np.concatenate([result.xy.ravel(), result.z.ravel(), result.sigma_z.ravel()]))
    assert np.allclose(said[1], said[0], atol=1e-3)
    assert np.allclose(said[2], said[0], atol=1e-3)


def test_an_encoder_in_8_bits_comes_close_to_the_exact_one(exported):
    weights, _ = exported(loops=1)
    crops = np.random.default_rng(0).integers(0, 255, (24, 128, 128, 3), dtype=np.uint8)
    path = quantise_encoder(weights, crops)
    assert find_int8_graphs(weights)["encode"] == path
    encoded = [create_engine(name, weights).encode(crops) for name in ("openvino-int8", "openvino")]
    for name in ("middle", "fine"):
        quantised, exact = (each.features[name] for each in encoded)
        off = np.abs(quantised - exact).mean() / np.abs(exact).mean()
        assert 0 < off < 0.05, name
    assert np.allclose(encoded[0].presence, encoded[1].presence, atol=0.1)


def test_graphs_of_earlier_weights_are_not_used(tmp_path):
    weights = tmp_path / "mine.safetensors"
    write_network(weights, 0, loops=1)
    for plan in graph_plans(load_weights(weights)[0].architecture):
        # By this they are told apart; nothing else is looked at.
        graph_path(weights, plan.name).write_bytes(weights_digest(weights).encode())
    assert find_graphs(weights)
    write_network(weights, 1, loops=1)
    with pytest.raises(ModelError, match="belongs to other weights; run `handtrack graphs"):
        find_graphs(weights)


def test_graphs_of_no_weights_are_refused(tmp_path):
    with pytest.raises(ModelError, match="does not exist"):
        export_graphs(tmp_path / "none.safetensors")
