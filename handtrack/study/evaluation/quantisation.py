"""The encoder in 8 bits, made from training hands and measured on validation hands beside the exact one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from handtrack.engines import Engine, create_engine, every_loop
from handtrack.engines.graph_files import int8_report
from handtrack.engines.graph_quantise import quantise_encoder
from handtrack.study.datasets.patches import Patches
from handtrack.study.training.augment import FOLLOWED
from handtrack.study.training.batches import Batches
from handtrack.study.training.data import load_data
from handtrack.study.training.settings import TrainingSettings
from handtrack.study.training.validation import Predictions, canonical_crops, hand_errors

_CALIBRATION_HANDS: Final = 256
_BATCH: Final = 64


@dataclass(frozen=True, slots=True)
class Closeness:
    """Mean errors of the last loop on real hands, with the encoder in 8 bits over the exact one's."""

    hands: int
    error_2d_over_exact: float
    pa_mpjpe_over_exact: float


def quantise(weights: Path, settings: TrainingSettings) -> tuple[Path, Closeness]:
    """Write the encoder's graph in 8 bits beside weights, and how close it comes; gives both.

    The ranges of values are those of training hands; what is measured are the validation hands. settings:
    name the data. Raises ConfigError, ModelError or SourceError.
    """
    data = load_data(settings, torch.device("cpu"))
    path = quantise_encoder(weights, _training_crops(data.batches))
    closeness = _measure(weights, data.held_out.real)
    report = int8_report(weights)
    measured = {
        "hands": closeness.hands,
        "error_2d_over_exact": round(closeness.error_2d_over_exact, 4),
        "pa_mpjpe_over_exact": round(closeness.pa_mpjpe_over_exact, 4),
    }
    known = json.loads(report.read_text(encoding="utf-8"))
    report.write_text(json.dumps({**known, **measured}) + "\n", encoding="utf-8")
    return path, closeness


def _training_crops(batches: Batches) -> np.ndarray:
    """Hands (N, 128, 128, 3) uint8 BGR, cropped as the tracker crops them."""
    crops: list[np.ndarray] = []
    while sum(map(len, crops)) < _CALIBRATION_HANDS:
        network_input, _ = batches.at(len(crops), FOLLOWED)
        pictures = (network_input * 64 + 127.5).round().clamp(0, 255).to(torch.uint8)
        crops.append(pictures.permute(0, 2, 3, 1).contiguous().numpy())
    return np.concatenate(crops)[:_CALIBRATION_HANDS]


def _measure(weights: Path, validation: Patches) -> Closeness:
    crops, joints = canonical_crops(validation)
    exact, quantised = (
        hand_errors(_last_loop(create_engine(name, weights), crops, joints))
        for name in ("openvino", "openvino-int8")
    )
    return Closeness(
        len(crops),
        float(quantised.error_2d_percent.mean() / exact.error_2d_percent.mean()),
        float(quantised.pa_mpjpe_mm.mean() / exact.pa_mpjpe_mm.mean()),
    )


def _last_loop(engine: Engine, crops: np.ndarray, joints: np.ndarray) -> Predictions:
    """What an engine says of crops after all loops."""
    parts = []
    for batch in np.array_split(crops, max(1, len(crops) // _BATCH)):
        result = every_loop(engine, batch)[-1]
        parts.append((result.xy, result.z, result.sigma_xy, result.exit_probability))
    xy, z, sigma, leaving = (np.concatenate(column)[None] for column in zip(*parts, strict=True))
    return Predictions(xy, z, sigma, leaving, joints)
