from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from handtrack.errors import ConfigError, ModelError
from handtrack.model.checkpoint import load_weights
from handtrack.model.losses import Target
from handtrack.model.weights_file import shipped_weights
from handtrack.study.datasets.patches import PATCH_PIXELS, Patches
from handtrack.study.training import distributed
from handtrack.study.training.augment import AugmentSettings
from handtrack.study.training.batches import Batches, sampling_chances
from handtrack.study.training.held_out import HeldOut
from handtrack.study.training.run_state import STATE_FILE
from handtrack.study.training.settings import Stage, TrainingSettings, load_training_settings
from handtrack.study.training.trainer import Trainer


def _patches(count: int) -> Patches:
    """Hands of dots: a fixed pose moved about, so that a few steps can learn it."""
    generator = np.random.default_rng(0)
    pose = generator.uniform(-40, 40, (21, 3)).astype(np.float32)
    pose[:, 2] -= pose[0, 2]
    joints = pose + PATCH_PIXELS / 2 * np.array([1, 1, 0], np.float32)
    joints = np.repeat(joints[None], count, axis=0)
    joints[..., :2] += generator.uniform(-15, 15, (count, 1, 2))
    images = np.zeros((count, PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8)
    for image, points in zip(images, joints, strict=True):
        for x, y, _ in points.astype(int):
            image[y - 3 : y + 4, x - 3 : x + 4] = 220
    names = np.array(["dots"] * count)
    spread = np.full((count, 21), 0.5, np.float32)
    mattes = np.zeros((count, PATCH_PIXELS // 2, PATCH_PIXELS // 2), np.uint8)
    return Patches(images, joints.astype(np.float32), spread, names, names, mattes)


def _settings(**changes: object) -> TrainingSettings:
    values = {"data": Path(), "labels": Path(), "splits": Path(), "batch": 8, "warmup_steps": 1}
    # Half precision is slow on processors without units for it, and rounds halves of a batch otherwise.
    return TrainingSettings.model_validate({**values, "precision": "float32", **changes})


def _trainer(folder: Path, **changes: object) -> Trainer:
    empty = np.zeros((4, PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8)
    settings = _settings(**changes)
    batches = Batches(settings, [_patches(5), _patches(7)], empty)
    return Trainer(settings, batches, HeldOut(_patches(4)), {"sources": ["dots"]}, folder)


def test_hands_of_several_parts_keep_their_pictures_and_labels():
    parts = [_patches(count) for count in (3, 1, 4)]
    for number, part in enumerate(parts):
        part.images[:] = 10 * number + np.arange(len(part))[:, None, None, None]
        part.spread[:] = 10 * number + np.arange(len(part))[:, None]
        part.mattes[:] = part.images[:, ::2, ::2, 0]
    batches = Batches(_settings(), parts, np.zeros((1, PATCH_PIXELS, PATCH_PIXELS, 3), np.uint8))
    chosen = np.array([7, 0, 3, 4, 2, 3])
    pictures = batches._taken(batches._pictures, chosen)
    assert pictures.shape == (6, 3, PATCH_PIXELS, PATCH_PIXELS)
    assert pictures[:, 0, 0, 0].tolist() == [23, 0, 10, 20, 2, 10]
    assert batches._taken(batches._mattes, chosen)[:, 0, 0].tolist() == [23, 0, 10, 20, 2, 10]
    assert batches.spread[chosen, 0].tolist() == [23, 0, 10, 20, 2, 10]


def test_hands_are_put_before_patches_without_a_hand():
    """Black pictures whose mattes cover nothing but a corner, before white ones."""
    hands = _patches(12)
    hands.images[:] = 0
    hands.mattes[:, 40:60, 40:60] = 255
    white = np.full((3, PATCH_PIXELS, PATCH_PIXELS, 3), 255, np.uint8)

    def brightness(share: float) -> torch.Tensor:
        settings = _settings(background_share=share, empty_share=0.0, batch=24)
        return Batches(settings, [hands], white).at(4)[0].mean(dim=(1, 2, 3))

    assert torch.equal(brightness(0.5), brightness(0.5)), "a step has numbers of its own"
    assert brightness(0.0).max() < -0.5
    assert 5 < (brightness(0.5) > -0.5).sum() < 19
    assert (brightness(1.0) > -0.5).sum() > 19


def test_a_few_steps_lower_the_error(tmp_path, monkeypatch):
    """On four batches again and again: a round's error is that of the same pictures as the last one's."""
    trainer = _trainer(tmp_path, stages=[Stage(start=0.0, loops=2)])
    at, errors = trainer.batches.at, []
    monkeypatch.setattr(trainer.batches, "at", lambda step, *rest: at(step % 4, *rest))
    for _ in range(24):
        losses = trainer.train_step(0.0)
        assert losses is not None
        errors.append(losses.errors[-1].mean().item())
    assert np.mean(errors[-8:]) < 0.8 * np.mean(errors[:4])


def test_loops_join_in_stages(tmp_path):
    trainer = _trainer(tmp_path, stages=[Stage(start=0.0, loops=1), Stage(start=0.5, loops=3)])
    losses = trainer.train_step(0.1)
    assert losses is not None
    assert losses.errors.shape[0] == 1
    norm = trainer.network.refiner.first_norm.eval()
    features = torch.randn(2, 64, 4, 4)
    assert not torch.equal(norm(features, 0), norm(features, 2))
    losses = trainer.train_step(0.6)
    assert losses is not None
    assert losses.errors.shape[0] == 3
    norm.eval()
    assert not torch.equal(norm(features, 0), norm(features, 2)), "and learn on their own from there"
    assert trainer.network.architecture.loops == 3


def test_selector_is_annealed(tmp_path):
    trainer = _trainer(tmp_path, selector_temperature=(1.0, 0.1))
    trainer.train_step(0.0)
    assert trainer.network.head.selector.temperature == pytest.approx(1.0)
    trainer.train_step(1.0)
    assert trainer.network.head.selector.temperature == pytest.approx(0.1)


def test_a_batch_that_is_not_finite_is_skipped(tmp_path, caplog):
    trainer = _trainer(tmp_path)
    trainer.train_step(0.0)
    before = trainer.network.head.heat.detach().clone()
    good = trainer.batches.spread.copy()
    trainer.batches.spread[:] = np.nan
    assert trainer.train_step(0.0) is None
    assert trainer.skipped == 1
    assert "not finite" in caplog.text
    assert torch.equal(before, trainer.network.head.heat)
    trainer.batches.spread[:] = good
    assert trainer.train_step(0.0) is not None


def test_three_bad_batches_in_a_row_end_the_run(tmp_path):
    trainer = _trainer(tmp_path)
    trainer.train_step(0.0)
    trainer.save(0.1)
    trainer.batches.spread[:] = np.nan
    with pytest.raises(ModelError, match="not finite"):
        trainer.run()
    assert trainer.skipped == 3
    _, metadata = load_weights(tmp_path / "weights.safetensors")
    assert metadata["training"]["steps"] == 1


def _weights(trainer: Trainer) -> torch.Tensor:
    tensors = [*trainer.network.state_dict().values(), *trainer.average.network.state_dict().values()]
    return torch.cat([tensor.detach().flatten().double() for tensor in tensors])


def test_an_interrupted_run_goes_on_exactly(tmp_path):
    stages = [Stage(start=0.0, loops=1), Stage(start=0.3, loops=2)]
    whole = _trainer(tmp_path / "whole", stages=stages)
    for step in range(6):
        whole.train_step(step / 6)
    first = _trainer(tmp_path / "cut", stages=stages)
    for step in range(3):
        first.train_step(step / 6)
    first.save(0.5)
    second = _trainer(tmp_path / "cut", stages=stages)
    assert (second.step, second.samples) == (3, 24)
    for step in range(3, 6):
        second.train_step(step / 6)
    assert torch.equal(_weights(second), _weights(whole))


def test_a_run_with_other_settings_is_not_continued(tmp_path):
    trainer = _trainer(tmp_path)
    trainer.train_step(0.0)
    trainer.save(0.1)
    with pytest.raises(ConfigError, match="other settings"):
        _trainer(tmp_path, learning_rate=1e-4)


def test_a_damaged_state_is_one_clear_error(tmp_path):
    (tmp_path / STATE_FILE).write_bytes(b"half a file")
    with pytest.raises(ModelError, match=r"state\.safetensors cannot be continued"):
        _trainer(tmp_path)


def test_a_finished_run_leaves_no_state(tmp_path):
    trainer = _trainer(tmp_path, samples=8, gate_steps=1, gate_hands=8)
    trainer.train_step(0.0)
    trainer.save(0.5)
    assert (tmp_path / STATE_FILE).exists()
    trainer.run()
    assert not (tmp_path / STATE_FILE).exists()


def test_saved_weights_say_how_they_were_made(tmp_path):
    trainer = _trainer(tmp_path)
    trainer.train_step(0.0)
    trainer.save(0.5)
    _, metadata = load_weights(tmp_path / "weights.safetensors")
    assert metadata["training"]["steps"] == 1
    assert metadata["training"]["sources"] == ["dots"]
    assert len(metadata["joint_groups"]) == 21
    assert len(metadata["validation"]["pa_mpjpe_mm"]) == 4
    assert json.loads((tmp_path / "log.jsonl").read_text())["share"] == 0.5


def test_a_run_ends_after_its_samples(tmp_path):
    trainer = _trainer(tmp_path, samples=20, gate_steps=1, gate_hands=8)
    trainer.run()
    assert trainer.samples == 24, "three batches of eight"
    assert json.loads((tmp_path / "log.jsonl").read_text())["share"] == 1.0


def test_a_run_ends_after_its_hours(tmp_path):
    trainer = _trainer(tmp_path, samples=10**9, max_hours=1e-4, gate_steps=1, gate_hands=8)
    trainer.run()
    assert trainer.samples < 10**4


def test_a_large_source_counts_up_to_its_cap():
    source = np.array(["big"] * 90 + ["small"] * 10)
    chance = sampling_chances(source, cap=30, rendered_share=0.4, cell=np.zeros(100, int), cell_power=0.4)
    assert chance.sum() == pytest.approx(1.0)
    assert chance[:90].sum() == pytest.approx(0.75)


def test_rendered_hands_get_their_share():
    source = np.array(["rendered"] * 90 + ["real"] * 5 + ["other"] * 5)
    chance = sampling_chances(source, cap=30, rendered_share=0.4, cell=np.zeros(100, int), cell_power=0.4)
    assert chance.sum() == pytest.approx(1.0)
    assert chance[:90].sum() == pytest.approx(0.4)


def test_rare_cells_are_shown_more_often_than_they_are():
    source, cell = np.array(["real"] * 500), np.array([0] * 400 + [1] * 100)
    for power, ratio in ((0.0, 4.0), (0.5, 2.0), (1.0, 1.0)):
        chance = sampling_chances(source, 1000, 0.4, cell, power)
        assert chance[:400].sum() / chance[400:].sum() == pytest.approx(ratio)
    few = np.array([0] * 499 + [1])
    chance = sampling_chances(source, 1000, 0.4, few, 1.0)
    assert chance[-1] / chance[0] == pytest.approx(499 / 20), "one hand is not shown all the time"


class _Given(Batches):
    """One batch of eight hands, or in each of two processes half of it; the halves are equal.

    A process normalises by its own half, so only then can two compute what one does.
    """

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        half = [
            torch.randn(4, 3, 128, 128, generator=generator),
            torch.rand(4, 21, 2, generator=generator),
            torch.rand(4, 21, generator=generator),
            *(torch.ones(shape) for shape in ((4, 21), (4,), (4,))),
        ]
        copies = 2 // distributed.world_size()
        self.crops, *rest = (torch.cat([values] * copies) for values in half)
        self.device, self.target = torch.device("cpu"), Target(*rest)

    def at(self, step: int, spread_of: AugmentSettings | None = None) -> tuple[torch.Tensor, Target]:
        return self.crops, self.target


def _two_steps(folder: Path) -> dict[str, torch.Tensor]:
    """Losses of two steps on the given batch, and the weights after them."""
    # Of a network that knows nothing yet all points lie together: to lift them would blow up rounding.
    settings = _settings(stages=[Stage(start=0.0, loops=2)], lift=False)
    trainer = Trainer(settings, _Given(), None, {}, folder)
    losses = [trainer.train_step(0.0) for _ in range(2)]
    assert trainer.samples == 16
    terms = torch.stack([torch.stack([step.joints, step.heat]) for step in losses if step is not None])
    weights = torch.cat([parameter.detach().flatten() for parameter in trainer.network.parameters()])
    return {"losses": terms.detach(), "weights": weights}


_SECOND_OF_TWO = """
import sys
import torch
from pathlib import Path
from handtrack.study.training import distributed
from tests.handtrack.study.training.test_trainer import _two_steps

torch.set_num_threads(1)
with distributed.group(torch.device("cpu")):
    torch.save(_two_steps(Path(sys.argv[1])), Path(sys.argv[1]) / "second.pt")
"""


def test_two_processes_compute_what_one_does(tmp_path, monkeypatch):
    """The first of the two is this one."""
    script = tmp_path / "second.py"
    script.write_text(_SECOND_OF_TWO)
    root = Path(__file__).resolve().parents[4]
    alone = _two_steps(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # What torchrun sets for its processes.
    group = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    for name, value in {**group, "RANK": "0"}.items():
        monkeypatch.setenv(name, value)
    # If the other never comes, this one is not to wait for the half hour that torch would.
    joined = partial(torch.distributed.init_process_group, timeout=timedelta(seconds=60))
    monkeypatch.setattr(torch.distributed, "init_process_group", joined)
    other = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)],
        env={**os.environ, "RANK": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)},
    )
    try:
        with distributed.group(torch.device("cpu")):
            first = _two_steps(tmp_path)
            assert other.wait(timeout=60) == 0
    finally:
        other.kill()
        other.wait()
    second = torch.load(tmp_path / "second.pt", weights_only=True)
    assert torch.equal(first["weights"], second["weights"])
    assert torch.allclose(first["losses"], alone["losses"], rtol=2e-3)


@pytest.mark.parametrize(("precision", "dtype"), [("bf16", torch.bfloat16), ("float32", torch.float32)])
def test_the_network_computes_in_the_precision_that_is_set(tmp_path, precision, dtype):
    trainer = _trainer(tmp_path, precision=precision)
    seen = []
    trainer.network.backbone.stem.register_forward_hook(lambda *call: seen.append(call[-1].dtype))

    trainer.train_step(0.5)

    assert seen == [dtype]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("labels: a\nsplits: b\n", "data"),
        ("data: .\nlabels: a\nsplits: b\nbatch: 1\n", "batch"),
        ("data: .\nlabels: a\nsplits: b\nlearning_rat: 1\n", "learning_rat"),
        ("{broken", "not YAML"),
    ],
)
def test_bad_training_settings_are_one_clear_error(tmp_path, text, message):
    path = tmp_path / "run.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_training_settings(path)


def test_the_settings_of_the_shipped_weights_are_those_that_they_were_made_with():
    folder = Path(__file__).resolve().parents[4] / "configs/training"
    settings = load_training_settings(folder / "shipped.yaml")
    network, metadata = load_weights(shipped_weights())
    made_with = metadata["training"]

    assert settings.stages[-1].loops == network.architecture.loops
    assert (settings.samples, settings.rendered_share) == (made_with["samples"], made_with["rendered_share"])
