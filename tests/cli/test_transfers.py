"""`sessionlens transfers`: what passed by sftp and scp, for people and for programs."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter
from sessionlens_recorder.sealing import new_identity, sealing

import sessionlens as sl
from sessionlens.cli import main


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    writer = BundleWriter.create(tmp_path, {"person": "john", "target": {"name": "web01"}})
    copy = writer.open_channel("sftp")
    copy.file(n=0, event="request", operation="stat", path="/srv")
    copy.file(n=0, event="result", operation="stat", path="/srv", began_ns=1, result="SSH_FX_OK")
    copy.file(n=1, event="request", operation="open", path="/srv/\x1b[2Jplan")
    copy.file(
        n=1, event="result", operation="download", path="/srv/\x1b[2Jplan", began_ns=2, result="SSH_FX_OK",
        direction="to user", offset=0, size=6, hashed=6, sha256="ab" * 32,
    )  # fmt: skip
    copy.close()
    writer.seal(lambda manifest: "signature\n")
    return writer.path


def test_for_people(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transfers", str(recording)]) == 0
    out = capsys.readouterr().out
    assert "download" in out
    assert "\x1b" not in out, "a name with an escape sequence in it is harmless"
    assert out.splitlines()[-1] == "1 file operation, 1 that only asked left out (--all shows them)"
    assert main(["transfers", str(recording), "--all"]) == 0
    assert "stat" in capsys.readouterr().out


def test_of_many_sessions_it_says_which(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = recording.name[-8:]
    shutil.copytree(recording, recording.parent / "again")
    facts = recording.parent / "again" / "session.json"
    facts.write_text(facts.read_text().replace(session, "0a0b0c0d"))
    assert main(["transfers", str(recording.parent)]) == 0
    out = capsys.readouterr().out
    assert session in out
    assert "0a0b0c0d" in out


def test_sealed_input_hides_no_transfer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer = BundleWriter.create(tmp_path, {"person": "john"}, sealing([new_identity()[1]]))
    writer.open_channel("shell").close()
    writer.seal(lambda manifest: "signature\n")
    assert main(["transfers", str(writer.path)]) == 0
    assert "gap" not in capsys.readouterr().out


def test_for_programs(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transfers", str(recording), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["operation"], row["size"], row["sha256"]) == ("download", 6, "ab" * 32)
    assert row["path"] == "/srv/\x1b[2Jplan"


def test_of_whom_and_in_the_summary(recording: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["transfers", str(recording), "--user", "mary"]) == 0
    assert capsys.readouterr().out.startswith("0 file operations")
    assert main(["info", str(recording)]) == 0
    assert "2 file operations by sftp or scp" in capsys.readouterr().out


def test_a_truncated_file_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer = BundleWriter.create(tmp_path, {"person": "john"})
    copy = writer.open_channel("sftp")
    told = {"path": "/srv/plan", "attributes": {"size": 0, "permissions": "000600"}}
    copy.file(n=0, event="request", operation="setstat", **told)
    copy.file(n=0, event="result", operation="setstat", began_ns=1, result="SSH_FX_OK", **told)
    copy.close()
    writer.seal(lambda manifest: "signature\n")
    assert main(["transfers", str(writer.path)]) == 0
    assert "size=0 permissions=000600" in capsys.readouterr().out
    (row,) = sl.open(writer.path).transfers.itertuples()
    assert (row.operation, row.attributes) == ("setstat", "size=0 permissions=000600")
