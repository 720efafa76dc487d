"""Pixels that are not square: in which size a stored picture is shown."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from av.rational import AVRational

MOST_STRETCHED = 4
"""A file that asks for more (or for less than its inverse) is not believed; real formats stay below 2.5."""


def exact_aspect(stated: Fraction | AVRational | None) -> Fraction | None:
    """What a stream or a decoder states as width over height of a stored pixel; None where it does not say.

    PyAV gives a fraction or none up to version 18, and then a number of its own, which is 0 for none.
    """
    return Fraction(stated.numerator, stated.denominator) if stated and stated.denominator else None


def shown_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """Width and height of the picture with square pixels: one side is stretched, as players do, none shrunk.

    aspect: width of a stored pixel over its height; None where the file does not say.
    """
    if aspect is None or not Fraction(1, MOST_STRETCHED) <= aspect <= MOST_STRETCHED:
        return width, height
    return (round(width * aspect), height) if aspect >= 1 else (width, round(height / aspect))
