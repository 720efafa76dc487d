"""Who runs the network; `create_engine` picks one by name."""

from __future__ import annotations

from pathlib import Path

from handtrack.engines.base import EncodedCrops, Engine, LoopResult, LoopStart
from handtrack.errors import ConfigError

__all__ = ["ENGINES", "EncodedCrops", "Engine", "LoopResult", "LoopStart", "create_engine"]

ENGINES = ("torch",)


def create_engine(name: str, weights: Path) -> Engine:
    """Engine by name, or the best one for "auto". Raises ConfigError for an unknown name."""
    if name not in ("auto", *ENGINES):
        raise ConfigError(f"engine {name!r} is not known; allowed: auto, {', '.join(ENGINES)}")
    from handtrack.engines.torch_engine import TorchEngine

    return TorchEngine(weights)
