"""Coverage-guided fuzzing of every reader, for as many inputs as a test can wait for; `make fuzz` runs on."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing.targets import TARGETS

RUNS = 500
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_every_real_file_is_read(target: str) -> None:
    for content in TARGETS[target].corpus():
        TARGETS[target].one_input(content)


@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None,
    reason="needs atheris, which has no wheel for this Python or system: pip install 'handtrack-sigma[fuzz]'",
)
def test_no_input_ends_in_anything_but_a_value_or_a_named_error(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fuzzing.run", "--runs", str(RUNS)]

    done = subprocess.run(
        [*command, "--faults", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, errors="replace"
    )

    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    assert re.findall(r"Done \S+ runs", done.stderr) == [f"Done {RUNS} runs"] * len(TARGETS), done.stderr
    assert list(tmp_path.iterdir()) == []
