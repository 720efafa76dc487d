"""The window in use for half a minute: nothing grows, nothing is lost without being counted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.soak.account import MOST_GROWTH, Account, Sample

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's own accounts")
@pytest.mark.timeout(600)
def test_half_a_minute_of_use_leaves_nothing_behind(hand_bundle):
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--minutes", "0.5"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    faults = [line for line in done.stderr.splitlines() if line.startswith("FAULT")]
    assert (done.returncode, faults) == (0, []), f"{done.stdout}\n{done.stderr[-2000:]}"


@pytest.mark.parametrize(("name", "seconds"), [*((name, 1000) for name in MOST_GROWTH), ("threads", 100)])
def test_what_grows_is_named(name, seconds):
    account = Account()
    noise = np.random.default_rng(0)
    for second in range(0, seconds, seconds // 100):
        held = {"memory": 300 + noise.normal(0, 3), "threads": 20, "handles": 40}
        held[name] += 6 * MOST_GROWTH[name] * second / seconds
        account.samples.append(
            Sample(second, held["memory"], int(held["threads"]), int(held["handles"]), "clip", 0, 0, 0)
        )
    (fault,) = account.faults()
    assert fault.startswith(f"{name} grew by")
