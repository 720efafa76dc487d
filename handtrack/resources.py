"""Where the files that ship with the program lie: `configs/` and `assets/`."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resource_path(relative: str) -> Path:
    """Path of a shipped file, such as "configs/default.yaml", in a checkout or an installed wheel.

    Raises FileNotFoundError when the installation is incomplete.
    """
    candidates = (_PACKAGE / "_resources" / relative, _PACKAGE.parent / relative)
    for candidate in candidates:
        if candidate.exists():
            return candidate
    raise FileNotFoundError(f"{relative} is missing from this installation; install handtrack again")
