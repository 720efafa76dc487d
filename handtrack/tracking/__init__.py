"""Detect, crop, refine, next crop: `HandTracker` and its parts.

It is loaded when first used, because the engines take a while to import.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from handtrack.tracking.tracker import HandTracker

__all__ = ["HandTracker"]


def __getattr__(name: str) -> Any:
    if name != "HandTracker":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from handtrack.tracking import tracker

    return tracker.HandTracker
