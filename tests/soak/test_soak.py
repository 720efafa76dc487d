"""The account of a long use: what grows is named. The use itself is `make soak`."""

from __future__ import annotations

import numpy as np
import pytest

from tests.soak.account import MOST_GROWTH, Account, Sample


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
