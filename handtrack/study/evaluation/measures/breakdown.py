"""Where an estimator is weak: means over groups of hands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.study.evaluation.comparison import Comparison
from handtrack.study.evaluation.hand_facts import NOT_KNOWN
from handtrack.study.evaluation.mean_pose import MEAN_POSE
from handtrack.study.evaluation.measures.calibration import image_sigma, inside
from handtrack.study.evaluation.measures.gated import gated_answers
from handtrack.study.evaluation.measures.tips import tips_within
from handtrack.study.evaluation.scores import after_loop, hand_errors, mean_known

_SKIN_CLASSES = (
    (55.0, "very light (above 55 degrees)"),
    (41.0, "light (41 to 55)"),
    (28.0, "intermediate (28 to 41)"),
    (10.0, "tan (10 to 28)"),
    (-30.0, "brown (-30 to 10)"),
    (-np.inf, "dark (below -30)"),
)

OF = "pa_mpjpe_mm of "
IMAGE_OF = "error_2d_percent of "
"""What stands before an estimator's name in the means of a group, as `OF` does."""

TIPS = "tips_within"
TIPS_OF = f"{TIPS} of "
"""The share of hands whose thumb and index tip are both within a tenth of the hand, likewise."""

BY_SOURCE, BY_CELL = "source", "pose and view"
"""What the breakdowns by collection and by cell of the map are called."""


@dataclass(frozen=True, slots=True)
class Group:
    """Hands that have something in common, and the means of their values by name."""

    label: str
    hands: int
    means: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The hands of one set by one property of theirs."""

    by: str
    groups: tuple[Group, ...]


def break_down(comparison: Comparison, default_threshold: float) -> tuple[Breakdown, ...]:
    """Where the first network of a comparison is weak: by source, loops, light, pose, view and skin.

    Its values are those at the gate's default threshold: error_2d_percent, pa_mpjpe_mm, sigma_percent (mean
    image sigma in % of the hand's extent), within_1_sigma (share of residuals), loops, tips_within. The other
    estimators' errors stand beside, as "error_2d_percent of", "pa_mpjpe_mm of" and "tips_within of" their
    name; what is of the image stands once where depth is read in two ways. Nothing without a network.
    """
    gated = gated_answers(comparison, default_threshold)
    if gated is None:
        return ()
    network, left = gated.network, gated.left
    facts = comparison.facts
    others = [each for each in comparison.scores if each is not network and each.estimator != MEAN_POSE]
    in_image = [each for each in comparison.in_image if each is not network]
    per_percent = np.array([each.crop_size / each.extent for each in facts]) * 100
    values = {
        **{name: after_loop(errors, left) for name, errors in hand_errors(network).items()},
        TIPS: tips_within(after_loop(network.image_percent, left)),
        **{f"{IMAGE_OF}{other.estimator}": mean_known(other.image_percent[:, -1]) for other in in_image},
        **{f"{TIPS_OF}{other.estimator}": tips_within(other.image_percent[:, -1]) for other in in_image},
        **{f"{OF}{other.estimator}": mean_known(other.aligned_mm[:, -1]) for other in others},
        "sigma_percent": image_sigma(gated.sigma).mean(axis=-1) * per_percent,
        "within_1_sigma": mean_known(inside(gated.residual, gated.sigma).reshape(len(facts), -1)),
        "loops": left + 1.0,
    }
    brightness = np.array([each.brightness for each in facts])
    flexion = np.array([each.flexion for each in facts])
    labels = {
        BY_SOURCE: [each.source for each in facts],
        "loops used": ["1 loop" if loop == 0 else f"{loop + 1} loops" for loop in left],
        "brightness of the hand": terciles(brightness, ("dark", "middle", "bright"), "of 255"),
        "how closed the hand is": terciles(flexion, ("open", "half open", "closed"), "degrees a joint"),
        BY_CELL: [each.cell for each in facts],
        "skin as the picture shows it": [skin_class(each.typology) for each in facts],
    }
    if any(each.skin_tone is not None for each in facts):
        tones = np.array([np.nan if each.skin_tone is None else each.skin_tone for each in facts])
        labels["skin tone"] = terciles(tones, ("light", "middle", "dark"), "on the Monk scale")
    return tuple(group_means(by, each, values) for by, each in labels.items())


def group_means(by: str, labels: Sequence[str], values: Mapping[str, np.ndarray]) -> Breakdown:
    """Means of values (N,), by name, over the hands of each label (N,); labels stand in their own order.

    A value that is NaN does not count.
    """
    named = np.array(labels)
    groups = []
    for label in dict.fromkeys(sorted(labels)):
        chosen = named == label
        means = {name: float(mean_known(column[chosen])) for name, column in values.items()}
        groups.append(Group(label, int(chosen.sum()), means))
    return Breakdown(by, tuple(groups))


def skin_class(typology: float) -> str:
    """The class of an individual typology angle in degrees (Chardon et al. 1991), from the lightest."""
    if np.isnan(typology):
        return NOT_KNOWN
    above = [number for number, (least, _) in enumerate(_SKIN_CLASSES) if typology > least]
    return f"{above[0] + 1} {_SKIN_CLASSES[above[0]][1]}"


def terciles(values: np.ndarray, names: tuple[str, str, str], unit: str) -> list[str]:
    """For each of N values the label of its third, from the lowest: number, name, and its range.

    Equal values share a third. Values that are NaN are labelled NOT_KNOWN.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return [NOT_KNOWN] * len(values)
    low, high = np.quantile(known, [1 / 3, 2 / 3])
    bounds = [known.min(), low, high, known.max()]
    labels = [
        f"{third + 1} {name} ({bounds[third]:.0f} to {bounds[third + 1]:.0f} {unit})"
        for third, name in enumerate(names)
    ]
    thirds = (values > low).astype(int) + (values > high)
    return [
        NOT_KNOWN if np.isnan(value) else labels[third] for value, third in zip(values, thirds, strict=True)
    ]
