"""Teach a depth reader to lift points of exact hands, then what the teacher's depths are worth.

Only rendered hands teach it; the real hands whose depth is known, the stereo pair, only judge it.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from handtrack.datasets.labelling.careful_labels import CombinedLooks, combine_passes
from handtrack.datasets.labelling.depth_reader import READINGS, DepthReader, Hands, reader_hands
from handtrack.datasets.labelling.teacher import LandmarkTeacher
from handtrack.datasets.labelling.teacher_passes import look_carefully
from handtrack.datasets.sample import HandDataset
from handtrack.errors import ConfigError
from handtrack.geometry import hand_extent
from handtrack.model.point_lift import PointLift
from handtrack.skeleton import FINGERS, JOINT_COUNT, WRIST

LEAST_HANDS: Final = 200  # that the teacher sees well

_LIFT_BATCH: Final = 256
_LIFT_RATE: Final = 2e-3
_TURN: Final = 25.0  # degrees, deviation of the turn away from the rendered view
_NOISE: Final = (0.01, 0.12)  # of the hand's size: deviation of points, from the best hand to the worst
_NOISE_OF_JOINTS: Final = 0.5  # deviation of its logarithm among a hand's joints
_HIDDEN_SHARE: Final = 0.08  # of the fingers
_HIDDEN_NOISE: Final = 8.0  # times the noise of others, at most
_MOST_NOISE: Final = 0.6
_DISTANCE: Final = (7.0, 28.0)  # from the camera to the hand over its size
_CORRECTION_BATCH: Final = 128
_CORRECTION_EPOCHS: Final = 50
_CORRECTION_RATE: Final = 2e-3
_CORRECTION_NOISE: Final = 0.05  # of the inputs' deviation
_RIDGE: Final = 1e-4
_HELD_OUT: Final = 5  # every so-many-th hand is not learned from

Progress = Callable[[int], None] | None


@dataclass(frozen=True, slots=True)
class SeenHands:
    """Rendered hands as the teacher sees them.

    looks: of M hands. depth: (M, 21) true pixels from the wrist, as in `HandSample`. right: (M,) bool.
    """

    looks: CombinedLooks
    depth: np.ndarray
    right: np.ndarray


@dataclass(frozen=True, slots=True)
class DepthErrors:
    """Mean distance from the true depth in percent of the hand's extent, on hands that were not learned from.

    in_image, in_world: the teacher's two depths, each times the factor that suits it best. lift: without the
    teacher's depths. reader: of all.
    """

    hands: int
    in_image: float
    in_world: float
    lift: float
    reader: float


def exact_hands(hands: HandDataset, progress: Progress = None) -> Tensor:
    """Joints (N, 21, 3) in camera space of all rendered hands, as right hands."""
    joints = []
    for index in range(len(hands)):
        sample = hands[index]
        if sample.joints_3d is None:
            raise ConfigError(f"hand {sample.key} of {hands.name} has no exact joints; give rendered hands")
        mirror = [1.0 if sample.handedness == "right" else -1.0, 1.0, 1.0]
        joints.append(sample.joints_3d * np.array(mirror, np.float32))
        if progress:
            progress(index + 1)
    return torch.from_numpy(np.stack(joints))


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
    return SeenHands(_select(looks, kept), np.stack(truth)[kept], np.array(right)[kept])


def fit_lift(joints: Tensor, steps: int, seed: int = 0, progress: Progress = None) -> PointLift:
    """Learn to lift points from exact right hands (N, 21, 3), seen from ever new sides and distances."""
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        lift = PointLift()
    optimiser = torch.optim.AdamW(lift.parameters(), lr=_LIFT_RATE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _LIFT_RATE, total_steps=steps)
    for step in range(steps):
        chosen = torch.randint(len(joints), (_LIFT_BATCH,), generator=generator)
        view = seen_from_elsewhere(joints[chosen], generator)
        loss = (lift(view.points, view.noise) - view.depth).abs().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if progress:
            progress(step + 1)
    return lift.eval()


class View(NamedTuple):
    """Hands as a camera sees them, their size being 1.

    points: (B, 21, 2), moved by noise of the given deviations (B, 21). depth: (B, 21) from the wrist.
    """

    points: Tensor
    noise: Tensor
    depth: Tensor


def seen_from_elsewhere(joints: Tensor, generator: torch.Generator) -> View:
    """Hands (B, 21, 3) in a new view each.

    The camera looks straight at the hand, as a network that is shown a crop must believe. The unit is a
    pixel's width at the wrist's distance.
    """
    count = len(joints)
    middle = joints.mean(dim=1, keepdim=True)
    ahead = torch.tensor([0.0, 0.0, 1.0]).expand(count, 3)
    sight = nn.functional.normalize(middle[:, 0], dim=1)
    axis = torch.linalg.cross(sight, ahead)
    angle = torch.atan2(axis.norm(dim=1), sight[:, 2])
    placed = _turned(joints - middle, axis, angle)
    angle = torch.randn(count, generator=generator) * math.radians(_TURN)
    placed = _turned(placed, torch.randn(count, 3, generator=generator), angle)
    size = placed[..., :2].square().mean(dim=(1, 2)).sqrt()
    low, high = _DISTANCE
    distance = size * (low + (high - low) * torch.rand(count, generator=generator))
    z = placed[..., 2] + distance[:, None]
    points = placed[..., :2] / z[..., None] * (distance / size)[:, None, None]
    depth = (placed[..., 2] - placed[:, WRIST : WRIST + 1, 2]) * (distance / z[:, WRIST] / size)[:, None]
    noise = random_noise(count, generator)
    return View(points + torch.randn(points.shape, generator=generator) * noise[..., None], noise, depth)


def random_noise(count: int, generator: torch.Generator) -> Tensor:
    """Deviations (B, 21) over the hand's size: some hands are seen well, some fingers are hidden."""
    low, high = (math.log(value) for value in _NOISE)
    whole = low + (high - low) * torch.rand(count, 1, generator=generator)
    each = torch.randn(count, JOINT_COUNT, generator=generator) * _NOISE_OF_JOINTS
    finger = torch.rand(count, len(FINGERS), generator=generator) < _HIDDEN_SHARE
    hidden = torch.zeros(count, JOINT_COUNT)
    for number, joints in enumerate(FINGERS.values()):
        hidden[:, list(joints)[1:]] = finger[:, number : number + 1].float()
    strength = math.log(_HIDDEN_NOISE) * torch.rand(count, 1, generator=generator)
    return (whole + each + hidden * strength).exp().clamp_max(_MOST_NOISE)


