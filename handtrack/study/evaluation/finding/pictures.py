"""The pictures that finders are measured on, all of the validation part: with hands, and without any.

Measured: a person drew boxes of hands, signs or nails, whatever a network says. Labelled: the truth is the
box of a careful label, which MediaPipe found, so that this set favours MediaPipe. Without hands: pictures of
faces; parts of validation pictures beside every box and label; views of panoramas, whose rooms the training
saw too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from handtrack.errors import SourceError
from handtrack.study.datasets.labelling.label_store import LabelledImages
from handtrack.study.datasets.labelling.manifest import PictureFacts, read_manifest
from handtrack.study.datasets.labelling.pictures import file_and_frame, read_picture, source_of
from handtrack.study.datasets.splits import Splits
from handtrack.study.datasets.turns import by_turns
from handtrack.study.evaluation.finding.truth import Kind, Wanted, wanted_hand, wanted_nails
from handtrack.study.evaluation.finding.views import Views
from handtrack.study.synthesis.looks.backgrounds import HandPicture, hand_free_window

MEASURED: Final = "measured boxes"
LABELLED: Final = "labels (favour MediaPipe)"
FACES: Final = "no hand: faces"
WINDOWS: Final = "no hand: parts of pictures"
VIEWS: Final = "no hand: panoramas"
COLOUR: Final = "colour"

_SIGN_SOURCES: Final = frozenset({"rf100_handgestures", "shikha_words"})
"""Their boxes hold a whole sign: one or two hands, in the first with forearms."""
_UNKNOWN_HANDS: Final = frozenset({"nails_phone", "tsuki_letters", "emrecandir_hand"})
"""Collections with hands that neither box nor label knows: no part of their pictures is sure to have none."""
_LEAST_NAILS: Final = 3  # fewer say little of where the hand is


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture (H, W, 3) uint8 BGR and all that is to be found in it."""

    image: np.ndarray
    wanted: tuple[Wanted, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FindingPicture:
    """One picture of a set in one condition, read when it is needed.

    has_hand_box: whether one of the things to be found is a hand with a box of its own. hand_free: whether
    every hand that is found in it is a false one; elsewhere some may not be labelled.
    """

    of: str
    condition: str
    source: str
    name: str
    has_hand_box: bool
    hand_free: bool
    load: Callable[[], Shown]


class FindingData:
    """The validation pictures of a data folder, as far as they are of use here.

    Raises SourceError and ConfigError naming what cannot be read.
    """

    def __init__(self, root: Path, labels: Path, splits: Splits) -> None:
        self._root = root
        facts = read_manifest(root)
        labelled = LabelledImages(root, labels)
        self._points = labelled.points_by_file()
        self._facts = {file: fact for file, fact in facts.items() if splits.is_validation(file)}
        self._labels: dict[str, list[Wanted]] = {}
        for label in labelled.labels:
            # Frames of a clip are all alike, and clips have a bench of their own.
            if splits.is_validation(label.file) and file_and_frame(label.file)[1] is None:
                self._labels.setdefault(label.file, []).append(wanted_hand(_box_of(label.joints_2d)))
        if not self._facts and not self._labels:
            raise SourceError(f"{root} holds no validation picture; give the folder with manifest.csv")

    def measured(self) -> list[FindingPicture]:
        """Every picture in which a person marked hands, signs or nails."""
        wanted = {file: self._marked(file) for file in self._facts}
        return [self._picture(MEASURED, file, each) for file, each in wanted.items() if each]

    def labelled(self) -> list[FindingPicture]:
        """Every labelled picture in which nobody marked anything."""
        return [
            self._picture(LABELLED, file, each)
            for file, each in self._labels.items()
            if not self._marked(file)
        ]

    def faces(self) -> list[FindingPicture]:
        """Every picture of which a person says that it has no hand."""
        return [self._picture(FACES, file, []) for file, fact in self._facts.items() if fact.no_hand]

    def windows(self, limit: int, seed: int) -> list[FindingPicture]:
        """Parts of pictures beside all their hands: the largest of each picture, collections by turns."""
        files = [
            file
            for file in sorted({*self._facts, *self._labels})
            if source_of(file) not in _UNKNOWN_HANDS and (self._labels.get(file) or self._marked(file))
        ]
        taken: list[FindingPicture] = []
        for file in by_turns(files, source_of, seed):
            if len(taken) == limit:
                break
            part = hand_free_window(HandPicture(self._root / file, self._all_boxes(file)))
            if part is not None:
                seen = cv2.cvtColor(part, cv2.COLOR_RGB2BGR)
                taken.append(_hand_free(WINDOWS, source_of(file), file, functools.partial(Shown, seen, ())))
        return taken

    def _marked(self, file: str) -> list[Wanted]:
        """What a person marked there."""
        fact = self._facts.get(file, PictureFacts())
        if len(fact.boxes):
            kind: Kind = "sign" if source_of(file) in _SIGN_SOURCES else "hand"
            return [wanted_hand(box, kind) for box in fact.boxes]
        return [wanted_nails(fact.nails)] if len(fact.nails) >= _LEAST_NAILS else []

    def _all_boxes(self, file: str) -> tuple[tuple[float, float, float, float], ...]:
        """Of hands that anybody found there."""
        boxes = [*self._facts.get(file, PictureFacts()).boxes, *map(_box_of, self._points.get(file, ()))]
        return tuple((float(a), float(b), float(c), float(d)) for a, b, c, d in boxes)

    def _picture(self, of: str, file: str, wanted: Iterable[Wanted]) -> FindingPicture:
        known = tuple(wanted)
        return FindingPicture(
            of,
            COLOUR,
            source_of(file),
            file,
            any(each.kind == "hand" for each in known),
            not known,
            lambda: Shown(read_picture(self._root, file), known),
        )


def views_without_hands(views: Views, count: int, seed: int) -> list[FindingPicture]:
    """So many views of panoramas."""
    return [
        _hand_free(VIEWS, "panoramas", f"view {number}", functools.partial(_view, views, seed, number))
        for number in range(count)
    ]


def _view(views: Views, *seed: int) -> Shown:
    return Shown(views.view(*seed), ())


def _hand_free(of: str, source: str, name: str, load: Callable[[], Shown]) -> FindingPicture:
    return FindingPicture(of, COLOUR, source, name, False, True, load)


def _box_of(joints_2d: np.ndarray) -> np.ndarray:
    return np.concatenate([joints_2d.min(axis=0), joints_2d.max(axis=0)])
