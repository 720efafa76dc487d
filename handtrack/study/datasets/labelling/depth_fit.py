"""Teach a depth reader what the teacher's depths are worth beside those that are lifted from its points.

Only rendered hands teach it; the real hands whose depth is known, the stereo pair, only judge it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from handtrack.errors import ConfigError
from handtrack.geometry import hand_extent
from handtrack.model.point_lift import PointLift
from handtrack.study.datasets.labelling.combined_looks import CombinedLooks, combine_passes
from handtrack.study.datasets.labelling.depth_reader import READINGS, DepthReader, Hands, reader_hands
from handtrack.study.datasets.labelling.lift_fit import Progress
from handtrack.study.datasets.labelling.teacher import LandmarkTeacher
from handtrack.study.datasets.labelling.teacher_passes import look_carefully
from handtrack.study.datasets.sample import HandDataset

LEAST_HANDS: Final = 200  # that the teacher sees well

_CORRECTION_BATCH: Final = 128
_CORRECTION_EPOCHS: Final = 50
_CORRECTION_RATE: Final = 2e-3
_CORRECTION_NOISE: Final = 0.05  # of the inputs' deviation
_RIDGE: Final = 1e-4
_HELD_OUT: Final = 5  # every so-many-th hand is not learned from


@dataclass(frozen=True, slots=True)
class SeenHands:
    """Rendered hands as the teacher sees them.

    looks: of M hands. depth: (M, 21) true pixels from the wrist, as in `HandSample`. right: (M,) bool.
    """

    looks: CombinedLooks
    depth: np.ndarray
    right: np.ndarray

    def part(self, chosen: np.ndarray) -> SeenHands:
        """Some of the hands, by their numbers or a mask (M,)."""
        return SeenHands(self.looks.part(chosen), self.depth[chosen], self.right[chosen])


@dataclass(frozen=True, slots=True)
class DepthErrors:
    """Mean distance from the true depth in percent of the hand's extent.

    On hands that no correction was learned from; their poses were lifted in other views, though.
    in_image, in_world: the teacher's two depths, each times the factor that suits it best. lift: without the
    teacher's depths. reader: of all.
    """

    hands: int
    in_image: float
    in_world: float
    lift: float
    reader: float


def look_at_hands(
    hands: HandDataset, teacher: LandmarkTeacher, count: int, progress: Progress = None
) -> SeenHands:
    """What the teacher says of about so many hands, evenly chosen, but for those that it does not see well.

    Raises ConfigError where too few remain.
    """
    passes, truth, right = [], [], []
    every = max(1, len(hands) // count)
    for done, index in enumerate(range(0, len(hands), every), start=1):
        sample = hands[index]
        passes.append(look_carefully(teacher, sample.image, sample.joints_2d))
        truth.append(sample.depth)
        right.append(sample.handedness == "right")
        if progress:
            progress(done)
    looks = combine_passes(passes)
    kept = np.flatnonzero(looks.agreeing)
    if len(kept) < LEAST_HANDS:
        raise ConfigError(
            f"the teacher sees only {len(kept)} of {len(passes)} rendered hands well; "
            f"at least {LEAST_HANDS} are needed: render more, or show it more"
        )
    return SeenHands(looks, np.stack(truth), np.array(right)).part(kept)


def fit_reader(lift: PointLift, seen: SeenHands, seed: int = 0) -> tuple[DepthReader, DepthErrors]:
    """A reader that has learned from all hands, and the errors of one that has not seen every fifth."""
    held_out = np.arange(len(seen.right)) % _HELD_OUT == 0
    trial = _learned(lift, seen.part(~held_out), seed)
    return _learned(lift, seen, seed), _errors(trial, seen.part(held_out))


def _learned(lift: PointLift, seen: SeenHands, seed: int) -> DepthReader:
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        reader = DepthReader()
        reader.lift = copy.deepcopy(lift).requires_grad_(False)
        hands, truth = _in_reader_units(seen)
        depths, inputs = reader.evidence(hands)
        reader.mix.copy_(_mix(depths, truth))
        reader.middle.copy_(inputs.mean(dim=0))
        reader.scale.copy_(inputs.std(dim=0) + 1e-3)
        last = reader.correction[-1]
        assert isinstance(last, nn.Linear)
        nn.init.zeros_(last.weight)
        optimiser = torch.optim.AdamW(reader.correction.parameters(), lr=_CORRECTION_RATE, weight_decay=0.05)
        steps = max(1, _CORRECTION_EPOCHS * len(truth) // _CORRECTION_BATCH)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _CORRECTION_RATE, total_steps=steps)
        reader.train()
        for _ in range(steps):
            chosen = torch.randint(len(truth), (_CORRECTION_BATCH,), generator=generator)
            noise = torch.randn(_CORRECTION_BATCH, inputs.shape[1], generator=generator) * reader.scale
            found = reader.combine(depths[chosen], inputs[chosen] + _CORRECTION_NOISE * noise)
            loss = (found - truth[chosen]).abs().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    return reader.eval()


def _mix(depths: Tensor, truth: Tensor) -> Tensor:
    """Shares (21, 3) of the depths (M, 21, 3) that come closest to the true ones (M, 21), joint by joint."""
    normal = torch.einsum("mja,mjb->jab", depths, depths)
    normal = normal + _RIDGE * len(depths) * torch.eye(READINGS + 1)
    return torch.linalg.solve(normal, torch.einsum("mja,mj->ja", depths, truth))


def _errors(reader: DepthReader, seen: SeenHands) -> DepthErrors:
    hands, truth = _in_reader_units(seen)
    depths, inputs = reader.evidence(hands)
    percent = 100 * hands.size / torch.tensor([hand_extent(joints) for joints in seen.looks.joints_2d])

    def error(found: Tensor) -> float:
        return float(((found - truth).abs().mean(dim=1) * percent).mean())

    def scaled(found: Tensor) -> Tensor:
        return found * ((found * truth).sum() / found.square().sum().clamp_min(1e-12))

    with torch.inference_mode():
        combined = reader.combine(depths, inputs)
    return DepthErrors(
        len(truth),
        error(scaled(depths[..., 0])),
        error(scaled(depths[..., 1])),
        error(depths[..., READINGS]),
        error(combined),
    )


def _in_reader_units(seen: SeenHands) -> tuple[Hands, Tensor]:
    """The hands and their true depths (M, 21)."""
    hands = reader_hands(seen.looks, seen.right)
    return hands, torch.from_numpy(seen.depth) / hands.size[:, None]
