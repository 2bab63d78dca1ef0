"""The keys of sealed input: age itself opens what we wrap, and a mistake in a recipient is named."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import bech32
from sessionlens_recorder.checks import find_input_keys
from sessionlens_recorder.sealing import (
    ChannelSealer,
    armoured,
    new_identity,
    read_recipients,
    recipient_of,
)


def test_age_opens_what_we_wrap_for_each_recipient_and_for_nobody_else() -> None:
    pyrage = pytest.importorskip("pyrage", reason="pyrage is an age that is not ours")
    pairs = [new_identity() for _ in range(3)]
    wrapped = armoured([public for _, public in pairs[:2]], b"k" * 32).encode()
    keys = [pyrage.x25519.Identity.from_str(private.split()[-1]) for private, _ in pairs]
    assert [str(key.to_public()) for key in keys] == [public for _, public in pairs]
    assert [pyrage.decrypt(wrapped, [key]) for key in keys[:2]] == [b"k" * 32] * 2
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(wrapped, keys[2:])


def test_two_channels_have_nothing_in_common() -> None:
    _, public = new_identity()
    one, other = (ChannelSealer([public], b"context") for _ in range(2))
    assert one.facts["key"] != other.facts["key"]
    assert one.seal(0, b"same") != other.seal(0, b"same")
    assert one.seal(0, b"same") != one.seal(1, b"same")


def test_recipients_as_lines_and_as_files(tmp_path: Path) -> None:
    first, second = (new_identity()[1] for _ in range(2))
    (tmp_path / "readers").write_text(f"# the incident team\n\n{first}\n  {second}\n")
    assert read_recipients([first], tmp_path) == (first,)
    assert read_recipients(["readers", second], tmp_path) == (first, second)
    assert read_recipients([], tmp_path) == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("PRIVATE", "private half, which must not be on the bastion"),
        ("age1xyz", r"'age1xyz' is not a recipient age1…: it was cut"),
        (bech32.encode("age", b"short"), "is no X25519 recipient"),
        (bech32.encode("age", bytes(32)), "."),  # a point of small order: everybody would have the key
        ("empty", "empty has no recipient in it"),
    ],
)
def test_what_is_no_recipient(tmp_path: Path, line: str, expected: str) -> None:
    (tmp_path / "empty").write_text("# nobody\n")
    private = new_identity()[0].split()[-1]
    with pytest.raises(ValueError, match=expected) as caught:
        read_recipients([private if line == "PRIVATE" else line], tmp_path)
    assert private not in str(caught.value)
    with pytest.raises(OSError, match="No such file"):
        read_recipients(["nowhere"], tmp_path)


def test_a_private_key_that_lies_about_is_found(tmp_path: Path) -> None:
    private, public = new_identity()
    assert recipient_of(private.split()[-1]) == public
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/mine").write_text(private.lower())
    (tmp_path / "notes").write_text(f"for later: {private}")
    (tmp_path / "another").write_text(new_identity()[0])
    (tmp_path / "large").write_bytes(os.urandom(100_000))
    found = [str(path.relative_to(tmp_path)) for path in find_input_keys(tmp_path, [public])]
    assert found == ["keys/mine", "notes"]
    assert list(find_input_keys(tmp_path, [new_identity()[1]])) == []


def test_the_file_of_a_private_key_says_what_it_is() -> None:
    private, public = new_identity()
    assert re.fullmatch(rf"# .+\n# public key: {public}\nAGE-SECRET-KEY-1[A-Z0-9]{{58}}\n", private)
