"""What this machine's processor is, as far as the choice of an engine depends on it."""

from __future__ import annotations

import hashlib
import platform
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CPUINFO: Final = Path("/proc/cpuinfo")
_MOST_CHARACTERS: Final = 20_000
_HALF_FLAGS: Final = frozenset({"amx_bf16", "avx512_bf16"})
_TELLING: Final = ("vendor_id", "cpu family", "model", "model name", "flags", "CPU part", "Features")


@dataclass(frozen=True, slots=True)
class Processor:
    """name: as its maker calls it. kind: a hash of that and of all that it can do.

    half: it multiplies in half precision (bf16) itself; others do so by detours, more slowly than in float32.
    """

    name: str
    kind: str
    half: bool


def this_processor() -> Processor:
    """The processor that this runs on. What it can do is known on Linux; elsewhere half precision is not."""
    told = _cpuinfo() if sys.platform == "linux" else {}
    name = told.get("model name") or platform.processor() or platform.machine()
    telling = "\n".join([name, platform.machine(), *(told.get(each, "") for each in _TELLING)])
    kind = hashlib.sha256(telling.encode()).hexdigest()[:16]
    return Processor(name, kind, not _HALF_FLAGS.isdisjoint(told.get("flags", "").split()))


def _cpuinfo() -> dict[str, str]:
    """What Linux tells of the first core."""
    try:
        with _CPUINFO.open(encoding="utf-8", errors="replace") as file:
            first = file.read(_MOST_CHARACTERS).partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
