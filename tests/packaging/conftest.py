"""What is released, built once, and an environment in which it is installed."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the source distribution, and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("released")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="session")
def installed(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment that has the wheel, and what it needs from where the tests run."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    (wheel,) = released.glob("*.whl")
    # What is imported compiles itself.
    options = ["--quiet", "--no-deps", "--no-compile", "--no-index", "--disable-pip-version-check"]
    subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(wheel)],
        check=True,
        capture_output=True,
    )
    (packages,) = folder.rglob("site-packages")
    ours = [folder for folder in sys.path if Path(folder).name in ("site-packages", "dist-packages")]
    # Folders of a .pth file stand behind the environment's own, and the checkout is not among them.
    (packages / "tests.pth").write_text("\n".join(ours), encoding="utf-8")
    return python
