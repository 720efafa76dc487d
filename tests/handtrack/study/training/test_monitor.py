from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from handtrack.model.estimate import Estimate, LoopOutput
from handtrack.model.losses import Target
from handtrack.study.training.monitor import FOLDER, Monitor, sample_sheet


def _samples(count: int) -> tuple[torch.Tensor, list[LoopOutput], Target]:
    """Grey crops; the first loop is off to the right of the truth, the second on it; the last has no hand."""
    xy = torch.full((count, 21, 2), 0.5)
    xy[:, 1:] = torch.linspace(0.3, 0.7, 20)[:, None]
    weight = torch.ones(count, 21)
    weight[-1] = 0
    target = Target(xy, torch.zeros(count, 21), weight, torch.ones(count), torch.ones(count))
    flat = torch.zeros(count, 21)
    loops = [
        LoopOutput(Estimate(xy + shift, flat, torch.zeros(count, 21, 2)), flat[:, 0], flat)
        for shift in (torch.tensor([0.1, 0.0]), 0.0)
    ]
    return torch.zeros(count, 3, 128, 128), loops, target


def test_a_sheet_shows_truth_and_estimate_loop_by_loop():
    sheet = sample_sheet(*_samples(3))
    assert sheet.shape == (2 * 256, 3 * 256, 3)
    tiles = sheet.reshape(2, 256, 3, 256, 3).swapaxes(1, 2)
    green = (tiles[..., 1].astype(int) > tiles[..., 0].astype(int) + 60).sum(axis=(2, 3))
    orange = (tiles[..., 0].astype(int) > tiles[..., 2].astype(int) + 100).sum(axis=(2, 3))
    assert (orange[:, :2] > 100).all()
    assert (green[0, :2] > 100).all(), "beside the estimate the truth is seen"
    assert (green[1, :2] < 50).all(), "under it it is not"
    assert not green[:, 2].any()
    assert not orange[:, 2].any(), "no hand, no skeleton"


def test_curves_and_pictures_can_be_read_by_tensorboard(tmp_path: Path):
    monitor = Monitor(tmp_path)
    monitor.scalars({"training/error": 0.25}, 20)
    monitor.scalars({"training/error": 0.125}, 40)
    monitor.samples(*_samples(2), 40)
    monitor.close()

    events = EventAccumulator(str(tmp_path / FOLDER))
    events.Reload()
    assert [(event.step, event.value) for event in events.Scalars("training/error")] == [
        (20, 0.25),
        (40, 0.125),
    ]
    (picture,) = events.Images("samples")
    assert (picture.width, picture.height) == (2 * 256, 2 * 256)
    assert np.frombuffer(picture.encoded_image_string, np.uint8).size > 1000
