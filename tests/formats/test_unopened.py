"""What looks like a recording and was not opened is counted and named; what is ordinary is not."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest

import sessionlens as sl
from sessionlens.cli import main
from sessionlens.explorer.case import Case
from sessionlens.formats import find, survey

CAST = '{"version": 2, "width": 40, "height": 6}\n[0.1, "o", "hello\\r\\n"]\n'
BROKEN = '{"version": 2, "wid'
TLOG = '{"ver":"2.3","host":"web01","rec":"6211-600","user":"john","term":"xterm","session":3,"id":1,"pos":0,"timing":"=80x24+1>5"}\n'  # noqa: E501
ORDINARY = {
    "README": b"typescript\n",
    "README.md": b"# a.cast\n",
    "truth.json": b'{"version": 1, "commands": []}',
    "provenance.json": b'{"version": 2, "wid',
    "notes.txt": b"The Script started on a Monday.\n",
    "a.cast.golden.txt": b"sessionlens golden 1\n",
    "a.cast.golden.1.png": b"\x89PNG\r\n\x1a\n",
    "evidence.mp4": b"\0\0\0\x20ftypisom",
    "MANIFEST": b"",
    "log": b"Nov 22 09:14:03 web01 sshd[1]: Accepted\n",
    "backup.tar": b"etc/passwd" + b"\0" * 600,
    "table.csv": b"0.5 12\n",
    "empty": b"",
}
LOOKS: dict[str, bytes] = {
    "broken.cast": BROKEN.encode(),
    "EMPTY.CAST": b"",
    "packed.cast.zst": b"\x28\xb5\x2f\xfd" + b"\0" * 60,
    "packed.cast.gz": gzip.compress(b"no recording"),
    "game.ttyrec": b"not a frame",
    "typescript": b"no first line\n",
    "old.typescript": b"no first line\n",
    "lonely.timing": b"0.1 5\n",
    "desk.guac": b"",
    "desk": b"4.size,1.0,4.1024,3.768;4.sync,8.31163115;",
    "8f2d6c1e-0a54-4c1b-9f5e-0d3a8b1c2d3e.tar": b"",
    "teleport": b"\0" * 7 + b"\1" + b"\0" * 16 + b"\x1f\x8b\x08",
    "audit": b"ContainerSSH-Auditlog\0\0",
    "tlog.log": TLOG.encode(),
    "exported.json": json.dumps({"PRIORITY": "6", "MESSAGE": TLOG}).encode(),
    "journal.txt": b"__CURSOR=s=5b44fc66;i=2fa2\n",
    "journal": b"sessionlens-journal 1 20261122T205557Z-john-web01-1c47e58b 7b9b\n",
    "session.json": b'{\n "format": "sessionlens-bundle",\n "vers',
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One recording that opens, beside much that is none."""
    made = tmp_path / "case"
    made.mkdir()
    (made / "a.cast").write_text(CAST, "utf-8")
    for name, content in ORDINARY.items():
        (made / name).write_bytes(content)
    return made


def test_ordinary_files_are_no_recordings(folder: Path, root: Path) -> None:
    assert survey(folder) == ([folder / "a.cast"], {})
    for place in ("sessions", "truth", "goldens"):
        assert survey(root / "fixtures" / place)[1] == {}


@pytest.mark.parametrize("name", LOOKS)
def test_what_looks_like_a_recording_is_named_with_its_reason(folder: Path, name: str) -> None:
    (folder / "below").mkdir()
    lost = folder / "below" / name
    lost.write_bytes(LOOKS[name])
    found, unseen = survey(folder)
    assert found == find(folder) == [folder / "a.cast"]
    assert list(unseen) == [lost] and unseen[lost].startswith("looks like a")
    assert not sl.corpus(folder).search("secretthing").coverage.complete


def test_the_reason_says_what_to_do(folder: Path) -> None:
    for name in ("EMPTY.CAST", "packed.cast.zst"):
        (folder / name).write_bytes(LOOKS[name])
    reasons = list(survey(folder)[1].values())
    assert reasons[0].endswith("is empty") and reasons[1].endswith("packed with zstd: unpack it first")


@pytest.mark.parametrize(("beside", "what"), [("log", "sudo"), ("log.json", "sudo"), ("out", "script(1)")])
def test_a_folder_with_a_timing_is_one(folder: Path, beside: str, what: str) -> None:
    lost = folder / "00" / "00" / "01"
    lost.mkdir(parents=True)
    (lost / "timing").write_bytes(b"4 0.087089703 32\n")
    (lost / beside).write_bytes(b"1645151020:john:root\n")
    (lost / "ttyout").write_bytes(b"hello")
    assert [(path, what in why) for path, why in survey(folder)[1].items()] == [(lost, True)]


