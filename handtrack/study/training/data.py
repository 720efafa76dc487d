"""What a training run sees, from its settings: patches of hands, patches without one, and held-out hands."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from handtrack.detectors.bundle import ensure_hand_bundle
from handtrack.detectors.palm import PalmFinder
from handtrack.errors import ConfigError
from handtrack.study.datasets.empty import empty_windows, panorama_backgrounds, tempting_windows
from handtrack.study.datasets.labelling.label_store import LabelledImages, labels_identity
from handtrack.study.datasets.labelling.manifest import read_manifest
from handtrack.study.datasets.patch_store import read_patches, stored_patches
from handtrack.study.datasets.patches import PATCH_MARGIN, PATCH_PIXELS, Patches, hand_patches, without_hands
from handtrack.study.datasets.rendered import RenderedShards
from handtrack.study.datasets.sample import HandDataset
from handtrack.study.datasets.splits import validation_mask
from handtrack.study.training import distributed
from handtrack.study.training.batches import Batches
from handtrack.study.training.held_out import HeldOut
from handtrack.study.training.settings import DataSettings, TrainingSettings

logger = logging.getLogger(__name__)

BACKGROUNDS = 400
EMPTY_WINDOWS = 1200
_CUTTING_SEED = 0  # not the run's: all runs share the patches that were cut once


@dataclass(frozen=True, slots=True)
class TrainingPatches:
    """hands: of pictures that are trained on, and of renderings. empty: (N, P, P, 3) uint8 without a hand."""

    hands: list[Patches]
    empty: np.ndarray


def load_patches(settings: DataSettings) -> TrainingPatches:
    """Patches to train on. Raises ConfigError if data is missing, SourceError if it is damaged."""
    return _patches(settings, *_open(settings))


def _patches(settings: DataSettings, shelf: _Shelf, labelled: LabelledImages) -> TrainingPatches:
    held_out = validation_mask(settings.splits, labelled.files)
    hands = [shelf.hands("real", labelled, np.flatnonzero(~held_out), labels_identity(labelled.labels))]
    hands += [shelf.rendered(folder) for folder in settings.rendered]
    known = known_hands(settings, labelled.points_by_file())
    windows = empty_windows(settings.data, known, EMPTY_WINDOWS, _CUTTING_SEED)
    empty = np.concatenate([windows, np.stack(shelf.backgrounds), shelf.tempting(known).images])
    return TrainingPatches(hands, empty)


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
    shelf, labelled = _open(settings)
    patches = _patches(settings, shelf, labelled)
    batches = Batches(settings, patches.hands, patches.empty, device)
    logger.info("%d training hands, %d windows without a hand", len(batches.sources), len(patches.empty))
    # Always with careful labels, so that runs with other labels can be compared.
    is_careful = settings.label_kind == "careful"
    careful = labelled if is_careful else LabelledImages(settings.data, settings.labels, "careful")
    chosen = np.flatnonzero(validation_mask(settings.splits, careful.files))
    validation = shelf.hands("validation", careful, chosen, labels_identity(careful.labels))
    description = {"hands": len(batches.sources), "sources": sorted(set(batches.sources.tolist()))}
    exact = None if settings.rendered_validation is None else shelf.rendered(settings.rendered_validation)
    return TrainingData(batches, HeldOut(validation, exact), description)


def _open(settings: DataSettings) -> tuple[_Shelf, LabelledImages]:
    """Where patches are kept, and the labelled pictures."""
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
    return _Shelf(settings, backgrounds), labelled


class _Shelf:
    """Patches cut before, or cut now by the first process while the others wait."""

    def __init__(self, settings: DataSettings, backgrounds: list[np.ndarray]) -> None:
        self._settings = settings
        self.backgrounds = backgrounds

    def hands(self, name: str, dataset: HandDataset, indices: np.ndarray, identity: str) -> Patches:
        """Patches of some samples of a data set; identity: tells one data set's contents from another's."""
        cut_by = repr((identity, PATCH_PIXELS, PATCH_MARGIN, BACKGROUNDS, _CUTTING_SEED, indices.tolist()))
        return self._kept(
            name, cut_by, lambda: hand_patches(dataset, indices.tolist(), self.backgrounds, _CUTTING_SEED)
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


def known_hands(settings: DataSettings, labelled: dict[str, list[np.ndarray]]) -> dict[str, list[np.ndarray]]:
    """Points of all hands in the training pictures whose hands the manifest lists, or says to be none."""
    facts = read_manifest(settings.data)
    held_out = validation_mask(settings.splits, facts)
    return {
        file: [*facts[file].boxes.reshape(-1, 2, 2), *labelled.get(file, [])]
        for file, out in zip(facts, held_out, strict=True)
        if (len(facts[file].boxes) or facts[file].no_hand) and not out
    }
