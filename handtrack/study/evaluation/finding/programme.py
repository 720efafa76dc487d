"""Which pictures a race is run on: so many of each set, in colour, in grey, and with the hand made small."""

from __future__ import annotations

from pathlib import Path

from handtrack.study.datasets.splits import load_splits
from handtrack.study.datasets.turns import by_turns
from handtrack.study.evaluation.finding.conditions import SHARES, in_grey, made_small
from handtrack.study.evaluation.finding.pictures import (
    FindingData,
    FindingPicture,
    views_without_hands,
)
from handtrack.study.evaluation.finding.views import Views


def finding_pictures(root: Path, labels: Path, splits: Path, limit: int, seed: int) -> list[FindingPicture]:
    """All pictures of a race below a data folder, set by set, condition by condition.

    limit: at most so many of each set, chosen by the seed, collections by turns. The hand is made small in
    pictures of which it is known where one hand is, again so many of each set. Raises SourceError and
    ConfigError naming what cannot be read.
    """
    data = FindingData(root, labels, load_splits(splits))
    views = Views(root / "hdri")
    pictures = []
    for all_of_set in (data.measured(), data.labelled()):
        chosen = _some(all_of_set, limit, seed)
        pictures += chosen + [in_grey(each) for each in chosen]
        small = _some([each for each in all_of_set if each.has_hand_box], limit, seed)
        for share in SHARES:
            pictures += [made_small(each, share, views, seed, number) for number, each in enumerate(small)]
    for hand_free in (
        _some(data.faces(), limit, seed),
        data.windows(limit, seed),
        views_without_hands(views, limit, seed),
    ):
        pictures += hand_free + [in_grey(each) for each in hand_free]
    return pictures


def _some(pictures: list[FindingPicture], limit: int, seed: int) -> list[FindingPicture]:
    return by_turns(pictures, lambda each: each.source, seed)[:limit]