def test_what_is_left_of_a_bundle(folder: Path, root: Path) -> None:
    made = next((root / "fixtures" / "sessions" / "exec").glob("2*"))
    for name, kept in (
        ("copied", "1.exec/channel.json"),
        ("copied", "MANIFEST.sig"),
        (made.name, "1.exec/out"),
    ):
        lost = folder / name
        shutil.copytree(made, lost)
        (lost / "session.json").write_bytes(b'{"vers')
        assert survey(folder) == (sorted([folder / "a.cast", lost]), {})  # opens, with a gap
        for file in [path for path in lost.rglob("*") if path.is_file() and path != lost / kept]:
            file.unlink()
        assert lost in survey(folder)[1]
        shutil.rmtree(lost)


def test_a_classic_recording_takes_its_timing_with_it(folder: Path) -> None:
    (folder / "x.typescript").write_bytes(b"Script started on 2026-11-22 09:14:03+00:00\nhello\n")
    (folder / "x.timing").write_bytes(b"0.100000 6\n")
    assert survey(folder) == ([folder / "a.cast", folder / "x.typescript"], {})


def test_links_are_named_where_they_lead_elsewhere(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.cast").write_text(CAST, "utf-8")
    (folder / "latest.cast").symlink_to(folder / "a.cast")
    (folder / "notes").symlink_to(tmp_path / "elsewhere" / "b.cast")
    assert survey(folder)[1] == {}
    (folder / "b.cast").symlink_to(tmp_path / "elsewhere" / "b.cast")
    (folder / "more").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    unseen = survey(folder)[1]
    assert list(unseen) == [folder / "b.cast", folder / "more"]
    assert all("link" in why for why in unseen.values())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_named_and_not_read(folder: Path) -> None:
    os.mkfifo(folder / "b.cast")
    assert survey(folder)[1] == {folder / "b.cast": "looks like an asciicast, and is no regular file"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is closed to root")
def test_what_may_not_be_read_is_named(folder: Path) -> None:
    (folder / "b.cast").write_text(CAST, "utf-8")
    (folder / "b.cast").chmod(0)
    (folder / "closed").mkdir(mode=0)
    assert list(survey(folder)[1]) == [folder / "b.cast", folder / "closed"]


def test_everybody_who_answers_says_it(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = folder / "bro\x1b[2Jken.cast"
    lost.write_text(BROKEN, "utf-8")
    page = tmp_path / "r.html"
    for told, code in (
        (["search", str(folder), "secretthing"], 2),
        (["commands", str(folder), "--ran", "rm"], 2),
        (["commands", str(folder)], 0),
        (["info", str(folder)], 0),
        (["info", str(folder), "--json"], 0),
        (["verify", str(folder)], 2),
        (["report", str(folder), "--match", "secretthing", "-o", str(page)], 0),
    ):
        assert main(told) == code
        said = capsys.readouterr()
        assert "\x1b" not in said.out + said.err
        assert "ken.cast" in said.out + said.err or "NOT EVERYTHING COULD BE SEEN" in said.out, told
    assert "ken.cast" in page.read_text("utf-8") and "\x1b" not in page.read_text("utf-8")
    case = sl.corpus(folder)
    assert list(case.unreadable) == [str(lost)] and list(case.gaps["kind"]) == ["unreadable"]
    assert "1 could not be opened" in repr(case) and "1 recording could not be opened" in case._repr_html_()
    assert "\x1b" not in repr(case) + case._repr_html_() and len(case) == 1
    assert "ken.cast" in str(Case(folder).look().coverage.unreadable)


def test_a_folder_is_not_opened_as_its_one_recording_beside_a_broken_one(folder: Path) -> None:
    assert sl.open(folder).info.source_format == "asciicast"
    (folder / "broken.cast").write_text(BROKEN, "utf-8")
    with pytest.raises(sl.FormatError, match=r"one recording below it(?s:.*)beside:\n.*broken\.cast: looks"):
        sl.open(folder)
    (folder / "a.cast").unlink()
    for opened in (sl.open, sl.corpus):
        with pytest.raises(sl.FormatError, match=r"could not be seen there:\n.*broken\.cast: looks"):
            opened(folder)
