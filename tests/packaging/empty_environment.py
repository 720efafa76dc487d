"""`python -m tests.packaging.empty_environment WHEEL`: install it where nothing is, and use it.

pip fetches what the wheel asks for, so this takes a minute and the network; it is no test of `make test`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path


def main(wheel: Path) -> None:
    """Install a wheel without extras, track the demo clip, and ask for what only extras bring."""
    with tempfile.TemporaryDirectory(prefix="handtrack-") as temporary:
        folder = Path(temporary)
        venv.create(folder / "environment", with_pip=True)
        python = folder / "environment" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        program = python.with_name("handtrack")
        _run(python, "-m", "pip", "install", "--quiet", wheel.resolve(), folder=folder)
        _run(program, "--version", folder=folder)
        _run(program, "process", "demo", "--out", "session", folder=folder)
        _run(program, "show", "session", folder=folder)
        _run(program, "export", "session", "--to", "csv", "--out", "hands.csv", folder=folder)
        _run(program, "run", folder=folder, code=1)
        _run(program, "train", "settings.yaml", "--out", "run", folder=folder, code=1)
        _run(program, "doctor", folder=folder)
    print(f"{wheel.name} works in an empty environment")


def _run(*command: str | Path, folder: Path, code: int = 0) -> None:
    shown = " ".join(str(word) for word in (Path(command[0]).name, *command[1:]))
    print(f"$ {shown}", flush=True)
    done = subprocess.run(command, cwd=folder)
    if done.returncode != code:
        sys.exit(f"{shown} ended with code {done.returncode} in the place of {code}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
