"""Put a training run together from its settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from handtrack.study.training import distributed
from handtrack.study.training.arithmetic import nothing_too_small, one_thread
from handtrack.study.training.data import load_data
from handtrack.study.training.settings import TrainingSettings
from handtrack.study.training.trainer import Trainer


def train(
    settings: TrainingSettings,
    folder: Path,
    progress: Callable[[float, dict[str, float]], None] | None = None,
) -> dict[str, Any]:
    """Run the training; returns the metadata of the weights written to the folder.

    In a group of processes only the first one reports progress and returns the metadata.
    """
    device = distributed.choose_device(settings.device)
    with one_thread(), nothing_too_small(), distributed.group(device):
        data = load_data(settings, device)
        first = distributed.rank() == 0
        trainer = Trainer(settings, data.batches, data.held_out if first else None, data.description, folder)
        return trainer.run(progress if first else None)
