"""Keys as text: the examples of age's specification (C2SP, age.md), and every slip is found."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from sessionlens_recorder.bundle import bech32

PRIVATE = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
PUBLIC = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"


def test_the_examples_of_the_specification() -> None:
    prefix, raw = bech32.decode(PRIVATE)
    assert (prefix, raw) == ("age-secret-key-", b"B" * 32)
    public = X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()
    assert bech32.encode("age", public) == PUBLIC
    assert bech32.decode(PUBLIC) == ("age", public)
    assert bech32.encode("age-secret-key-", raw).upper() == PRIVATE


@given(st.binary(max_size=80), st.text("abcdefghij-", min_size=1, max_size=20))
def test_what_is_encoded_comes_back(data: bytes, prefix: str) -> None:
    assert bech32.decode(bech32.encode(prefix, data)) == (prefix, data)
    assert bech32.decode(bech32.encode(prefix, data).upper()) == (prefix, data)


@given(st.integers(4, len(PUBLIC) - 1), st.sampled_from("qpzry9x8gf2tvdw0s3jn54khce6mua7lbio1 é"))
def test_every_single_slip_is_found_and_not_repeated(at: int, letter: str) -> None:
    wrong = PUBLIC[:at] + letter + PUBLIC[at + 1 :]
    if wrong != PUBLIC:
        with pytest.raises(ValueError, match=r"checksum|cut|character") as caught:
            bech32.decode(wrong)
        assert wrong not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "1", "age", "age1", "age1qqqq", "1" + PUBLIC[4:], PUBLIC[:-1], "Age" + PUBLIC[3:]]
)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"cut|checksum|upper"):
        bech32.decode(text)
