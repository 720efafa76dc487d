"""Where Open3D is not there or cannot be loaded, one sentence says so, and what to do."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from handtrack.errors import ViewError
from handtrack.spatial_view.open3d_package import load_open3d, missing_library

ROOT = Path(__file__).parents[3]


def test_a_missing_library_of_the_system_is_named_with_its_package(session, tmp_path):
    package = tmp_path / "open3d"
    package.mkdir()
    # What the loader of the system itself says of a library that is not there.
    code = "import ctypes\nctypes.CDLL('libusb-1.0.so.77')\n"
    (package / "__init__.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "handtrack", "view", session, "--capture", tmp_path / "x.ply"],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "error: Open3D, which `view` draws with, cannot be loaded: libusb-1.0.so.77 is missing; "
        "run: sudo apt-get install libusb-1.0-0\n"
    )


def test_what_else_goes_wrong_on_loading_is_told_as_it_is():
    assert missing_library("undefined symbol: abc\n in x.so") == "undefined symbol: abc in x.so"
    unknown = missing_library("libnew.so.3: cannot open shared object file: No such file or directory")
    assert unknown == "libnew.so.3 is missing; install the package of your system that has it"


@pytest.mark.parametrize(
    ("machine", "words"),
    [("aarch64", "no package for Linux"), ("x86_64", "pip install 'handtrack-sigma[view]'")],
)
def test_where_there_is_no_wheel_the_sentence_is_another(monkeypatch, machine, words):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "open3d" else find(name))
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("sys.platform", "linux")
    with pytest.raises(ViewError, match=re.escape(words)):
        load_open3d()


def test_its_way_into_a_browser_stays_out():
    """A web server, which takes as long to import as all the rest of Open3D."""
    assert callable(load_open3d().geometry.TriangleMesh)
    assert "dash" not in sys.modules


def test_no_other_verb_loads_it():
    code = (
        "import sys, handtrack.cli\n"
        "handtrack.cli.command()\n"
        "import handtrack.sessions.reader, handtrack.exports.export, handtrack.processing\n"
        "print({'open3d', 'handtrack.spatial_view.view'} & set(sys.modules) or 'none')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "none"
