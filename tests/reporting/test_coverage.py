"""Nothing found and could not see are never the same answer."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter, Tombstone, tombstone_of

import sessionlens as sl

from .reading import read

Maker = Callable[..., Path]


def test_nothing_found_where_everything_could_be_seen(plain: Path, tmp_path: Path) -> None:
    made = sl.report(plain, tmp_path / "case.html", match="shutdown")
    page = read(tmp_path / "case.html")
    assert made.answer == "NOT FOUND" and made.exhibits == 0
    answer = page.section("Answer")
    assert "No command starts “shutdown”" in answer and "everything that was recorded could be seen" in answer
    assert "nothing: all that was recorded could be seen" in page.section("What was looked at")


@pytest.mark.parametrize(("asked", "screens"), [({"match": "ls"}, True), ({"ran": "ls"}, False), ({}, False)])
def test_lines_are_counted_where_they_were_looked_at(
    asked: dict[str, str], screens: bool, plain: Path, tmp_path: Path
) -> None:
    sl.report(plain, tmp_path / "case.html", **asked)
    looked = read(tmp_path / "case.html").section("What was looked at")
    assert ("A line is" in looked) == screens
    assert ("not what else stood on the screen" in looked) != screens
    answer = read(tmp_path / "case.html").section("Answer")
    assert ("everything that was recorded could be seen" in answer) == screens
    assert ("every command could be seen" in answer) != screens


def test_nothing_found_where_something_could_not_be_seen(plain: Path, tmp_path: Path) -> None:
    timing = (plain / "timing").read_text().splitlines(keepends=True)
    (plain / "timing").write_text("".join(timing[: len(timing) // 2]))
    made = sl.report(plain, tmp_path / "case.html", match="shutdown")
    page = read(tmp_path / "case.html")
    assert made.answer == "NOT FOUND, BUT NOT EVERYTHING COULD BE SEEN"
    assert "this does not say that it did not happen" in page.section("Answer")
    session = sl.open(plain)
    assert all(text in page.section("Gaps") for text in session.gaps["text"])
    assert "not everything could be read" in page.section("What was looked at")


def test_nobody_was_looked_at(plain: Path, tmp_path: Path) -> None:
    made = sl.report(plain, tmp_path / "case.html", match="rm -rf", since="2027-01-01")
    page = read(tmp_path / "case.html")
    assert made.answer == "NOTHING WAS LOOKED AT"
    assert "nothing can be said" in page.section("Answer")
    assert "only since 2027-01-01 00:00:00 UTC: 1 session not looked at" in page.section("What was looked at")


def test_whose_it_is_nobody_knows_is_not_forgotten(plain: Path, tmp_path: Path) -> None:
    sl.report(plain, tmp_path / "case.html", match="rm -rf", person="jon")
    said = read(tmp_path / "case.html").section("What was looked at")
    session = sl.open(plain).info.session
    assert f"does not say whose it is: {session}" in said and "no session is of jon" in said


def test_what_cannot_be_opened_is_named(plain: Path, shell_session: Maker, tmp_path: Path) -> None:
    broken = shell_session([("ls", "")], "broken")
    (broken / "out").unlink()
    (broken / "in").unlink()
    case = sl.corpus(tmp_path)
    made = sl.report(case, tmp_path / "case.html", match="shutdown")
    assert made.answer == "NOT FOUND, BUT NOT EVERYTHING COULD BE SEEN"
    said = read(tmp_path / "case.html").section("What was looked at")
    assert "broken" in said if case.unreadable else len(case.gaps) > 0


def test_several_sessions_are_one_case(root: Path, signers: Path, tmp_path: Path) -> None:
    names = ("insider", "vim", "exec")
    for name in names:
        shutil.copytree(root / "fixtures/sessions" / name, tmp_path / "recordings" / name)
    case = sl.corpus(tmp_path / "recordings")
    sl.report(case, tmp_path / "a.html", match="vim", person="john", since="2026-11-22", signers=signers)
    page = read(tmp_path / "a.html")
    assert "3 sessions (verified: 3 INTACT)" in page.section("Answer")
    assert "person john" in page.section("Question")
    assert all(session.info.session in page.section("Verification") for session in case)
    starts = [text for text in page.all("caption") if text.startswith("Session ") and "command" in text]
    assert len(starts) == 3
    for source in (tmp_path / "recordings", [*case], str(tmp_path / "recordings")):
        made = sl.report(
            source, tmp_path / "b.html", match="vim", person="john", since="2026-11-22", signers=signers
        )  # type: ignore[arg-type]
        assert made.sha256 == hashlib.sha256((tmp_path / "a.html").read_bytes()).hexdigest()


def test_the_hash_of_several_is_that_of_a_list_that_sha256sum_checks(root: Path, tmp_path: Path) -> None:
    for name in ("insider", "vim"):
        shutil.copytree(root / "fixtures/sessions" / name, tmp_path / "recordings" / name)
    sl.report(tmp_path / "recordings", tmp_path / "case.html", match="vim")
    page = read(tmp_path / "case.html")
    listing = page.all("pre", class_="commands")[-1] + "\n"
    assert hashlib.sha256(listing.encode()).hexdigest() in page.source.partition("</style>")[0]
    if shutil.which("sha256sum") is None:
        pytest.skip("needs sha256sum")
    (tmp_path / "list.txt").write_text(listing)
    where = tmp_path / "recordings"
    subprocess.run(["sha256sum", "--strict", "-c", tmp_path / "list.txt"], cwd=where, check=True)


def test_many_are_checked_by_one_loop(root: Path, signers: Path, tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None or shutil.which("sha256sum") is None:
        pytest.skip("needs ssh-keygen and sha256sum")
    where = tmp_path / "recordings"
    for name in ("insider", "exec"):
        shutil.copytree(root / "fixtures/sessions" / name, where / f"-{name} '$(x)")
    sl.report(where, tmp_path / "case.html", match="vim", signers=signers)
    page = read(tmp_path / "case.html")
    (script, _) = page.all("pre", class_="commands")
    shutil.copy(signers, where / "allowed_signers")

    def run() -> str:
        order = ["sh", "-e", "-c", script]
        return subprocess.run(order, cwd=where, capture_output=True, text=True, check=True).stdout

    assert run().count('Good "sessionlens" signature for bastion') == 2 and "FAILED" not in run()
    (out,) = where.glob("-exec*/*/0.*/out")
    out.write_bytes(b"x" + out.read_bytes()[1:])
    assert "FAILED: ./-exec '$(x)/" in run() and "FAILED: ./-insider" not in run()


def test_sessions_are_one_table_with_blocks_where_something_is(root: Path, tmp_path: Path) -> None:
    for name in ("insider", "vim"):
        shutil.copytree(root / "fixtures/sessions" / name, tmp_path / "recordings" / name)
    sl.report(tmp_path / "recordings", tmp_path / "case.html", ran="rm -rf")
    said = read(tmp_path / "case.html").section("The sessions")
    assert "2 sessions" in said and said.count("Allowed by") == 1 and "Session 7c2a45ee" in said


STONE = Tombstone(
    "20261101T091403Z-john-web01-0123abcd", "0123abcd", "2026-11-01T10:00:00Z", "2026-11-20T10:00:00Z",
    "retention.days = 10", "bastion <b>", "ab" * 32, 100, "cd" * 32, 9, 1234,
)  # fmt: skip


def buried(folder: Path, stone: Tombstone, key: Path) -> None:
    """A tombstone as a recorder leaves it."""
    path = tombstone_of(folder / stone.name)
    path.write_bytes(stone.dump())
    order = ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "sessionlens", path]
    subprocess.run(order, check=True, capture_output=True)


def test_a_deleted_recording_was_not_seen(plain: Path, tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh-keygen")
    key, where = tmp_path / "key", tmp_path / "case.html"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    folder = tmp_path / "recordings"
    shutil.move(plain, folder / plain.name)
    buried(folder, STONE, key)
    assert sl.report(folder, where, match="shutdown").answer == "NOT FOUND, BUT NOT EVERYTHING COULD BE SEEN"
    assert f"{STONE.name}DELETED 2026-11-20T10:00:00Z by bastion <b>" in read(where).section(
        "What was looked"
    )
    assert "1 recording deleted by a rule" in read(where).section("Answer")
    assert sl.report(folder, where, match="shutdown", since="2026-11-02").answer == "NOT FOUND"
    buried(folder, replace(STONE, ended="some day"), key)
    assert sl.report(folder, where, match="shutdown", since="2026-11-02").answer != "NOT FOUND"


def test_who_let_it_in_and_watched_it_is_said_and_found(tmp_path: Path) -> None:
    facts = {
        "person": "john",
        "target": {"name": "web01"},
        "reason": "CHG-77 \x1b[2J<b>",
        "acknowledged": True,
    }
    facts["allowed"] = {"by": "anna", "uid": 1000, "reason": "saw it", "utc": "2026-11-27T22:37:05.1Z"}
    writer = BundleWriter.create(tmp_path / "recordings", facts)
    writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24}).output(b"$ ")
    writer.open_channel("connection", stream=False).event("watched", by="bob", uid=1001, reason="routine")
    writer.seal(lambda manifest: "signature\n", "seal", "ended by root: <i>now</i>")
    made = sl.report(writer.path, tmp_path / "case.html", match="CHG-77")
    page = read(tmp_path / "case.html")
    said = page.section("The sessions")
    for fact in (
        "Reason givenCHG-77 \\x1b[2J<b>",
        "Allowed byanna: saw it",
        "Watched bybob: routine",
        "<i>now</i>",
    ):
        assert fact in said
    assert made.exhibits == 1 and not page.attributes("img", "src")
    assert "what is told of the session as a whole" in page.section("Exhibits")
    assert "DAMAGED at MANIFEST.sig" in page.section("Verification")


def test_filters_hold_for_exhibits_and_appendix(plain: Path, tmp_path: Path) -> None:
    commands = sl.open(plain).commands
    after = (
        commands["start_utc"].iloc[1] + (commands["start_utc"].iloc[2] - commands["start_utc"].iloc[1]) / 2
    )
    made = sl.report(plain, tmp_path / "case.html", match="rm -rf", since=after)
    page = read(tmp_path / "case.html")
    assert made.exhibits == 0 and "pwd" in page.section("Appendix")
    assert "rm -rf /srv/app" not in page.section("Appendix")


def test_a_seal_that_does_not_hold_is_no_no(root: Path, signers: Path, tmp_path: Path) -> None:
    """All of a recording may have been written anew: no byte is wrong then, but the signature."""
    folder = tmp_path / "bash"
    shutil.copytree(root / "fixtures/sessions/bash", folder)
    assert sl.report(folder, tmp_path / "x.html", match="shutdown", signers=signers).answer == "NOT FOUND"
    (other,) = (root / "fixtures/sessions/vim").rglob("MANIFEST.sig")
    shutil.copy(other, next(folder.rglob("MANIFEST.sig")))
    assert not len(sl.open(folder).gaps)
    made = sl.report(folder, tmp_path / "x.html", match="shutdown", signers=signers)
    assert made.answer == "NOT FOUND, BUT NOT EVERYTHING COULD BE SEEN"
    said = f"1 session DAMAGED ({sl.open(folder).info.session}): what was there first may be gone"
    page = read(tmp_path / "x.html")
    assert said in page.section("Answer") and said in page.section("What was looked at")


def test_a_text_that_only_stood_there_is_not_what_was_run(shell_session: Maker, tmp_path: Path) -> None:
    path = shell_session([("cat notes", "do not run rm -rf /srv\n"), ("ls", "")])
    made = sl.report(path, tmp_path / "x.html", match="rm -rf", question="Did John delete it?")
    assert made.answer == "FOUND AS TEXT ONLY" and made.exhibits == 1
    answer = read(tmp_path / "x.html").section("Answer")
    assert "No command that could be read starts “rm -rf”, and the text stands in 1 place" in answer


def test_what_a_program_printed_is_not_the_line_of_a_command(shell_session: Maker, tmp_path: Path) -> None:
    """It has the words of a later command at its end, and stands there until that is run."""
    path = shell_session([("cat notes", "do not run rm -rf /srv\n"), ("rm -rf /srv", "")])
    made = sl.report(path, tmp_path / "x.html", match="rm -rf")
    assert made.answer == "FOUND" and made.exhibits == 2
    ran, printed = read(tmp_path / "x.html").all("article", class_="exhibit")
    hits = sl.open(path).search("do not run rm -rf /srv")
    (ref,) = hits["ref"]
    assert ref in printed and ref not in ran


def test_why_it_cannot_be_opened_tells_no_secret_and_no_place(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    for name in ("vim", "exec"):
        shutil.copytree(root / "fixtures/sessions" / name, folder / name)
    (facts,) = (folder / "vim").rglob("session.json")
    facts.write_text(facts.read_text().replace('"version": 1', '"version": "--password=Tr0ub4dor-Zq77"', 1))
    case = sl.corpus(folder)
    assert "Tr0ub4dor" in str(case.unreadable)
    sl.report(case, tmp_path / "case.html", match="shutdown")
    page = read(tmp_path / "case.html")
    assert "bundle version" in page.section("What was looked at")
    assert "Tr0ub4dor" not in page.source and str(tmp_path) not in page.source
    case.gaps.sl.export(tmp_path / "gaps.csv")
    assert "Tr0ub4dor" not in (tmp_path / "gaps.csv").read_text("utf-8-sig")
