"""Put a training run together from its settings: labels, patches, empty windows, trainer."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from handtrack.datasets.empty import empty_windows, panorama_backgrounds, tempting_windows
from handtrack.datasets.labelling.label_store import LabelledImages, labels_identity
from handtrack.datasets.labelling.manifest import read_manifest
from handtrack.datasets.patch_store import read_patches, stored_patches
from handtrack.datasets.patches import PATCH_MARGIN, PATCH_PIXELS, Patches, hand_patches, without_hands
from handtrack.datasets.rendered import RenderedShards
from handtrack.datasets.sample import HandDataset
from handtrack.datasets.splits import validation_mask
from handtrack.detectors.bundle import ensure_hand_bundle
from handtrack.detectors.palm import PalmFinder
from handtrack.errors import ConfigError
from handtrack.training import distributed
from handtrack.training.batches import Batches
from handtrack.training.held_out import HeldOut
from handtrack.training.settings import TrainingSettings
from handtrack.training.trainer import Trainer

logger = logging.getLogger(__name__)

BACKGROUNDS = 400
EMPTY_WINDOWS = 1200
_CUTTING_SEED = 0  # not the run's: all runs share the patches that were cut once


@dataclass(frozen=True, slots=True)
class TrainingData:
    """What a run sees.

    held_out: hands to measure the network on. description: what weights say of their training data.
    """

    batches: Batches
    held_out: HeldOut
    description: dict[str, Any]


def load_data(settings: TrainingSettings, device: torch.device) -> TrainingData:
    """Load the data that the settings name. Raises ConfigError if it is missing, SourceError if damaged."""
    manifest = settings.data / "manifest.csv"
    needed = (manifest, settings.labels, settings.splits, *settings.rendered, settings.rendered_validation)
    for path in filter(None, needed):
        if not path.exists():
            raise ConfigError(
                f"{path} is missing; training needs the data folder, its labels and splits, and the "
                "rendered hands if the settings name any"
            )
    panoramas = sorted((settings.data / "hdri").glob("*.hdr"))
    if not panoramas:
        raise ConfigError(
            f"there are no panoramas in {settings.data / 'hdri'} (*.hdr); training puts hands before them"
        )
    backgrounds = panorama_backgrounds(panoramas, BACKGROUNDS, _CUTTING_SEED)
    labelled = LabelledImages(settings.data, settings.labels, settings.label_kind)
    held_out = validation_mask(settings.splits, labelled.files)
    shelf = _Shelf(settings, backgrounds)
    hands = [shelf.hands("real", labelled, np.flatnonzero(~held_out), labels_identity(labelled.labels))]
    hands += [shelf.rendered(folder) for folder in settings.rendered]
    known = _known_hands(settings, labelled.points_by_file())
    windows = empty_windows(settings.data, known, EMPTY_WINDOWS, _CUTTING_SEED)
    empty = np.concatenate([windows, np.stack(backgrounds), shelf.tempting(known).images])
    batches = Batches(settings, hands, empty, device)
    logger.info("%d training hands, %d windows without a hand", len(batches.sources), len(empty))
    # Always with careful labels, so that runs with other labels can be compared.
    is_careful = settings.label_kind == "careful"
    careful = labelled if is_careful else LabelledImages(settings.data, settings.labels, "careful")
    chosen = np.flatnonzero(validation_mask(settings.splits, careful.files))
    validation = shelf.hands("validation", careful, chosen, labels_identity(careful.labels))
    description = {"hands": len(batches.sources), "sources": sorted(set(batches.sources.tolist()))}
    exact = None if settings.rendered_validation is None else shelf.rendered(settings.rendered_validation)
    return TrainingData(batches, HeldOut(validation, exact), description)


class _Shelf:
    """Patches cut before, or cut now by the first process while the others wait."""

    def __init__(self, settings: TrainingSettings, backgrounds: list[np.ndarray]) -> None:
        self._settings = settings
        self._backgrounds = backgrounds

    def hands(self, name: str, dataset: HandDataset, indices: np.ndarray, identity: str) -> Patches:
        """Patches of some samples of a data set; identity: tells one data set's contents from another's."""
        cut_by = repr((identity, PATCH_PIXELS, PATCH_MARGIN, BACKGROUNDS, _CUTTING_SEED, indices.tolist()))
        return self._kept(
            name, cut_by, lambda: hand_patches(dataset, indices.tolist(), self._backgrounds, _CUTTING_SEED)
        )

    def rendered(self, folder: Path) -> Patches:
        """Patches of all hands of a folder of shards."""
        shards = RenderedShards(folder)
        return self.hands("rendered", shards, np.arange(len(shards)), shards.identity)

    def tempting(self, known: dict[str, list[np.ndarray]]) -> Patches:
        """Windows that a detector takes for hands, in pictures whose hands are known."""

        def cut() -> Patches:
            return without_hands(
                tempting_windows(self._settings.data, known, PalmFinder(ensure_hand_bundle()))
            )

        where = {file: [np.round(hand).tolist() for hand in hands] for file, hands in sorted(known.items())}
        return self._kept("tempting", repr((PATCH_PIXELS, PATCH_MARGIN, where)), cut)

    def _kept(self, name: str, cut_by: str, cut: Callable[[], Patches]) -> Patches:
        folder = self._settings.patches / f"{name}-{hashlib.sha256(cut_by.encode()).hexdigest()[:16]}"
        if distributed.rank() != 0:
            distributed.wait_for_all()
            return read_patches(folder)
        patches = stored_patches(folder, cut)
        distributed.wait_for_all()
        return patches


def _known_hands(
    settings: TrainingSettings, labelled: dict[str, list[np.ndarray]]
) -> dict[str, list[np.ndarray]]:
    """Points of all hands in the training pictures whose hands the manifest lists, or says to be none."""
    facts = read_manifest(settings.data)
    held_out = validation_mask(settings.splits, facts)
    return {
        file: [*facts[file].boxes.reshape(-1, 2, 2), *labelled.get(file, [])]
        for file, out in zip(facts, held_out, strict=True)
        if (len(facts[file].boxes) or facts[file].no_hand) and not out
    }


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
    device = distributed.choose_device(settings.device)
    distributed.join_group(device)
    try:
        data = load_data(settings, device)
        first = distributed.rank() == 0
        trainer = Trainer(
            settings, data.batches, data.held_out if first else None, data.description, folder
        )
        return trainer.run(progress if first else None)
    finally:
        distributed.leave_group()
