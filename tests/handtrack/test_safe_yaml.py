"""What nobody vouches for: hostile YAML ends in one named error, and plain YAML is read as it is meant."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from handtrack.plain_text import printable
from handtrack.safe_yaml import YamlError, load_yaml, parse_yaml

HOSTILE = {
    "deep in brackets": "[" * 100_000,
    "deep in braces": "{a: " * 60,
    "deep in dashes": "- " * 2000 + "x",
    "a day that is none": "a: 2026-99-99",
    "a number of 5,000 digits": "a: " + "9" * 5000,
    "a time of many parts": "a: " + ":".join(["1"] * 5000),
    "int that is none": "a: !!int x",
    "int of nothing": "a: !!int ''",
    "float that is none": "a: !!float x",
    "bool that is none": "a: !!bool x",
    "timestamp that is none": "a: !!timestamp x",
    "an object": "!!python/object/apply:os.system [ls]",
    "itself": "a: &x [*x]",
    "a key twice": "a: 1\na: 2",
    "a zero byte": "a: \0",
    "half a character": 'a: "\\ud800"',
    "a list as a key": "? [a]\n: b",
    "two documents": "---\n1\n---\n2",
    "no YAML": "a: b: c",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_one_named_error_in_one_printable_line(text: str) -> None:
    with pytest.raises(YamlError) as caught:
        parse_yaml(text)

    assert 0 < len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


def test_an_error_says_in_which_line() -> None:
    with pytest.raises(YamlError, match=r"^line 3: '2026-99-99' is not of the type 'timestamp'$"):
        parse_yaml("a: 1\nb: 2\nc: 2026-99-99")


def test_plain_values_are_read_as_pyyaml_reads_them() -> None:
    text = "a: 1\nb: [1.5, x, null, true, 2026-11-28]\nc: {d: 'two words', e: 0x1f}\nf: ünï\n"

    assert parse_yaml(text) == yaml.safe_load(text)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 12")

    assert load_yaml(path, most_bytes=8) == {"a": 12}
    with pytest.raises(YamlError, match="larger than"):
        load_yaml(path, most_bytes=7)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "values.yaml"
    path.write_bytes(b"a: \xff")

    with pytest.raises(YamlError, match="not UTF-8"):
        load_yaml(path, most_bytes=100)


def test_a_file_that_is_not_there_keeps_its_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_yaml(tmp_path / "none.yaml", most_bytes=100)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hand clip.mp4", "hand clip.mp4"),
        ("Käse 手.mp4", "Käse 手.mp4"),
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("two\nlines\tand\xa0more", "two lines and more"),
        ("a\u202egnp.exe", "a\\u202egnp.exe"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_text_is_shown_without_what_would_act_on_a_terminal(text: str, shown: str) -> None:
    assert printable(text) == shown
