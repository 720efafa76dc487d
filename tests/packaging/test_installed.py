"""The wheel, installed beside nothing of the checkout, tracks, and tells its types."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from handtrack.extras import EXTRAS
from handtrack.version import installed_version

ROOT = Path(__file__).resolve().parents[2]

# Two of its lines are wrong, and say so: mypy would complain of a remark that is not needed.
USER_FILE = """
import numpy as np
from handtrack import FrameResult, Hand, HandTracker, Settings, load_settings, open_session

settings: Settings = load_settings()
with HandTracker.load(max_hands=1, gate_threshold=0.5) as tracker:
    result = tracker.process(np.zeros((480, 640, 3), np.uint8), timestamp=0.0)
hands: tuple[Hand, ...] = result.hands
loops: list[int] = [hand.iterations for hand in hands]
wrong: str = result.frame.index  # type: ignore[assignment]
HandTracker.load(max_hands="one")  # type: ignore[arg-type]
for frame in open_session("session").frames():
    recorded: FrameResult = frame.result()
"""


# What it imports where the program's own packages are there too; the user of the wheel alone has none of it.
MYPY_SETTINGS = """
[mypy]
[mypy-IPython.*,PIL.*,PyQt6.*,matplotlib.*,prompt_toolkit.*,rich.*,traitlets.*]
follow_imports = skip
"""


def run(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    ours = ("PYTHONPATH", "MYPYPATH")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_the_installed_wheel_tracks_the_demo_clip(installed: Path, tmp_path: Path) -> None:
    where = run(installed, "-c", "import handtrack; print(handtrack.__file__)", folder=tmp_path)
    assert where.stdout.startswith(str(installed.parents[1]))

    done = run(installed.with_name("handtrack"), "process", "demo", "--out", "session", folder=tmp_path)

    assert done.returncode == 0, done.stderr
    assert "100.0% of frames tracked" in done.stdout
    assert (tmp_path / "session" / "hands.parquet").is_file()


def test_it_has_the_version_that_it_was_built_as(installed: Path, released: Path, tmp_path: Path) -> None:
    (wheel,) = released.glob("*.whl")
    number = wheel.name.split("-")[1]

    shown = run(installed.with_name("handtrack"), "--version", folder=tmp_path)

    assert shown.stdout == f"handtrack {number}\n"


def test_a_users_file_is_checked_against_the_public_types(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(USER_FILE, encoding="utf-8")
    (tmp_path / "mypy.ini").write_text(MYPY_SETTINGS, encoding="utf-8")

    done = run(
        *(sys.executable, "-m", "mypy", "--strict", "--python-executable", installed),
        # Kept, for NumPy's types take two seconds; mypy looks at each file's content, wherever it lies now.
        *("--cache-dir", ROOT / ".mypy_cache" / "installed", "mine.py"),
        folder=tmp_path,
    )

    assert done.stdout.strip() == "Success: no issues found in 1 source file", done.stdout + done.stderr


def test_a_folder_that_was_never_installed_has_a_version_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handtrack.version.DISTRIBUTION", "handtrack-of-nobody")

    assert installed_version() == "0+uninstalled"


def test_every_extra_brings_what_it_is_named_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {
        "OpenGL": "PyOpenGL",
        "pythonosc": "python-osc",
        "pillow_heif": "pillow-heif",
        "rerun": "rerun-sdk",
    }

    def brought(extra: str) -> str:
        wanted = " ".join(project["optional-dependencies"][extra])
        inner = [each for each in EXTRAS if f"[{each}" in wanted or f",{each}" in wanted]
        return " ".join([wanted, *map(brought, inner)])

    for extra, modules in EXTRAS.items():
        for module in modules:
            assert f"{names.get(module, module)}>=" in brought(extra)
            assert not any(base.startswith(names.get(module, module)) for base in project["dependencies"])
