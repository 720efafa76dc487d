"""Detect, crop, refine, next crop: `HandTracker` and its parts."""

from handtrack.tracking.tracker import HandTracker

__all__ = ["HandTracker"]
