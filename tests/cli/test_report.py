"""`sessionlens report`: the page of a recording or a folder, from the command line."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from sessionlens.cli import main


def report(path: Path, out: Path, *more: str) -> int:
    return main(["report", str(path), "-o", str(out), *more])


def test_a_page_is_written_and_its_hash_is_said(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signers = str(root / "fixtures/allowed_signers")
    where = tmp_path / "case.html"
    filters = ("--person", "john", "--since", "2026-11-22", "--until", "2026-11-22")
    names = ("--match", "rm -rf", "--case", "HR 2026/17", "--signers", signers, "--made", "2026-11-28")
    assert report(root / "fixtures/sessions/insider", where, *names, *filters) == 0
    digest = hashlib.sha256(where.read_bytes()).hexdigest()
    out = capsys.readouterr().out
    assert out.startswith(f"{where}: FOUND; 1 exhibit, ") and out.endswith(f"SHA-256 {digest}\n")
    text = where.read_text("utf-8")
    assert (
        "<h1>HR 2026/17</h1>" in text
        and "Made: 2026-11-28T00:00:00.000Z" in text
        and "Sealed by bastion" in text
    )


def test_a_folder_is_one_case(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("insider", "vim"):
        shutil.copytree(root / "fixtures/sessions" / name, tmp_path / "recordings" / name)
    assert report(tmp_path / "recordings", tmp_path / "a.html", "--match", "vim", "--user", "john") == 0
    assert "FOUND; " in capsys.readouterr().out
    assert "2 sessions (verified:" in (tmp_path / "a.html").read_text("utf-8")
    assert (
        report(tmp_path / "recordings", tmp_path / "b.html", "--match", "vim", "--session", "7c2a45ee") == 0
    )
    assert "1 session (verified:" in (tmp_path / "b.html").read_text("utf-8")


def test_ran_is_about_commands_alone(root: Path, tmp_path: Path) -> None:
    insider = root / "fixtures/sessions/insider"
    assert report(insider, tmp_path / "a.html", "--ran", "rm -rf") == 0
    assert "Was “rm -rf” run in session 7c2a45ee?" in (tmp_path / "a.html").read_text("utf-8")


def test_wrong_use_is_64(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    insider = root / "fixtures/sessions/insider"
    (tmp_path / "there.html").write_text("mine")
    assert report(insider, tmp_path / "there.html") == 64
    assert "--force replaces it" in capsys.readouterr().err
    assert report(insider, tmp_path / "case.pdf") == 64
    assert report(insider, tmp_path / "case.html", "--match", "rm '") == 64
    assert "not a command line" in capsys.readouterr().err
    assert report(tmp_path / "nowhere", tmp_path / "case.html") == 64
    assert [path.name for path in tmp_path.iterdir()] == ["there.html"]
    assert report(insider, tmp_path / "there.html", "--force", "--match", "rm", "--limit", "0") == 0
