"""When a file's frames are shown, where the file does not say it, or says what cannot be."""

from __future__ import annotations

from typing import Final

_LONGEST_GAP: Final = 10.0
"""Seconds; FFmpeg's own programs take what is more for a clock that jumped, too (`dts_delta_threshold`)."""


class FrameTimes:
    """Gives each frame of one pass its time, in seconds.

    interval: seconds to the frame before, where the file does not say. jumps: it is of a format whose clock
    may jump, as a transport stream's does where a recorder began anew or a bit of it was flipped: the frames
    then go on at their interval.
    """

    def __init__(self, interval: float, jumps: bool) -> None:
        self._interval, self._jumps = interval, jumps
        self._offset = 0.0
        self._last: float | None = None

    def of(self, stated: float | None) -> float:
        """The time of the next frame; stated: as the file has it, None if it does not."""
        last = self._last
        if stated is None:
            time = 0.0 if last is None else last + self._interval
        else:
            time = stated + self._offset
            if self._jumps and last is not None and abs(time - last) > _LONGEST_GAP:
                time = last + self._interval
                self._offset = time - stated
        self._last = time
        return time
