"""PyTorch, or one sentence that says how to have it."""

from __future__ import annotations

import importlib.util

from handtrack.errors import ModelError
from handtrack.extras import installing


def check_torch() -> None:
    """Raise ModelError where PyTorch is not installed; without importing it, which takes seconds."""
    if importlib.util.find_spec("torch") is None:
        raise ModelError(f"PyTorch is missing: {installing('torch')}")
