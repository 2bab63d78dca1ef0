"""sessionlens play: where the page goes, who may read it, and that the browser is told of it."""

from __future__ import annotations

import re
import stat
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from sessionlens.cli import EX_USAGE, main

SECRET = "hunter2pass"


@pytest.fixture
def recording(shell_session: Callable[..., Path]) -> Path:
    return shell_session([("ls", "notes.txt\n"), (f"mysql --password={SECRET}", "")])


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a browser was asked to open."""
    asked: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: asked.append(address) or True)
    return asked


def test_a_page_of_ones_own(
    recording: Path,
    opened: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["play", str(recording)]) == 0
    (path,) = tmp_path.glob("sessionlens-*/*.html")
    assert opened == [path.as_uri()]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert str(path) in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "there"), [([], False), (["--no-mask"], True), (["--mask", "notes"], False)]
)
def test_the_mask_of_a_page(
    more: list[str],
    there: bool,
    recording: Path,
    opened: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = tmp_path / "page.html"
    assert main(["play", str(recording), "-o", str(page), "--no-open", *more]) == 0
    assert opened == []
    assert (SECRET in page.read_text("utf-8")) == there
    said = capsys.readouterr().out
    assert ("not masked" in said) == there
    assert there or re.search(r"\d places? masked: ", said)


def test_it_opens_at_a_time(recording: Path, opened: list[str], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["play", str(recording), "-o", str(page), "--no-open", "--at", "00:00:01"]) == 0
    assert 'data-at="1.0"' in page.read_text("utf-8")
    assert main(["play", str(recording), "-o", str(tmp_path / "no.html"), "--at", "9:00:00"]) == EX_USAGE


def test_a_file_that_is_there_stays(recording: Path, opened: list[str], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("mine")
    assert main(["play", str(recording), "-o", str(page)]) == EX_USAGE
    assert page.read_text() == "mine"
    assert main(["play", str(recording), "-o", str(page), "--force"]) == 0
    assert opened == [page.as_uri()]


def test_without_a_browser_it_says_so(
    recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    assert main(["play", str(recording), "-o", str(tmp_path / "page.html")]) == 0
    assert "no browser could be started" in capsys.readouterr().out
