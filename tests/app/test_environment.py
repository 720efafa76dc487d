"""What the window's process is kept from loading."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PYTORCH_ASKS = "from torch.utils._triton import has_triton_package; has_triton_package()"
PREPARES = "from app.environment import prepare_for_qt; prepare_for_qt()"


@pytest.mark.parametrize(("before", "loaded"), [("", True), (PREPARES, False)])
def test_no_second_llvm_comes_into_the_windows_process(tmp_path: Path, before: str, loaded: bool) -> None:
    # PyTorch's builds with CUDA bring it, and ask for it when a network is first made.
    mark = tmp_path / "loaded"
    (tmp_path / "triton.py").write_text(f"open({str(mark)!r}, 'w').close()\n", encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), str(Path(__file__).resolve().parents[2])])

    done = subprocess.run(
        [sys.executable, "-c", f"{before}\n{PYTORCH_ASKS}"],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr
    assert mark.exists() is loaded
