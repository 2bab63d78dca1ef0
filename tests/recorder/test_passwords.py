"""Password files."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessionlens_recorder.net.passwords import check_password, hash_password, read_password_file


def test_a_password_and_its_file(tmp_path: Path) -> None:
    line = hash_password("correct häuser")
    (tmp_path / "p").write_text(f"# john\n{line}\n")
    assert read_password_file(tmp_path / "p") == line
    assert check_password("correct häuser".encode(), line)
    assert not check_password(b"wrong", line)
    assert not check_password(b"", None), "nobody has no password"
    assert hash_password("correct häuser") != line, "salted"


@pytest.mark.parametrize("text", ["", "plain", "$scrypt$ln=15,r=8,p=1$aa", "a\nb"])
def test_a_file_that_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "p").write_text(text)
    with pytest.raises(ValueError, match="passwd"):
        read_password_file(tmp_path / "p")
