"""Numbers that people and programs hand in, checked once where they come in; each refusal is one sentence."""

from __future__ import annotations

import math
import numbers
from typing import Any

MOST_HANDS = 8
"""Hands that can be followed at a time."""


def checked_number(
    name: str, value: Any, lowest: float = -math.inf, highest: float = math.inf, *, above: float = -math.inf
) -> float:
    """The value as a float: finite, from lowest to highest, more than above. Raises ValueError.

    True and False are no numbers, nor is text that spells one.
    """
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    try:
        number = float(value) if real else math.nan
    except OverflowError:
        number = math.nan
    if not (math.isfinite(number) and lowest <= number <= highest and number > above):
        raise ValueError(
            f"{name} must be a finite number{_range(lowest, highest, above)}, not {_shown(value)}"
        )
    return number


def checked_count(name: str, value: Any, lowest: int, highest: int | None = None) -> int:
    """The value as an int: a whole number from lowest to highest. Raises ValueError."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < lowest or (highest is not None and value > highest):
        allowed = _range(lowest, math.inf if highest is None else highest, -math.inf)
        raise ValueError(f"{name} must be a whole number{allowed}, not {_shown(value)}")
    return int(value)


def checked_switch(name: str, value: Any) -> bool:
    """The value as a bool: True or False. Raises ValueError."""
    import numpy as np  # only here: the command line reads this file before it needs arrays

    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"{name} must be True or False, not {_shown(value)}")
    return bool(value)


def checked_live_setting(name: str, value: Any) -> Any:
    """The value of a setting that may change while hands are followed. Raises ValueError.

    name: "gate_threshold", a number from 0 to 1; "max_hands", a whole number from 1 to `MOST_HANDS`;
    "smoothing", True or False.
    """
    if name == "gate_threshold":
        return checked_number(name, value, 0, 1)
    if name == "max_hands":
        return checked_count(name, value, 1, MOST_HANDS)
    if name == "smoothing":
        return checked_switch(name, value)
    raise ValueError(f"{name} cannot be changed while hands are followed")


def _range(lowest: float, highest: float, above: float) -> str:
    if lowest > -math.inf and highest < math.inf:
        return f" from {lowest:g} to {highest:g}"
    words = [
        f" above {above:g}" if above > -math.inf else "",
        f" from {lowest:g}" if lowest > -math.inf else "",
        f" up to {highest:g}" if highest < math.inf else "",
    ]
    return "".join(words)


def _shown(value: Any) -> str:
    """The value in at most 40 characters; text that Python will not write down is named by its type."""
    try:
        text = repr(value)
    except Exception:
        text = f"a {type(value).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:37]}..."
