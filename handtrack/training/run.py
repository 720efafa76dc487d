"""Put a training run together from its settings: labels, patches, empty windows, trainer."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from handtrack.datasets.patches import (
    empty_windows,
    hand_patches,
    panorama_backgrounds,
)
from handtrack.datasets.pseudo_labels import LabelledHand, load_labels
from handtrack.datasets.splits import validation_mask
from handtrack.errors import ConfigError
from handtrack.training import distributed
from handtrack.training.settings import TrainingSettings
from handtrack.training.trainer import Trainer

logger = logging.getLogger(__name__)


def prepare(settings: TrainingSettings, folder: Path) -> Trainer:
    """Load the data that the settings name. Raises ConfigError where it is missing."""
    manifest = settings.data / "manifest.csv"
    for needed in (manifest, settings.labels, settings.splits):
        if not needed.is_file():
            raise ConfigError(
                f"{needed} is missing; training needs the data folder, its labels and its splits"
            )
    labels = load_labels(settings.labels)
    backgrounds = panorama_backgrounds(sorted((settings.data / "hdri").glob("*.hdr")), 400, settings.seed)
    patches = hand_patches(settings.data, labels, backgrounds, settings.seed)
    held_out = validation_mask(settings.splits, patches.file)
    known = _known_hands(manifest, labels_by_file=_points_by_file(labels))
    held_out_files = set(patches.file[held_out].tolist())
    known = {file: hands for file, hands in known.items() if file not in held_out_files}
    windows = empty_windows(settings.data, known, 2500, settings.seed)
    empty = np.concatenate([windows, np.stack(backgrounds)])
    logger.info(
        "%d training hands, %d validation hands, %d empty windows",
        (~held_out).sum(),
        held_out.sum(),
        len(empty),
    )
    return Trainer(settings, patches.select(~held_out), empty, patches.select(held_out), folder)


def _points_by_file(labels: list[LabelledHand]) -> dict[str, list[np.ndarray]]:
    points: dict[str, list[np.ndarray]] = {}
    for label in labels:
        points.setdefault(label.file, []).append(label.joints_2d)
    return points


def _known_hands(manifest: Path, labels_by_file: dict[str, list[np.ndarray]]) -> dict[str, list[np.ndarray]]:
    """Points of all hands in the pictures whose boxes the manifest lists."""
    known = {}
    with manifest.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["boxes_xyxy_px"]:
                boxes = [
                    np.array(box.split(), float).reshape(2, 2) for box in row["boxes_xyxy_px"].split(";")
                ]
                known[row["file"]] = boxes + labels_by_file.get(row["file"], [])
    return known


def train(
    settings: TrainingSettings,
    folder: Path,
    progress: Callable[[float, dict[str, float]], None] | None = None,
) -> dict[str, Any]:
    """Run the training; returns the metadata of the weights written to the folder.

    One thread a process: see `handtrack.training.distributed`. In a group of processes only the first
    one reports progress and returns the metadata.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    distributed.join_group()
    try:
        return prepare(settings, folder).run(progress if distributed.rank() == 0 else None)
    finally:
        distributed.leave_group()
