"""Weights from anywhere: what is no such network's is refused in one sentence, in bounded time and memory."""

from __future__ import annotations

import json
import os
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from handtrack.engines.graph_files import find_graphs
from handtrack.errors import ModelError
from handtrack.model.checkpoint import load_weights
from handtrack.model.operating_table import METADATA_KEY, OperatingTable
from handtrack.model.sigma_factors import SigmaFactors
from handtrack.model.weights_file import read_description, shipped_weights, weights_digest

READERS: list[Callable[[Path], object]] = [load_weights, find_graphs]
"""How torch and how the runtimes of graphs come to a file's tensors."""

Header = dict[str, Any]


def parts() -> tuple[Header, bytes]:
    """Header and tensors of the shipped weights."""
    content = shipped_weights().read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def written(folder: Path, header: Header | bytes, tensors: bytes, length: int | None = None) -> Path:
    packed = header if isinstance(header, bytes) else json.dumps(header).encode()
    path = folder / "mine.safetensors"
    path.write_bytes(struct.pack("<Q", len(packed) if length is None else length) + packed + tensors)
    return path


def refusal(path: Path, reader: Callable[[Path], object]) -> str:
    with pytest.raises(ModelError) as caught:
        reader(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    assert len(message) < 600
    return message


@pytest.mark.parametrize("reader", READERS)
def test_deep_nesting_is_refused(tmp_path: Path, reader: Callable[[Path], object]) -> None:
    header, tensors = parts()
    header["__metadata__"] = {"handtrack": "[" * 200_000}

    assert "has no handtrack metadata" in refusal(written(tmp_path, header, tensors), reader)
    assert "is damaged" in refusal(written(tmp_path, b"[" * 200_000, tensors), reader)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("length", [2**62, 2**32, 2_000_000])
def test_a_length_that_cannot_be_is_not_believed(
    tmp_path: Path, reader: Callable[[Path], object], length: int
) -> None:
    header, tensors = parts()

    message = refusal(written(tmp_path, header, tensors, length), reader)

    assert f"its header is said to have {length} bytes" in message


@pytest.mark.parametrize("reader", READERS)
def test_tensors_that_lie_over_each_other_or_outside_are_refused(
    tmp_path: Path, reader: Callable[[Path], object]
) -> None:
    header, tensors = parts()
    first, second = [name for name in header if name != "__metadata__"][:2]
    lengths = {name: np.subtract(*reversed(header[name]["data_offsets"])) for name in (first, second)}

    for offset in (header[second]["data_offsets"][0], 2**40, -8):
        changed = {**header[first], "data_offsets": [int(offset), int(offset + lengths[first])]}
        assert "is damaged" in refusal(written(tmp_path, {**header, first: changed}, tensors), reader)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("kind", ["I32", "U32"])
def test_whole_numbers_are_no_weights(tmp_path: Path, reader: Callable[[Path], object], kind: str) -> None:
    header, tensors = parts()
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            entry["dtype"] = kind

    assert f"holds {kind} where float32 is due" in refusal(written(tmp_path, header, tensors), reader)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("value", "said"), [(3e38, "beyond 1e+06"), (np.nan, "not finite"), (-np.inf, "not finite")]
)
def test_numbers_that_no_network_has_are_refused(
    tmp_path: Path, reader: Callable[[Path], object], value: float, said: str
) -> None:
    header, tensors = parts()
    values = np.frombuffer(tensors, np.uint8).copy()
    name = next(name for name in header if name.endswith("weight"))
    end = header[name]["data_offsets"][1]
    values[end - 4 : end] = np.frombuffer(np.float32(value).tobytes(), np.uint8)

    message = refusal(written(tmp_path, header, values.tobytes()), reader)

    assert f"{name} holds values" in message
    assert said in message


@pytest.mark.parametrize("reader", READERS)
def test_a_huge_network_is_not_built_to_see_that_it_does_not_fit(
    tmp_path: Path, reader: Callable[[Path], object]
) -> None:
    header, tensors = parts()
    description = json.loads(header["__metadata__"]["handtrack"])
    most = {"channels": 512, "context_channels": 512, "groups": 21, "group_channels": 512, "loops": 16}
    description["architecture"] |= most
    header["__metadata__"] = {"handtrack": json.dumps(description)}

    # The runtimes find no graphs for it, torch no tensors.
    assert "does not fit its architecture" in refusal(written(tmp_path, header, tensors), load_weights)
    description["architecture"]["loops"] = 1000
    header["__metadata__"] = {"handtrack": json.dumps(description)}
    assert "loops=1000 is not possible" in refusal(written(tmp_path, header, tensors), reader)


@pytest.mark.parametrize("reader", [*READERS, read_description, weights_digest])
def test_a_file_larger_than_weights_is_not_read(tmp_path: Path, reader: Callable[[Path], object]) -> None:
    path = tmp_path / "mine.safetensors"
    with path.open("wb") as file:
        file.truncate(1 << 40)

    assert "it is larger than 200 MB" in refusal(path, reader)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("reader", [*READERS, read_description, weights_digest])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, reader: Callable[[Path], object]) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    for path in (pipe, Path("/dev/zero")):
        assert "no regular file" in refusal(path, reader)


@pytest.mark.parametrize("value", [10**400, "1e999", 0, -1, 1e30, float("nan"), True, None, [1]])
def test_numbers_of_the_metadata_that_cannot_be_are_not_used(value: object) -> None:
    row = {"threshold": value, "mean_loops": 1, "error_2d_percent": 1, "pa_mpjpe_mm": 1, "mmac": 10**400}

    with pytest.raises(ValueError, match="sigma_factors hold across="):
        SigmaFactors.from_metadata({"sigma_factors": {"across": value, "along": 1.0, "depth": 1.0}})
    table = {"default_threshold": 0.5, "operating_table": [row]}
    assert OperatingTable.from_metadata({METADATA_KEY: table}) is None
