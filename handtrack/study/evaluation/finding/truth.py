"""What is to be found in a picture, and when it counts as found: one rule for every finder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from handtrack.geometry import hand_extent
from handtrack.hand import Crop
from handtrack.model.constants import CROP_MARGIN

Kind = Literal["hand", "sign", "nails"]

_SIZES: Final[dict[Kind, tuple[float, float]]] = {"hand": (0.5, 2.0), "sign": (0.2, 2.0), "nails": (0.5, 4.0)}
"""Least and greatest side of a found hand over that of what is wanted. A sign holds a hand or two, with their
forearms: the hands in such boxes measure a quarter of it and more; those that nails belong to 0.7 to 2.6 of
the nails' extent."""
_GROWN: Final = 0.1  # of the box's longer side: boxes that people draw are no more exact


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hand was found: a square about its middle x, y; side: the longer one of its joints' box."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """One thing to be found. box: (4,), x0 y0 x1 y1 in pixels. nails: (K, 2), their middles.

    kind: what the box is of: a hand; a sign, one or two hands, perhaps with forearms; a hand's nails.
    """

    kind: Kind
    box: np.ndarray
    nails: np.ndarray = field(default_factory=lambda: np.zeros((0, 2), np.float32))

    @property
    def side(self) -> float:
        """Longer side of the box."""
        return float((self.box[2:] - self.box[:2]).max())

    def moved(self, scale: float, shift: tuple[float, float]) -> Wanted:
        """The same in a picture that was scaled, then shifted, in pixels."""
        return replace(
            self, box=self.box * scale + np.tile(shift, 2), nails=self.nails * scale + np.asarray(shift)
        )


def wanted_hand(box: np.ndarray, kind: Kind = "hand") -> Wanted:
    """One box (4,)."""
    return Wanted(kind, box)


def wanted_nails(nails: np.ndarray) -> Wanted:
    """The hand that boxes of nails (K, 4) belong to."""
    box = np.concatenate([nails[:, :2].min(axis=0), nails[:, 2:].max(axis=0)])
    return Wanted("nails", box, (nails[:, :2] + nails[:, 2:]) / 2)


def place_of_joints(joints_2d: np.ndarray) -> Place:
    """Place of a hand with joints (21, 2)."""
    x, y = (joints_2d.min(axis=0) + joints_2d.max(axis=0)) / 2
    return Place(float(x), float(y), hand_extent(joints_2d))


def place_of_crop(crop: Crop) -> Place:
    """Place of a candidate: its crop without the margin that crops have around the hand."""
    return Place(*crop.centre, crop.size / CROP_MARGIN)


def meets(place: Place, wanted: Wanted) -> bool:
    """Whether a found hand is what is wanted.

    Its middle lies in the box, grown by a tenth, and its size is from half to twice that of the box, of a
    sign from a fifth on. Overlap would be no fair measure: a candidate is a turned square, joints give a
    tight box, people draw boxes with air or forearms, and the overlap of the very same hand then runs from
    0.05 to 0.8. Of nails at least half must lie in the found hand's crop.
    """
    least, most = _SIZES[wanted.kind]
    if not least * wanted.side <= place.side <= most * wanted.side:
        return False
    middle = np.array([place.x, place.y])
    if wanted.kind == "nails":
        reach = place.side * CROP_MARGIN / 2
        return bool((np.abs(wanted.nails - middle) <= reach).all(axis=1).mean() >= 0.5)
    grown = _GROWN * wanted.side
    return bool(((middle >= wanted.box[:2] - grown) & (middle <= wanted.box[2:] + grown)).all())


def which_are_found(places: Sequence[Place], wanted: Sequence[Wanted]) -> list[bool]:
    """For each wanted thing whether it is found; one found hand is at most one of them."""
    if not places or not wanted:
        return [False] * len(wanted)
    fits = np.array([[meets(place, each) for place in places] for each in wanted])
    rows, columns = linear_sum_assignment(fits, maximize=True)
    found = [False] * len(wanted)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        found[row] = bool(fits[row, column])
    return found
