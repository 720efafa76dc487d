from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from handtrack.study.evaluation.report.values import plain


@dataclass(frozen=True, slots=True)
class Inner:
    value: float
    curve: tuple[float, ...]


def test_nested_values_become_plain() -> None:
    value = {"a": Inner(1 / 3, (1.0, math.nan)), "b": [True, 3, None, "text", Path("file")]}

    assert plain(value) == {
        "a": {"value": 0.333333, "curve": [1.0, None]},
        "b": [True, 3, None, "text", "file"],
    }
    json.dumps(plain(value), allow_nan=False)


def test_numbers_keep_six_digits_whatever_their_size() -> None:
    assert plain(123456.789) == 123457.0
    assert plain(0.000123456789) == 0.000123457
    assert plain(-math.inf) is None


def test_what_has_no_plain_form_is_refused() -> None:
    with pytest.raises(TypeError, match="ndarray has no plain form"):
        plain(np.zeros(3))