def fit_reader(lift: PointLift, seen: SeenHands, seed: int = 0) -> tuple[DepthReader, DepthErrors]:
    """A reader that has learned from all hands, and the errors of one that has not seen every fifth."""
    held_out = np.arange(len(seen.right)) % _HELD_OUT == 0
    trial = _learned(lift, _part(seen, ~held_out), seed)
    return _learned(lift, seen, seed), _errors(trial, _part(seen, held_out))


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


def _turned(points: Tensor, axis: Tensor, angle: Tensor) -> Tensor:
    """Points (B, N, 3) turned about axes (B, 3) of any length by angles (B,). Source: Rodrigues' formula."""
    unit = nn.functional.normalize(axis, dim=1)[:, None]
    sine, cosine = angle.sin()[:, None, None], angle.cos()[:, None, None]
    across = torch.linalg.cross(unit.expand_as(points), points)
    along = (points * unit).sum(dim=-1, keepdim=True) * unit
    return points * cosine + across * sine + along * (1 - cosine)


def _part(seen: SeenHands, chosen: np.ndarray) -> SeenHands:
    return SeenHands(_select(seen.looks, chosen), seen.depth[chosen], seen.right[chosen])


def _select(looks: CombinedLooks, chosen: np.ndarray) -> CombinedLooks:
    return CombinedLooks(**{f.name: getattr(looks, f.name)[chosen] for f in fields(looks)})
