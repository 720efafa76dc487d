"""What may be set on a tracker while it follows hands."""

from __future__ import annotations

from handtrack.checks import checked_live_setting


class LiveSettings:
    """Three settings that every thread may set at any time; a value that is not allowed raises ValueError.

    Whoever follows hands reads them once a frame, and tells whatever depends on them.
    """

    def __init__(self, gate_threshold: float, max_hands: int, smoothing: bool) -> None:
        self.gate_threshold = gate_threshold
        self.max_hands = max_hands
        self.smoothing = smoothing

    @property
    def gate_threshold(self) -> float:
        """The gate's threshold, 0..1: see `handtrack.model.gate_rule`."""
        return self._gate_threshold

    @gate_threshold.setter
    def gate_threshold(self, value: float) -> None:
        self._gate_threshold: float = checked_live_setting("gate_threshold", value)

    @property
    def max_hands(self) -> int:
        """Most hands that are followed at a time, 1..8."""
        return self._max_hands

    @max_hands.setter
    def max_hands(self, value: int) -> None:
        self._max_hands: int = checked_live_setting("max_hands", value)

    @property
    def smoothing(self) -> bool:
        """Whether joints are steadied over time."""
        return self._smoothing

    @smoothing.setter
    def smoothing(self, value: bool) -> None:
        self._smoothing: bool = checked_live_setting("smoothing", value)
