"""Fit the presence of finished weights anew: what it looks at, and the weights that come of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from handtrack.detectors.own import OwnDetector
from handtrack.model.checkpoint import load_weights, save_weights
from handtrack.study.datasets.labelling.manifest import read_manifest
from handtrack.study.datasets.lures import Picture
from handtrack.study.datasets.splits import validation_mask
from handtrack.study.training.arithmetic import one_thread
from handtrack.study.training.batches import Batches
from handtrack.study.training.data import load_patches
from handtrack.study.training.presence_fit import give_presence
from handtrack.study.training.settings import TrainingSettings

_LEAST_SCORE: Final = 0.12
"""Of what the finder names: less than in use, so that there is more to learn from."""
_ZOOMS: Final = (1.0, 0.8, 0.6)
_UNSEEN_EVERY: Final = 8  # of the hand-free windows, one is not looked at, as in the finder's training


@one_thread()
def refit_presence(weights: Path, settings: TrainingSettings, folder: Path) -> dict[str, Any]:
    """Write weights that differ in presence and side alone; returns what was looked at.

    settings: name the data. Raises ModelError for weights that cannot be used, ConfigError for missing data.
    """
    network, metadata = load_weights(weights)
    patches = load_patches(settings)
    batches = Batches(settings, patches.hands, patches.empty)
    finder = OwnDetector(2, _LEAST_SCORE)
    count = give_presence(network, batches, _hand_free(settings, patches.empty), finder)
    metadata["presence"] = {"lures": count}
    folder.mkdir(parents=True, exist_ok=True)
    known = {key: value for key, value in metadata.items() if key not in ("format", "architecture")}
    save_weights(folder / "weights.safetensors", network, known)
    return {"lures": count}


def _hand_free(settings: TrainingSettings, empty: np.ndarray) -> Iterator[Picture]:
    """Pictures of people without hands, nearer and mirrored too, and windows without a hand."""
    facts = read_manifest(settings.data)
    held_out = validation_mask(settings.splits, facts)
    rng = np.random.default_rng(0)
    for file, out in zip(facts, held_out, strict=True):
        picture = cv2.imread(str(settings.data / file)) if facts[file].no_hand and not out else None
        if picture is None:
            continue
        for zoom in _ZOOMS:
            height, width = (round(zoom * side) for side in picture.shape[:2])
            top, left = (
                int(rng.integers(whole - part + 1))
                for whole, part in zip(picture.shape, (height, width), strict=False)
            )
            part = picture[top : top + height, left : left + width]
            yield np.ascontiguousarray(part), []
            yield np.ascontiguousarray(part[:, ::-1]), []
    for number in range(len(empty)):
        if number % _UNSEEN_EVERY:
            yield np.ascontiguousarray(empty[number]), []
