"""What a folder of pictures holds beside the pictures that are shown, in words."""

from __future__ import annotations

_MOST_NAMES = 5


class LeftOut:
    """Counts the files that are left out, by the reason. total: files of the folder."""

    def __init__(self) -> None:
        self.total = 0
        self._names: dict[str, list[str]] = {}
        self._moving: list[str] = []

    def add(self, name: str, reason: str) -> None:
        """Note a file that is not shown. reason: why, as in "not a picture"."""
        self._names.setdefault(reason, []).append(name)

    def add_moving(self, name: str) -> None:
        """Note a moving picture of which the first one is shown."""
        if name not in self._moving:
            self._moving.append(name)

    def sentences(self) -> tuple[str, ...]:
        """A sentence for each kind of file; from any thread."""
        told = [
            f"{len(names)} of {self.total} files {'was' if len(names) == 1 else 'were'} left out "
            f"({reason}): {_listed(names)}"
            for reason, names in list(self._names.items())
        ]
        if self._moving:
            told.append(f"only the first picture is shown of what moves: {_listed(self._moving)}")
        return tuple(told)


def _listed(names: list[str]) -> str:
    # A name may hold anything, and goes to terminals and into files.
    shown = ["".join(sign if sign.isprintable() else "?" for sign in name) for name in names[:_MOST_NAMES]]
    return ", ".join(shown) + (", ..." if len(names) > _MOST_NAMES else "")
