"""`sessionlens doctor`: what is needed, and what is only needed for one thing."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import pytest

from sessionlens.cli import doctor, main


@pytest.mark.parametrize(("gone", "code"), [("XlsxWriter", 0), ("Jinja2", 0), ("pandas", 1)])
def test_what_only_one_thing_needs_may_be_absent(
    gone: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def without(name: str) -> str:
        if name == gone:
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(doctor, "version", without)
    assert main(["doctor"]) == code
    (line,) = [line for line in capsys.readouterr().out.splitlines() if f" {gone} " in line]
    assert line.split()[0] == ("MISSING" if code else "absent") and f"pip install {gone}" in line
    assert ("only needed for" in line) == (code == 0)
