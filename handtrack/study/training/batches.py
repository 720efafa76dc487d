"""Training batches: sampled by source, augmented, and wholly determined by the seed and the step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from handtrack.model.losses import Target
from handtrack.study.datasets.patches import Patches
from handtrack.study.datasets.pose_map import cell_numbers
from handtrack.study.datasets.sample import RENDERED
from handtrack.study.training import distributed
from handtrack.study.training.augment import TRAINING, AugmentSettings, augment
from handtrack.study.training.settings import TrainingSettings

_LEAST_CELL = 20
"""Patches that a cell of the pose map counts as at least: a few must not be seen all the time."""


class Batches:
    """Augmented batches from patches of hands and patches without a hand.

    hands: in parts. empty: (N, P, P, 3) uint8 patches without a hand. device: where all pictures lie and are
    augmented. sources: (N,) of the hands, by which they are sampled.
    """

    def __init__(
        self,
        settings: TrainingSettings,
        hands: Sequence[Patches],
        empty: np.ndarray,
        device: torch.device | None = None,
    ) -> None:
        self.seed = settings.seed
        shares = {name: getattr(settings, name) for name in ("stretch", "background_share", "beside_share")}
        self._views = replace(TRAINING, **shares)
        self.device = device or torch.device("cpu")
        self._pictures = [self._channels_first(part.images) for part in hands]
        self._mattes = [torch.from_numpy(part.mattes).to(self.device) for part in hands]
        self.joints = np.concatenate([part.joints for part in hands])
        self.spread = np.concatenate([part.spread for part in hands])
        self.sources = np.concatenate([part.source for part in hands])
        self._depth_known = (~np.isin(self.sources, settings.without_depth)).astype(np.float32)
        exact = self.sources == RENDERED
        # Where no hand is exact, another network's depth is all there is to learn from.
        self._depth_exact = (exact if exact.any() else ~exact).astype(np.float32)
        self._ends = np.cumsum([len(part) for part in hands])
        self._empty = self._channels_first(empty)
        self._chances = sampling_chances(
            self.sources,
            settings.source_cap,
            settings.rendered_share,
            cell_numbers(self.joints),
            settings.cell_power,
        )
        self.size = settings.batch // distributed.world_size()
        self._empty_count = round(self.size * settings.empty_share) if len(empty) else 0

    def _channels_first(self, images: np.ndarray) -> torch.Tensor:
        # Once for all, and nothing to do for kept patches: turning every batch would cost as much as its
        # augmentation.
        return torch.from_numpy(images).permute(0, 3, 1, 2).contiguous().to(self.device)

    def at(self, step: int, spread_of: AugmentSettings | None = None) -> tuple[torch.Tensor, Target]:
        """Network input (B, 3, 128, 128) and target of a step.

        spread_of: how views and looks vary, by default as the settings say for training.

        Every step has random numbers of its own, so a run that goes on after an interruption sees what
        it would have seen.
        """
        sampler = np.random.default_rng((self.seed, distributed.rank(), step))
        chosen = sampler.choice(len(self.joints), self.size - self._empty_count, p=self._chances)
        images, mattes = self._taken(self._pictures, chosen), self._taken(self._mattes, chosen)
        joints, spread = self.joints[chosen], self.spread[chosen]
        if self._empty_count:
            windows = torch.from_numpy(sampler.integers(len(self._empty), size=self._empty_count))
            images = torch.cat([images, self._empty[windows.to(self.device)]])
            mattes = torch.cat([mattes, mattes.new_zeros(self._empty_count, *mattes.shape[1:])])
            nowhere = np.full((self._empty_count, *joints.shape[1:]), np.nan, np.float32)
            joints = np.concatenate([joints, nowhere])
            spread = np.concatenate([spread, np.zeros((self._empty_count, spread.shape[1]), np.float32)])
        views = spread_of or self._views
        count = round(self.size * views.background_share) if len(self._empty) else 0
        behind = torch.from_numpy(sampler.integers(max(1, len(self._empty)), size=count)).to(self.device)
        generator = torch.Generator(self.device).manual_seed(int(sampler.integers(2**62)))
        points, noise = (torch.from_numpy(values).to(self.device) for values in (joints, spread))
        crops, target = augment(images, points, noise, views, generator, mattes, self._empty[behind])
        known, exact = (self._of_hands(flags[chosen]) for flags in (self._depth_known, self._depth_exact))
        return crops, target._replace(depth_known=known, depth_exact=exact)

    def _of_hands(self, flags: np.ndarray) -> torch.Tensor:
        """Flags of a batch's hands, with ones for the windows without a hand that follow them."""
        flags = np.concatenate([flags, np.ones(self._empty_count, np.float32)])
        return torch.from_numpy(flags).to(self.device)

    def _taken(self, values: list[torch.Tensor], chosen: np.ndarray) -> torch.Tensor:
        """Values (B, ...) of hands by their numbers (B,) over all parts, from those of each part."""
        parts = np.searchsorted(self._ends, chosen, side="right")
        within = chosen - np.concatenate([[0], self._ends])[parts]
        taken = values[0].new_empty((len(chosen), *values[0].shape[1:]))
        for number in np.unique(parts):
            rows = np.flatnonzero(parts == number)
            here = torch.from_numpy(within[rows]).to(self.device)
            taken[torch.from_numpy(rows).to(self.device)] = values[number][here]
        return taken


def sampling_chances(
    source: np.ndarray, cap: int, rendered_share: float, cell: np.ndarray, cell_power: float
) -> np.ndarray:
    """Chance (N,) of each patch, from the names (N,) of their sources and their cells (N,) of the pose map.

    A source of more than cap patches counts as cap of them. Rendered patches, where there are any, get
    the given share of all chances. Among real and among rendered ones, a cell of the map with k times as many
    patches as another is shown k ** (1 - cell_power) times as often.
    """
    _, inverse, counts = np.unique(source, return_inverse=True, return_counts=True)
    weight = (np.minimum(counts, cap) / counts)[inverse]
    rendered = source == RENDERED
    for kind in (rendered, ~rendered):
        _, row, size = np.unique(cell[kind], return_inverse=True, return_counts=True)
        weight[kind] *= np.maximum(size, _LEAST_CELL)[row] ** -cell_power
    if rendered.any() and not rendered.all():
        weight[rendered] *= rendered_share / weight[rendered].sum()
        weight[~rendered] *= (1 - rendered_share) / weight[~rendered].sum()
    return weight / weight.sum()
