"""What the keys of the window do: to time, to what is seen, and to files. No window in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from handtrack.sources.transport import Transport
from handtrack.spatial_view.keys import DOWN, END, ESCAPE, HOME, LEFT, PAGE_DOWN, PAGE_UP, RIGHT, SPACE, UP
from handtrack.spatial_view.scene import Look

_JUMP: Final = 1.0
_FASTER: Final = 2.0


class Controls:
    """What a person has asked for with the keys.

    look: what is to be seen. frozen: a source whose time cannot be moved stands still. changed: something is
    to be drawn anew. through_camera: from where it is to be seen, until it was; then None. over: close.
    """

    def __init__(
        self, look: Look, transport: Transport | None, end: float | None, trails: tuple[int, ...] = ()
    ) -> None:
        """Prepare.

        transport: what moves the source's time; None where it cannot be moved. end: seconds to the last
        frame, None where that is not known. trails: what T shows where the look has none.
        """
        self.look = look
        self.frozen = self.changed = self.over = False
        self.through_camera: bool | None = False
        self.saves_pose: Callable[[], object] = lambda: None
        self.sweeps: Callable[[], object] = lambda: None
        self.tells_keys: Callable[[], object] = lambda: None
        self._transport, self._end = transport, end
        self._trails = look.trails or trails

    @property
    def playing(self) -> bool:
        """Whether time goes on."""
        return not self.frozen if self._transport is None else self._transport.playing

    def press(self, code: int, shift: bool = False) -> None:
        """A key was pressed; one that is for nothing does nothing."""
        if code == SPACE:
            self._play_or_pause()
        elif code in (LEFT, RIGHT):
            self._move(1 if code == RIGHT else -1, shift)
        elif code in (PAGE_UP, PAGE_DOWN):
            self._move(1 if code == PAGE_DOWN else -1, True)
        elif code in (HOME, END):
            self._go_to_an_end(code == END)
        elif code in (UP, DOWN):
            self._change_speed(_FASTER if code == UP else 1 / _FASTER)
        elif code in (ord("Q"), ESCAPE):
            self.over = True
        else:
            self._press_letter(code)

    def _press_letter(self, code: int) -> None:
        look = self.look
        looks = {
            "U": lambda: replace(look, uncertainty=not look.uncertainty),
            "S": lambda: replace(look, skin=not look.skin),
            "T": lambda: replace(look, trails=() if look.trails else self._trails),
            "I": lambda: replace(look, picture=not look.picture),
            "G": lambda: replace(look, floor=not look.floor),
        }
        others = {
            "C": lambda: self._stand(True),
            "R": lambda: self._stand(False),
            "P": self.saves_pose,
            "W": self.sweeps,
            "H": self.tells_keys,
        }
        letter = chr(code)
        if letter in looks:
            self.look, self.changed = looks[letter](), True
        elif letter in others:
            others[letter]()

    def _stand(self, through_camera: bool) -> None:
        self.through_camera, self.changed = through_camera, True

    def _play_or_pause(self) -> None:
        if self._transport is None:
            self.frozen = not self.frozen
        elif self._transport.playing:
            self._transport.pause()
        else:
            self._transport.play()

    def _move(self, way: int, far: bool) -> None:
        if self._transport is None:
            return
        if not far:
            self._transport.step(way)
            return
        place = max(self._transport.position + way * _JUMP, 0.0)
        self._transport.seek(place if self._end is None else min(place, self._end))

    def _go_to_an_end(self, last: bool) -> None:
        if self._transport is None:
            return
        if not last:
            self._transport.seek(0.0)
        elif self._end is not None:
            # Playing on from there would be the beginning.
            self._transport.pause()
            self._transport.seek(self._end)

    def _change_speed(self, factor: float) -> None:
        if self._transport is not None:
            self._transport.set_speed(self._transport.speed * factor)
