"""What pip is doing, from the lines that it writes."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DOWNLOADING = re.compile(
    r"\s*Downloading (?:\S*/)?(?P<name>[\w.]+)-(?P<version>[^-\s]+)\S*(?P<end>\.\w+)"
    r" \((?P<size>[\d.]+) (?P<unit>bytes|kB|MB|GB)\)"
)
_CHOOSING = re.compile(r"\s*Collecting (?P<name>[\w.-]+)")
_PROGRESS = re.compile(r"Progress (?P<done>\d+) of \d+")
_INSTALLING = re.compile(r"Installing collected packages: (?P<names>.*)")
_BYTES = {"bytes": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9}


@dataclass(slots=True)
class PipProgress:
    """How far pip is."""

    doing: str = "looking for packages"
    packages: int = 0
    """How many are new, known once all have come."""
    _before: float = 0.0
    _size: float = 0.0
    _part: float = 0.0
    """Bytes of the packages that have come, of the one that is coming, and of that what has come."""

    def read(self, line: str) -> bool:
        """Take the next line of pip; gives whether it tells a person something."""
        if progress := _PROGRESS.match(line):
            self._part = float(progress["done"])
            return False
        if download := _DOWNLOADING.match(line):
            # First every package's description comes, which is small, then the packages.
            if download["end"] != ".metadata":
                self._finish()
                self._size = float(download["size"]) * _BYTES[download["unit"]]
                self.doing = f"downloading {download['name']} {download['version']}, {size(self._size)}"
        elif choice := _CHOOSING.match(line):
            self.doing = f"choosing versions: {choice['name']}"
        elif installing := _INSTALLING.match(line):
            self._finish()
            self.packages = len(installing["names"].split(","))
            self.doing = f"unpacking {self.packages} packages"
        return True

    @property
    def downloaded(self) -> float:
        """Bytes that have come."""
        return self._before + self._part

    def _finish(self) -> None:
        self._before += self._size
        self._size = self._part = 0.0

    def __str__(self) -> str:
        """What pip does now, and how much has come."""
        return f"{self.doing} ({size(self.downloaded)} have come)" if self.downloaded else self.doing


def size(number: float) -> str:
    """So many bytes, as a person says it."""
    if number >= 1e9:
        return f"{number / 1e9:.1f} GB"
    return f"{number / 1e6:.0f} MB" if number >= 1e6 else f"{number / 1e3:.0f} kB"
