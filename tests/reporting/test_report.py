"""A report by its meaning: the answer, the exhibits, what was looked at, and how to check it."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

import sessionlens as sl
from sessionlens.reporting.figures import RATES, WITH_INPUT

from .reading import Reading, read

Maker = Callable[..., Path]
RM = "rm -rf"


@pytest.fixture
def page(insider: sl.Session, signers: Path, tmp_path: Path) -> Reading:
    insider.report(tmp_path / "case.html", match=RM, signers=signers, case="HR 2026/17", made="2026-11-28")
    return read(tmp_path / "case.html")


def test_question_and_answer_are_facts(page: Reading) -> None:
    assert page.all("h1") == ["HR 2026/17"]
    assert "rm -rf" in page.section("Question") and "7c2a45ee" in page.section("Question")
    (answer,) = page.all("div", class_="box")
    assert answer.startswith(
        "FOUND1 command of john starts “rm -rf”, at 2026-11-22T18:15:54.080Z (exhibit 1)."
    )
    assert "1 session (verified: 1 INTACT), 18 commands, 141 lines" in answer
    assert "could not be seen: 2 hidden inputs" in answer


def test_an_exhibit_has_all_that_can_be_checked(page: Reading) -> None:
    (exhibit,) = page.all("article", class_="exhibit")
    assert "Exhibit 1: command 12 of session 7c2a45ee" in exhibit
    for said in ("rm -rf src/payments", "7c2a45ee/0/o:2370-2370", "2026-11-22T18:15:54.080Z", "00:00:19.077"):
        assert said in exhibit
    assert "read from the screen when the shell took the line, and compared with the keystrokes" in exhibit
    assert f"high: of such commands {RATES[WITH_INPUT, 'high', 'screen']}" in exhibit
    assert "not known: the recording does not tell" in exhibit  # the exit code
    assert "It printed nothing." in exhibit
    assert "7c2a45ee/0/o:2368-2368" in exhibit  # the line on the screen is the same place, and no second one


def test_the_picture_is_the_screen_and_so_is_its_text(page: Reading, insider: sl.Session) -> None:
    (source,) = page.attributes("img", "src")
    row = insider.commands.iloc[11]
    screen = insider.at(row["end"])
    picture = Image.open(BytesIO(b64decode(source.removeprefix("data:image/png;base64,")))).convert("RGB")
    assert picture.tobytes() == screen.masked().image(theme="light").tobytes()
    (said,) = page.attributes("img", "alt")
    assert said == screen.text.rstrip("\n")
    assert "deploy@web01:~$ rm -rf src/payments" in said


def test_verification_is_in_words_with_signer_and_manifest(page: Reading, insider: sl.Session) -> None:
    said = page.section("Verification")
    digest = hashlib.sha256((insider.path / "MANIFEST").read_bytes()).hexdigest()
    assert "INTACT" in said and "Sealed by bastion" in said and digest in said
    assert f"SHA-256 of the MANIFEST: {digest}" in page.source.partition("</style>")[0]


def test_who_watched_and_all_commands_are_there(page: Reading, insider: sl.Session) -> None:
    sessions = page.section("The sessions")
    assert "Watched bynobody, or it is not recorded" in sessions and "deploy" in sessions
    appendix = page.section("Appendix")
    assert all(command in appendix for command in insider.commands["command"])
    assert "delete-tree" in page.section("Marks on commands")


def test_structure_is_for_readers_of_any_kind(page: Reading) -> None:
    (lang,) = page.attributes("html", "lang")
    levels = [int(tag[1]) for tag, _, _ in page.found if tag in ("h1", "h2", "h3")]
    assert lang == "en" and levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(page.all("caption")) == len(page.all("table")) > 5
    assert set(page.attributes("th", "scope")) == {"col", "row"} and all(page.all("caption"))
    assert len(page.attributes("th", "scope")) == len(page.all("th"))
    ids = [has["id"] for _, has, _ in page.found if "id" in has]
    assert len(ids) == len(set(ids))
    assert {f"#{name}" for name in ids} >= set(page.attributes("a", "href"))


def test_the_same_input_gives_the_same_bytes(insider: sl.Session, root: Path, tmp_path: Path) -> None:
    one = insider.report(tmp_path / "a.html", match=RM)
    again = insider.report(tmp_path / "b.html", match=RM)  # the session has been asked before
    shutil.copytree(root / "fixtures/sessions/insider", tmp_path / "elsewhere")
    moved = sl.open(tmp_path / "elsewhere").report(tmp_path / "c.html", match=RM)
    assert one.sha256 == again.sha256 == moved.sha256
    assert one.sha256 == hashlib.sha256((tmp_path / "a.html").read_bytes()).hexdigest()
    assert "Made:" not in (tmp_path / "a.html").read_text("utf-8")


def test_the_stock_commands_work_as_printed(page: Reading, insider: sl.Session, signers: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("needs ssh-keygen")
    (script,) = page.all("pre", class_="commands")
    env = {"PATH": "/usr/bin:/bin"}
    folder = insider.path.parent
    script = script.replace("allowed_signers", str(signers))
    done = subprocess.run(
        ["sh", "-e", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (digest,) = re.findall(r"sha256sum MANIFEST +# ([0-9a-f]{64})", script)
    assert f"{digest}  MANIFEST" in done.stdout
    assert 'Good "sessionlens" signature for bastion' in done.stdout


def test_without_signers_nobody_vouches(insider: sl.Session, tmp_path: Path) -> None:
    insider.report(tmp_path / "case.html", match=RM)
    page = read(tmp_path / "case.html")
    assert "signer who was not checked" in page.section("Answer")
    assert "nobody vouches" in page.section("Verification")
    assert "check-novalidate" in page.section("How to check")


def test_what_was_changed_is_damaged(root: Path, signers: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "fixtures/sessions/insider", tmp_path / "copy")
    (bundle,) = (path for path in (tmp_path / "copy").iterdir() if path.is_dir())
    data = bytearray((bundle / "0.shell/out").read_bytes())
    data[data.index(b"Vault open")] ^= 1
    (bundle / "0.shell/out").write_bytes(data)
    made = sl.report(bundle, tmp_path / "case.html", match=RM, signers=signers)
    page = read(tmp_path / "case.html")
    assert "verified: 1 DAMAGED" in page.section("Answer")
    assert "DAMAGED at 0.shell/out, byte" in page.section("Verification")
    assert "tampered" in page.section("Gaps")
    assert made.answer == "FOUND"


def test_a_text_that_a_program_printed_is_an_exhibit_too(shell_session: Maker, tmp_path: Path) -> None:
    shown = "".join(f"line {i}\n" for i in range(30))
    path = shell_session([("cat notes", f"please rm -rf /srv\n{shown}"), ("ls", "")])
    sl.open(path).report(tmp_path / "case.html", match=RM)
    page = read(tmp_path / "case.html")
    assert "No command that could be read starts “rm -rf”, and the text stands in 1 place" in page.section(
        "Ans"
    )
    (exhibit,) = page.all("article", class_="exhibit")
    assert "please rm -rf /srv" in exhibit and "command 1 ran: cat notes" in exhibit
    assert "Its text is not on this screen" in exhibit  # all of it came in one piece, and scrolled away


def test_ran_is_about_commands_alone(shell_session: Maker, tmp_path: Path) -> None:
    session = sl.open(
        shell_session([("cat notes", "please rm -rf /srv\n"), ("rm -r -f /a", ""), ("rm -fr /b", "")])
    )
    made = session.report(tmp_path / "case.html", ran=RM)
    page = read(tmp_path / "case.html")
    assert made.answer == "FOUND" and made.exhibits == 2
    assert page.section("Question").endswith(f"Was “rm -rf” run in session {session.info.session}?")
    assert "2 commands start “rm -rf”" in page.section("Answer") and "lines" not in page.section("Answer")
    made = session.report(tmp_path / "case.html", ran=RM, match="/B")
    page = read(tmp_path / "case.html")
    assert made.exhibits == 1 and "rm -fr /b" in page.all("article")[0]
    assert "1 command with the text “/B” starts “rm -rf”" in page.section("Answer")
    made = session.report(tmp_path / "case.html", ran="please")
    assert made.answer == "NOT FOUND" and made.exhibits == 0
    assert "No command starts “please”." in read(tmp_path / "case.html").section("Answer")


def test_nothing_is_counted_that_is_not_there(plain: Path, insider: sl.Session, tmp_path: Path) -> None:
    insider.report(tmp_path / "a.html", match=RM, person="john")
    sl.report(plain, tmp_path / "b.html", match="shutdown", since="2020-01-01")
    for name in ("a", "b"):
        said = read(tmp_path / f"{name}.html").text
        assert "0 sessions" not in said and "(0 of severity" not in said
        assert not re.search(r"\b0 lines|\b0 file operations", said)
    assert "On request: only person john." in read(tmp_path / "a.html").section("What was looked at")


def test_the_exhibits_follow_the_answer(page: Reading) -> None:
    heads = [text.partition(". ")[2] for text in page.all("h2")]
    assert heads[:5] == ["Question", "Answer", "Exhibits", "What was looked at", "Verification"]


def test_what_was_written_is_safe_in_a_notebook(shell_session: Maker, tmp_path: Path) -> None:
    made = sl.open(shell_session([("ls", "")])).report(tmp_path / "<b>x.html")
    assert "&lt;b&gt;x.html" in made._repr_html_() and "<b>" not in made._repr_html_()
    assert made.sha256 in made._repr_html_()


def test_a_line_that_stood_there_is_in_its_picture(shell_session: Maker, tmp_path: Path) -> None:
    sl.open(shell_session([("cat notes", "please rm -rf /srv\n")])).report(tmp_path / "case.html", match=RM)
    page = read(tmp_path / "case.html")
    assert "please rm -rf /srv" in page.attributes("img", "alt")[0] and "Its text is not" not in page.text


def test_what_is_beyond_the_limit_is_listed(shell_session: Maker, tmp_path: Path) -> None:
    path = shell_session([(f"rm -rf /srv/{name}", "") for name in "abc"])
    made = sl.open(path).report(tmp_path / "case.html", match=RM, limit=1)
    page = read(tmp_path / "case.html")
    assert made.exhibits == len(page.all("article")) == 1
    assert "3 commands start" in page.section("Answer") and "table of 2 further places" in page.section("Ans")
    assert "rm -rf /srv/b" in page.section("Exhibits") and "rm -rf /srv/c" in page.section("Exhibits")


def test_long_texts_are_cut_and_say_how_much(shell_session: Maker, tmp_path: Path) -> None:
    output = "".join(f"row {i}\n" for i in range(100))
    path = shell_session([("rm -rf /srv", output), ("ls", "")])
    sl.open(path).report(tmp_path / "case.html", match=RM)
    (exhibit,) = read(tmp_path / "case.html").all("article")
    assert "row 7\n" in exhibit.replace("row 7Cut", "row 7\nCut") and "row 8" not in exhibit
    left = sum(len(f"row {i}") for i in range(8, 100))
    assert f"Cut: 8 rows are shown, {left} more characters of 100 lines in all are not." in exhibit


def test_without_a_question_the_marked_commands_are_the_exhibits(insider: sl.Session, tmp_path: Path) -> None:
    made = insider.report(tmp_path / "case.html", question="What did he do?\n<b>")
    page = read(tmp_path / "case.html")
    assert made.answer == "ALL COMMANDS ARE LISTED"
    assert made.exhibits == int((insider.commands["marks"] != "").sum()) == len(page.all("article"))
    assert "What did he do?\n<b>" in page.section("Question")


def test_the_zone_stands_beside_utc(insider: sl.Session, tmp_path: Path) -> None:
    with sl.options(tz="Asia/Kolkata"):
        insider.report(tmp_path / "case.html", match=RM)
    (exhibit,) = read(tmp_path / "case.html").all("article")
    assert "2026-11-22T18:15:54.080Z (23:45:54+05:30)" in exhibit


def test_wrong_use_is_refused_before_anything_is_written(insider: sl.Session, tmp_path: Path) -> None:
    there = tmp_path / "case.html"
    there.write_text("mine")
    wrong: list[tuple[Path, dict[str, object]]] = [
        (tmp_path / "case.pdf", {}), (insider.path / "case.html", {}), (there, {"overwrite": False}),
        (there, {"match": " "}), (there, {"limit": -1}), (there, {"since": "soonish"}),
        (there, {"match": "rm '"}), (there, {"ran": " "}), (there, {"ran": "rm '"}),
        (there, {"made": "soonish"}),
    ]  # fmt: skip
    for path, how in wrong:
        with pytest.raises(sl.UsageError):
            insider.report(path, **how)  # type: ignore[arg-type]
    with pytest.raises(sl.UsageError, match="at least one"):
        sl.report([], there)
    with pytest.raises(sl.UsageError, match="a report is of sessions"):
        sl.report([1], there)  # type: ignore[list-item]
    assert there.read_text() == "mine" and list(tmp_path.iterdir()) == [there]
