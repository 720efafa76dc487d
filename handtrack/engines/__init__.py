"""Who runs the network; `create_engine` picks one by name."""

from __future__ import annotations

import logging
from pathlib import Path

from handtrack.engines.base import EncodedCrops, Engine, LoopResult, LoopStart, every_loop
from handtrack.engines.choice import Choice, choose_engine
from handtrack.engines.creation import ENGINES, EQUAL_ENGINES, create_named
from handtrack.engines.torch_package import check_torch
from handtrack.errors import ConfigError

__all__ = [
    "ENGINES",
    "EQUAL_ENGINES",
    "Choice",
    "EncodedCrops",
    "Engine",
    "LoopResult",
    "LoopStart",
    "choose_engine",
    "create_engine",
    "every_loop",
]

logger = logging.getLogger(__name__)


def create_engine(name: str, weights: Path) -> Engine:
    """Engine by name, or for "auto" the fastest here that is as good; see `choose_engine`.

    Raises ConfigError for an unknown name, ModelError for weights that cannot be used, or where what the
    engine needs is missing.
    """
    if name not in ("auto", *ENGINES):
        raise ConfigError(f"engine {name!r} is not known; allowed: auto, {', '.join(ENGINES)}")
    if name == "cuda":
        check_torch()
        if not _has_cuda():
            logger.warning("there is no graphics card that PyTorch can use: engine cuda gives way to auto")
            name = "auto"
    return choose_engine(weights).engine if name == "auto" else create_named(name, weights)


def _has_cuda() -> bool:
    import torch

    return torch.cuda.is_available()
