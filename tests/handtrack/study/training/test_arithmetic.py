"""What a study sets for the whole process is as before when it is over."""

from __future__ import annotations

import pytest
import torch

from handtrack.study.training.arithmetic import nothing_too_small, one_thread


def smallest() -> float:
    """A number so near nothing that a processor in a hurry takes it for zero."""
    return float(torch.tensor(1e-310, dtype=torch.float64).mul(1.0))


def test_small_numbers_are_zero_within_and_are_there_again_afterwards():
    with nothing_too_small():
        assert smallest() == 0.0
        with nothing_too_small():
            pass
        assert smallest() == 0.0
    assert smallest() == 1e-310


def test_a_study_that_fails_gives_all_back():
    threads = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 3
        with pytest.raises(KeyError), one_thread(), nothing_too_small():
            raise KeyError
        assert torch.get_num_threads() == 3
        assert smallest() == 1e-310
    finally:
        torch.set_num_threads(threads)
