from __future__ import annotations

import hashlib
import json
import os
import pickle
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from handtrack.errors import ModelError
from handtrack.model import weights_file
from handtrack.model.architecture import Architecture
from handtrack.model.checkpoint import load_weights, save_weights
from handtrack.model.network import HandNetwork
from handtrack.model.weights_file import FORMAT, shipped_weights, weights_digest

SMALL = Architecture(channels=16, context_channels=16, groups=2, group_channels=4, loops=2)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "small.safetensors"
    save_weights(path, HandNetwork(SMALL).eval(), {"joint_groups": [0] * 21})
    return path


def _rewrite(path: Path, description: object) -> Path:
    network = HandNetwork(SMALL)
    metadata = {} if description is None else {"handtrack": json.dumps(description)}
    save_file(dict(network.state_dict()), path, metadata=metadata)
    return path


def test_a_saved_network_comes_back_with_its_metadata(weights):
    network, metadata = load_weights(weights)
    torch.manual_seed(0)
    first = HandNetwork(SMALL)
    expected = first.state_dict()
    assert all(torch.equal(tensor, expected[name]) for name, tensor in network.state_dict().items())
    assert not network.training
    assert metadata["joint_groups"] == [0] * 21
    assert metadata["architecture"] == SMALL.to_dict()
    assert len(weights_digest(weights)) == 64


def test_a_weights_file_that_stays_as_it_is_is_summed_up_once(monkeypatch):
    weights_digest(shipped_weights())
    monkeypatch.setattr(hashlib, "file_digest", None)
    assert weights_digest(shipped_weights()) == hashlib.sha256(shipped_weights().read_bytes()).hexdigest()


@pytest.mark.parametrize("settled", [True, False])
def test_weights_that_change_are_summed_up_anew_whatever_their_time_says(tmp_path, monkeypatch, settled):
    if settled:
        monkeypatch.setattr(weights_file, "_SETTLED", -1.0)
    path, digests = tmp_path / "mine.safetensors", set()
    for content in (b"one", b"two", b"six"):
        if settled:
            time.sleep(0.02)  # more than the step of a file system's clock
        path.write_bytes(content)
        os.utime(path, (1e9, 1e9))
        digests |= {weights_digest(path), weights_digest(path)}
    assert len(digests) == 3


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"nothing\.safetensors does not exist"):
        load_weights(tmp_path / "nothing.safetensors")


def test_truncated_file_is_refused(weights):
    data = weights.read_bytes()
    for length in (0, 4, 100, len(data) // 2, len(data) - 1):
        weights.write_bytes(data[:length])
        with pytest.raises(ModelError, match="damaged or not a safetensors file"):
            load_weights(weights)


def test_pickle_is_refused_and_not_run(tmp_path):
    flag = tmp_path / "ran"

    class Bomb:
        def __reduce__(self):
            return (Path.touch, (flag,))

    path = tmp_path / "bomb.safetensors"
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ModelError, match="not a safetensors file"):
        load_weights(path)
    assert not flag.exists()


def test_foreign_safetensors_file_is_refused(tmp_path):
    with pytest.raises(ModelError, match="made by another program"):
        load_weights(_rewrite(tmp_path / "x.safetensors", None))


def test_another_version_is_refused_by_name(tmp_path):
    path = _rewrite(tmp_path / "x.safetensors", {"format": "handtrack-weights-9"})
    with pytest.raises(ModelError, match=f"handtrack-weights-9.*{FORMAT}"):
        load_weights(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"transformer": 12}, "another architecture"),
        ({"channels": 32}, "does not fit its architecture"),
        ({"channels": 10**9}, "channels=1000000000 is not possible"),
        ({"loops": "many"}, "loops='many' is not possible"),
        ({"norm": "group"}, "norm='group' is not possible"),
        ({"attention": 1}, "attention=1 is not possible"),
        ({"likelihood": "student"}, "likelihood='student' is not possible"),
    ],
)
def test_another_architecture_is_refused(tmp_path, change, message):
    description = {"format": FORMAT, "architecture": SMALL.to_dict() | change}
    with pytest.raises(ModelError, match=message):
        load_weights(_rewrite(tmp_path / "x.safetensors", description))


def test_weights_that_are_not_finite_are_refused(tmp_path):
    network = HandNetwork(SMALL)
    with torch.no_grad():
        network.head.heat_bias[3] = float("nan")
    path = tmp_path / "nan.safetensors"
    save_weights(path, network, {})
    with pytest.raises(ModelError, match="not finite"):
        load_weights(path)


def test_shipped_weights_are_real_and_small():
    path = shipped_weights()
    assert path.stat().st_size < 8_000_000
    network, metadata = load_weights(path)
    assert network.architecture.loops <= 4
    assert metadata["training"]["samples"] > 100_000
    assert len(metadata["joint_groups"]) == 21
    measured = metadata["validation"]
    # A mean pose is not tracking: the shipped network must be far better than one.
    assert measured["pa_mpjpe_mm"][-1] < 0.6 * measured["mean_pose_pa_mm"]
