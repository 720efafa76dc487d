"""What the processor under the tests can do."""

from __future__ import annotations

from pathlib import Path


def int8_is_exact_here() -> bool:
    """Whether it adds products of 8-bit numbers in 32 bits, as Linux says."""
    flags = set(Path("/proc/cpuinfo").read_text(encoding="utf-8").split())
    return bool(flags & {"avx512_vnni", "avx_vnni", "amx_int8", "asimddp"})
