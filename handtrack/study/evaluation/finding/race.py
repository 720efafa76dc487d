"""All finders on all pictures, taking turns: what each found, and what it took."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from handtrack.study.evaluation.finding.finders import Finder
from handtrack.study.evaluation.finding.pictures import FindingPicture
from handtrack.study.evaluation.finding.truth import Place, which_are_found
from handtrack.study.evaluation.speed.timing import Percentiles, percentiles, timed_on_processor


@dataclass(frozen=True, slots=True, eq=False)
class FindingLook:
    """One finder at one picture. found: for each thing that is wanted there."""

    picture: FindingPicture
    finder: str
    places: tuple[Place, ...]
    found: tuple[bool, ...]
    ms: float
    processor_ms: float


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What one finder did in one set and condition, in all of it or in one of its sources.

    source: None for all. wanted: hands, signs and nails to be found. false: hands found where there is none;
    counted in hand-free pictures alone, for elsewhere some hands are not labelled.
    """

    of: str
    condition: str
    source: str | None
    finder: str
    pictures: int
    wanted: int
    found: int
    false: int


@dataclass(frozen=True, slots=True)
class FinderCost:
    """Milliseconds a picture, and those of processor time of all threads."""

    finder: str
    time: Percentiles | None
    processor: Percentiles | None


@dataclass(frozen=True, slots=True)
class FindingResults:
    """rows: by set, condition, source and finder, in the order of the race. costs: of each finder."""

    rows: tuple[FindingRow, ...]
    costs: tuple[FinderCost, ...]

    def of(self, name: str, condition: str, finder: str) -> FindingRow | None:
        """One finder in all of a set; None where it was not measured."""
        keys = name, condition, None, finder
        return next((r for r in self.rows if (r.of, r.condition, r.source, r.finder) == keys), None)

    @property
    def finders(self) -> list[str]:
        """Names of all that took part."""
        return [cost.finder for cost in self.costs]


def race_finders(
    pictures: Sequence[FindingPicture],
    finders: Sequence[Finder],
    progress: Callable[[int, int | None], None] | None = None,
) -> list[FindingLook]:
    """Every finder at every picture, in an order drawn anew for each picture.

    progress: called with the pictures done and their total. Raises SourceError for one that cannot be read.
    """
    order = np.random.default_rng(0)
    looks = []
    for number, picture in enumerate(pictures):
        shown = picture.load()
        if number == 0:
            for finder in finders:  # the first run compiles and fills caches
                finder.run(finder.prepare(shown.image))
        for place in order.permutation(len(finders)):
            finder = finders[place]
            outcome, ms, processor_ms = timed_on_processor(finder.run, finder.prepare(shown.image))
            places = tuple(finder.places(outcome))
            found = tuple(which_are_found(places, shown.wanted))
            looks.append(FindingLook(picture, finder.name, places, found, ms, processor_ms))
        if progress:
            progress(number + 1, len(pictures))
    return looks


def measure_looks(looks: Sequence[FindingLook], finders: Sequence[Finder]) -> FindingResults:
    """What all looks come to, for the finders in their order."""
    names = [finder.name for finder in finders]
    groups: dict[tuple[str, str, str | None], dict[str, list[FindingLook]]] = {}
    for look in looks:
        picture = look.picture
        for source in (None, picture.source):
            by_finder = groups.setdefault((picture.of, picture.condition, source), {n: [] for n in names})
            by_finder[look.finder].append(look)
    rows = [_row(key, name, own) for key, by_finder in groups.items() for name, own in by_finder.items()]
    costs = []
    for name in names:
        own = [look for look in looks if look.finder == name]
        costs.append(
            FinderCost(name, percentiles([x.ms for x in own]), percentiles([x.processor_ms for x in own]))
        )
    return FindingResults(tuple(rows), tuple(costs))


def _row(key: tuple[str, str, str | None], finder: str, looks: Iterable[FindingLook]) -> FindingRow:
    own = list(looks)
    return FindingRow(
        *key,
        finder,
        len(own),
        sum(len(look.found) for look in own),
        sum(sum(look.found) for look in own),
        sum(len(look.places) for look in own if look.picture.hand_free),
    )
