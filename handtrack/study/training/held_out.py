"""The hands that a network is measured on and never trained with."""

from __future__ import annotations

from dataclasses import dataclass

from handtrack.study.datasets.patches import Patches


@dataclass(frozen=True, slots=True)
class HeldOut:
    """real: labelled hands, whose depth another network guessed. exact: rendered ones, or None."""

    real: Patches
    exact: Patches | None = None
