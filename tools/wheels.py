"""Say whether all that the program needs has a wheel for each system and Python, as a table in Markdown.

    .venv/bin/python -m tools.wheels [EXTRA...]

uv, which must be installed (MIT or Apache-2.0), resolves the whole as it would there, and takes wheels alone.
It asks the package index and installs nothing. What cannot be had is said below the table in uv's words.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
SYSTEMS = {
    "Linux, x64": "x86_64-manylinux_2_35",
    "Linux, Arm": "aarch64-manylinux_2_35",
    "Windows, x64": "x86_64-pc-windows-msvc",
    "macOS, Apple silicon": "aarch64-apple-darwin",
    "macOS, Intel": "x86_64-apple-darwin",
}


def resolved(system: str, python: str, extras: list[str]) -> tuple[int, str]:
    """How many packages the program needs there, or 0 and why they cannot be had."""
    done = subprocess.run(
        [
            *(
                "uv",
                "pip",
                "compile",
                str(ROOT / "pyproject.toml"),
                "--quiet",
                "--no-header",
                "--no-annotate",
            ),
            *("--only-binary", ":all:", "--python-platform", system, "--python-version", python),
            *(word for extra in extras for word in ("--extra", extra)),
        ],
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        return 0, " ".join(done.stderr.split())
    return len(done.stdout.splitlines()), ""


def main(extras: list[str]) -> int:
    """Print the table; gives 1 where something cannot be had."""
    print("| | " + " | ".join(f"Python {python}" for python in PYTHONS) + " |")
    print("| --- " * (len(PYTHONS) + 1) + "|")
    reasons = []
    for name, system in SYSTEMS.items():
        cells = []
        for python in PYTHONS:
            count, reason = resolved(system, python, extras)
            cells.append(f"{count} packages" if count else "no")
            reasons += [f"{name}, Python {python}: {reason}"] if reason else []
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    print(*reasons, sep="\n")
    return 1 if reasons else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
