from __future__ import annotations

import json

import pytest

from handtrack.model.operating_table import METADATA_KEY, OperatingPoint, OperatingTable

TABLE = OperatingTable(
    0.5,
    (
        OperatingPoint(0.0, 1.0, 5.0, 9.5, 86.5),
        OperatingPoint(0.5, 1.4, 4.7, 9.2, 96.0, 2.5),
        OperatingPoint(1.0, 3.0, 4.6, 9.1, 134.8),
    ),
)


def test_a_threshold_has_the_measured_one_below_it():
    assert TABLE.at(0.0).mean_loops == 1.0
    assert TABLE.at(0.49).mean_loops == 1.0
    assert TABLE.at(0.5).mean_loops == 1.4
    assert TABLE.at(1.0).mean_loops == 3.0


def test_it_survives_a_weights_file():
    metadata = json.loads(json.dumps({METADATA_KEY: TABLE.to_metadata()}))
    assert OperatingTable.from_metadata(metadata) == TABLE


@pytest.mark.parametrize(
    "values",
    [
        None,
        3,
        {},
        {"default_threshold": 0.5, "operating_table": []},
        {"default_threshold": 0.5, "operating_table": [{"threshold": 0.0}]},
        {"default_threshold": 0.5, "operating_table": [3]},
        {
            "default_threshold": 0.5,
            "operating_table": [TABLE.to_metadata()["operating_table"][0] | {"worse_at_most_percent": "x"}],
        },
        {"default_threshold": "x", "operating_table": TABLE.to_metadata()["operating_table"]},
        {"default_threshold": float("nan"), "operating_table": TABLE.to_metadata()["operating_table"]},
    ],
)
def test_what_cannot_be_read_is_no_table(values):
    assert OperatingTable.from_metadata({METADATA_KEY: values}) is None


def test_weights_without_one_have_none():
    assert OperatingTable.from_metadata({}) is None
