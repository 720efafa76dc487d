"""What a network is built from: a handful of numbers that are stored with its weights."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Literal, Self

from handtrack.plain_text import printable
from handtrack.skeleton import JOINT_COUNT

LoopNormMode = Literal["per_loop", "shared"]
Likelihood = Literal["laplace", "gaussian"]

_CHOICES: Final = {"norm": ("per_loop", "shared"), "likelihood": ("laplace", "gaussian")}
_MOST: Final = {
    "channels": 512,
    "context_channels": 512,
    "groups": JOINT_COUNT,
    "group_channels": 512,
    "mixer_channels": 512,
    "loops": 16,
}


@dataclass(frozen=True, slots=True)
class Architecture:
    """All that is needed to build the network again.

    channels, context_channels: of the backbone's maps of 16 and 8 cells a side. loops: the most that it is
    trained for. attention: whether a loop's features decide what the next attends to. lift: whether depth
    begins with what the points alone leave possible. likelihood: what the estimates' scales are scales of.
    """

    channels: int = 64
    context_channels: int = 96
    groups: int = 3
    group_channels: int = 24
    mixer_channels: int = 96
    loops: int = 4
    norm: LoopNormMode = "per_loop"
    attention: bool = True
    lift: bool = True
    likelihood: Likelihood = "laplace"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a weights file."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: object) -> Self:
        """The same from plain values. Raises ValueError that says in one line what is wrong with them."""
        names = {field.name for field in fields(cls)}
        if not isinstance(values, dict) or set(values) != names:
            raise ValueError(f"it is of another architecture ({printable(values):.200})")
        for name, value in values.items():
            if not _possible(name, value):
                raise ValueError(f"architecture value {name}={value!r:.60} is not possible")
        return cls(**values)


def _possible(name: str, value: object) -> bool:
    if name in _CHOICES:
        return isinstance(value, str) and value in _CHOICES[name]
    if name in ("attention", "lift"):
        return type(value) is bool
    return type(value) is int and 1 <= value <= _MOST[name]
