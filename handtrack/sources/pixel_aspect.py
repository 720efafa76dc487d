"""Pixels that are not square: in which size a stored picture is shown."""

from __future__ import annotations

from fractions import Fraction

MOST_STRETCHED = 4
"""A file that asks for more (or for less than its inverse) is not believed; real formats stay below 2.5."""


def shown_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """Width and height of the picture with square pixels: one side is stretched, as players do, none shrunk.

    aspect: width of a stored pixel over its height; None where the file does not say.
    """
    if aspect is None or not Fraction(1, MOST_STRETCHED) <= aspect <= MOST_STRETCHED:
        return width, height
    return (round(width * aspect), height) if aspect >= 1 else (width, round(height / aspect))
