"""What a person chose holds until it is chosen otherwise, or for the length of a block."""

from __future__ import annotations

import pytest

import sessionlens as sl
from sessionlens.errors import UsageError


def test_a_choice_for_a_block_ends_with_it_also_where_that_fails() -> None:
    with pytest.raises(KeyError), sl.options(tz="Asia/Kolkata", notebook="embed"):
        assert (sl.options.tz, sl.options.notebook) == ("Asia/Kolkata", "embed")
        raise KeyError
    assert (sl.options.tz, sl.options.notebook) == ("UTC", "lean")
    assert repr(sl.options) == "options(tz='UTC', notebook='lean')"


def test_what_cannot_be_chosen_is_said_and_changes_nothing() -> None:
    with pytest.raises(UsageError, match="'lean' or 'embed'"):
        sl.options.notebook = "everything"
    with pytest.raises(UsageError, match="no time zone"), sl.options(notebook="embed", tz="Mars/Olympus"):
        pass
    assert sl.options.notebook == "lean"
