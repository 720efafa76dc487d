from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from handtrack.errors import ConfigError
from handtrack.model.checkpoint import load_finder
from handtrack.study.training.finder.run import LOG, WEIGHTS, FinderTraining, HeldOut
from handtrack.study.training.run_state import STATE_FILE
from tests.handtrack.study.training.finder.test_scenes import scenes, settings

__all__ = ["scenes", "settings"]


@pytest.fixture
def held_out(scenes) -> HeldOut:
    return HeldOut(scenes._whole, np.full((8, 208, 208, 3), 60, np.uint8))


def _run(settings, scenes, held_out, folder: Path, until: int) -> FinderTraining:
    training = FinderTraining(settings, scenes, held_out, folder)
    while training.step < until:
        training.train_step(training.step / 10)
    return training


def test_a_run_goes_on_where_it_stopped_as_if_it_had_not(settings, scenes, held_out, tmp_path):
    whole = _run(settings, scenes, held_out, tmp_path / "whole", 4)
    _run(settings, scenes, held_out, tmp_path / "parts", 2).save()
    parts = _run(settings, scenes, held_out, tmp_path / "parts", 4)
    assert parts.samples == whole.samples == 96
    for one, other in zip(
        parts.average.network.parameters(), whole.average.network.parameters(), strict=True
    ):
        assert torch.equal(one, other)


def test_a_finished_run_leaves_weights_and_no_state(settings, scenes, held_out, tmp_path):
    short = settings.model_copy(update={"samples": 48})
    found = FinderTraining(short, scenes, held_out, tmp_path).run()
    assert not (tmp_path / STATE_FILE).exists()
    assert 0 <= found["recall"] <= 1
    logged = json.loads((tmp_path / LOG).read_text().splitlines()[-1])
    assert logged["samples_seen"] == 48
    load_finder(tmp_path / WEIGHTS)


def test_a_run_of_other_settings_is_not_gone_on_with(settings, scenes, held_out, tmp_path):
    _run(settings, scenes, held_out, tmp_path, 1).save()
    other = settings.model_copy(update={"learning_rate": 0.5})
    with pytest.raises(ConfigError, match="other settings"):
        FinderTraining(other, scenes, held_out, tmp_path)
