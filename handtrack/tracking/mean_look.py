"""One estimate of several looks at a hand, each in a crop that lies otherwise on the same picture.

What a network is off by hangs on how the crop lies, and it says itself how far off it may be: joint by joint,
the look that is surer counts for more (inverse-variance weighting), and in a still once more the one that is
surer of the whole hand. Which looks there are is decided in `settling.seen_when_turned`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from handtrack.hand import IterationEstimate, read_only
from handtrack.tracking.carried import CarriedEstimate
from handtrack.tracking.estimation import CropEstimate

_LEAST: Final = 1e-9
_LESS: Final = 0.93
"""Error of a mean of five looks over that of one, on labelled hands (`handtrack evaluate --stills`)."""


def mean_by_certainty(values: np.ndarray, sigma: np.ndarray, by_hand: bool) -> np.ndarray:
    """The mean over the first axis of values, of which each counts by one over its sigma squared.

    by_hand: and by one over the mean (geometric) of its hand's sigmas squared. Where a look has mistaken the
    hand it is less sure of all joints, and least of all of those that it tells wrong. Of five looks the mean
    is nearer by it, of a video's three it hardly is.
    values: (K, ..., J) or (K, ..., J, D) of K looks at J joints. sigma: (K, ..., J).
    """
    certain = np.maximum(sigma, _LEAST)
    if by_hand:
        certain = certain * np.exp(np.log(certain).mean(axis=-1, keepdims=True))
    weight = _weight(certain)
    if values.ndim > sigma.ndim:
        weight = weight[..., None]
    return np.asarray((values * weight).sum(axis=0) / weight.sum(axis=0))


def sigma_of_mean(sigma: np.ndarray) -> np.ndarray:
    """The sigma of such a mean of K looks, from theirs (K, ...).

    Looks at the same picture err together for the most part: their mean errs little less than one of them.
    """
    return np.asarray(_LESS / np.sqrt(_weight(np.maximum(sigma, _LEAST)).mean(axis=0)))


def mean_look(looks: Sequence[CropEstimate], by_hand: bool) -> CropEstimate:
    """The first look, with the mean of all looks' last loops in place of its own loops.

    by_hand: as in `mean_by_certainty`.
    """
    first = looks[0]
    last = [look.trace[-1] for look in looks]
    sigma_2d, sigma_3d = (
        np.stack(each) for each in zip(*((e.sigma_2d, e.sigma_3d) for e in last), strict=True)
    )
    mean = IterationEstimate(
        _kept(mean_by_certainty(np.stack([each.joints_2d for each in last]), sigma_2d, by_hand)),
        _kept(mean_by_certainty(np.stack([each.joints_3d for each in last]), sigma_3d, by_hand)),
        _kept(sigma_of_mean(sigma_2d)),
        _kept(sigma_of_mean(sigma_3d)),
        last[0].exit_probability,
    )
    return replace(first, trace=(mean,), carried=_carried(looks, mean.joints_2d, by_hand))


def _carried(looks: Sequence[CropEstimate], joints_2d: np.ndarray, by_hand: bool) -> CarriedEstimate:
    each = [look.carried for look in looks]
    depth, sigma_depth, sigma_image = (
        np.stack(values)
        for values in zip(*((c.depth, c.sigma_depth, c.sigma_image) for c in each), strict=True)
    )
    return CarriedEstimate(
        joints_2d,
        mean_by_certainty(depth, sigma_depth, by_hand),
        sigma_of_mean(sigma_image),
        sigma_of_mean(sigma_depth),
    )


def _weight(sigma: np.ndarray) -> np.ndarray:
    return 1 / np.square(sigma)


def _kept(values: np.ndarray) -> np.ndarray:
    return read_only(values, np.float32)
