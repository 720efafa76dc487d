from __future__ import annotations

from handtrack.study.datasets.turns import by_turns


def test_collections_have_their_turns() -> None:
    mixed = by_turns([*"aaaaaaaa", "b", "c"], lambda each: each, 3)

    assert sorted(mixed[:3]) == ["a", "b", "c"]
    assert len(mixed) == 10
    numbers = list(range(20))
    assert by_turns(numbers, lambda _: "", 1) != by_turns(numbers, lambda _: "", 2)
    assert by_turns(numbers, lambda _: "", 1) == by_turns(numbers, lambda _: "", 1)
