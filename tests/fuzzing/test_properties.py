"""What holds for every input of the readers of files: what was written comes back, the rest is named."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handtrack.config import Settings, load_settings
from handtrack.config_loading import load_typed
from handtrack.errors import ConfigError, ModelError
from handtrack.hand import HandTruth, read_only
from handtrack.model.weights_file import FORMAT, architecture_of, read_description
from handtrack.safe_yaml import parse_yaml
from handtrack.sources.truth_file import ClipTruth, read_truth, write_truth
from tests.fuzzing.targets import TARGETS

Value = TypeVar("Value")

# Examples are the same in every run, and a busy machine is no fault.
each_time_the_same = settings(
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

plain_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)
keys = sorted(f"{section}.{name}" for section, values in Settings().model_dump().items() for name in values)


@st.composite
def damaged_files(draw: st.DrawFn, name: str) -> bytes:
    """A real file of a target, cut, or with some bytes exchanged, or doubled in a part."""
    content = bytearray(draw(st.sampled_from(CORPORA[name])))
    for _ in range(draw(st.integers(0, 6))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    if draw(st.booleans()):
        content = content[: draw(st.integers(0, len(content)))]
    if draw(st.booleans()):
        first, second = sorted((draw(st.integers(0, len(content))), draw(st.integers(0, len(content)))))
        content[second:second] = content[first:second]
    return bytes(content)


def attempt(error: type[Exception], read: Callable[[], Value]) -> tuple[Value | None, str]:
    """What was read, or None and the message of the named error."""
    try:
        return read(), ""
    except error as refusal:
        return None, str(refusal)


CORPORA = {name: target.corpus() for name, target in TARGETS.items()}


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_damaged_file_gives_a_value_or_a_named_error(name: str) -> None:
    @each_time_the_same
    @given(damaged_files(name))
    def holds(content: bytes) -> None:
        TARGETS[name].one_input(content)

    holds()


@each_time_the_same
@given(plain_values)
def test_plain_values_come_back_from_yaml(value: Any) -> None:
    assert parse_yaml(yaml.safe_dump(value, allow_unicode=True)) == value


@each_time_the_same
@given(st.dictionaries(st.sampled_from(keys), plain_values, max_size=3))
def test_settings_of_any_value_are_taken_or_refused_by_name(tmp_path: Path, values: dict[str, Any]) -> None:
    sections: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        section, name = key.split(".")
        sections.setdefault(section, {})[name] = value
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(sections), encoding="utf-8")

    loaded, refused = attempt(ConfigError, lambda: load_typed(Settings, [path]))

    if loaded is None:
        assert refused.isprintable()
        assert any(refused.startswith(key) for key in values)
        assert f"({path})" in refused
    else:
        assert Settings.model_validate(loaded.model_dump()) == loaded


@each_time_the_same
@given(st.sampled_from(keys), st.text(max_size=30))
def test_an_override_of_any_text_is_taken_or_refused_by_name(key: str, text: str) -> None:
    loaded, refused = attempt(ConfigError, lambda: load_settings(None, [f"{key}={text}"]))

    assert loaded is not None or (refused.isprintable() and key in refused)


def joints(axes: int) -> st.SearchStrategy[np.ndarray]:
    values = st.floats(-(2.0**20), 2.0**20, width=32)
    return st.lists(values, min_size=21 * axes, max_size=21 * axes).map(
        lambda flat: read_only(np.array(flat).reshape(21, axes), np.float32)
    )


true_hands = st.builds(
    HandTruth,
    joints(2),
    joints(3),
    st.lists(st.booleans(), min_size=21, max_size=21).map(lambda flags: read_only(np.array(flags))),
    st.sampled_from(["left", "right"]),
)


@settings(each_time_the_same, max_examples=20)
@given(st.dictionaries(st.integers(0, 10**12), st.lists(true_hands, max_size=2), max_size=3))
def test_truth_comes_back_as_it_was_written(tmp_path: Path, hands: dict[int, list[HandTruth]]) -> None:
    times = sorted(hands)
    truth = ClipTruth((64, 48), np.array(times, np.int64), tuple(tuple(hands[time]) for time in times))
    path = tmp_path / "clip.truth.arrow"

    write_truth(path, truth)

    back = read_truth(path)
    assert back.times_ms.tolist() == times
    for before, after in zip(truth.hands, back.hands, strict=True):
        assert [hand.handedness for hand in before] == [hand.handedness for hand in after]
        for one, other in zip(before, after, strict=True):
            assert np.array_equal(one.joints_2d, other.joints_2d)
            assert np.array_equal(one.joints_3d, other.joints_3d)
            assert np.array_equal(one.visible, other.visible)


@each_time_the_same
@given(st.dictionaries(st.sampled_from(["channels", "groups", "loops", "norm", "lift", "x"]), plain_values))
def test_an_architecture_of_any_values_is_possible_or_named(tmp_path: Path, changes: dict[str, Any]) -> None:
    shipped = json.loads(_header(CORPORA["weights"][0])["__metadata__"]["handtrack"])
    description = json.dumps({"format": FORMAT, "architecture": shipped["architecture"] | changes})
    header = json.dumps({"__metadata__": {"handtrack": description}}).encode()
    path = tmp_path / "mine.safetensors"
    path.write_bytes(struct.pack("<Q", len(header)) + header)

    found, refused = attempt(ModelError, lambda: architecture_of(path, read_description(path)).to_dict())

    if found is None:
        assert "cannot be used" in refused
        assert len(refused.splitlines()) == 1
    else:
        assert found == shipped["architecture"] | changes


def _header(content: bytes) -> dict[str, Any]:
    (length,) = struct.unpack("<Q", content[:8])
    header: dict[str, Any] = json.loads(content[8 : 8 + length])
    return header
