"""The whole demo once, at a prompt that was drawn a moment ago, and what a user may rely on afterwards."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import string
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

import sessionlens as sl
from sessionlens.cli import main as command_line
from sessionlens.demo import DemoError, DemoResult, run_demo
from sessionlens.demo.dropbox import dropbox
from sessionlens.demo.insider import ARCHIVE, prompt_pattern, upload
from sessionlens.errors import UsageError
from sessionlens.render.ffmpeg import executable

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(300)]


def draw_prompt() -> str:
    name = "".join(random.choices(string.ascii_letters + string.digits, k=random.randint(2, 9)))
    where = random.choice(["", ":\\w", " \\w", "@web"])
    return name + where + random.choice(["$ ", "> ", "# ", "% ", " >> "])


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    prompt = draw_prompt()
    said: list[str] = []
    result = run_demo(
        tmp_path_factory.mktemp("demo") / "out", say=said.append, seed=1, prompt=prompt, pace=0.2
    )
    print(f"the prompt was {prompt!r}; it said:", *said, sep="\n")  # shown when a test fails
    (result.out.parent / "said").write_text("\n".join(said), encoding="utf-8")
    return result


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert command_line(arguments) == 0
    return capsys.readouterr().out


def test_every_command_that_was_typed_is_listed_exactly(
    demo: DemoResult, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = json.loads(printed(capsys, "commands", str(demo.out), "--json"))
    assert [row["command"] for row in listed] == list(demo.typed)
    assert {"n", "ref", "start", "end", "start_utc", "context", "kind", "exit_code", "source"} <= set(
        listed[0]
    )
    assert all(row["start"] <= later["start"] for row, later in pairwise(listed))


def test_a_cancelled_line_is_an_event_and_no_command(demo: DemoResult) -> None:
    events = sl.open(demo.bundle).events
    assert list(events[events["kind"] == "cancelled"]["text"]) == list(demo.cancelled)


def test_no_password_is_anywhere(demo: DemoResult, capsys: pytest.CaptureFixture[str]) -> None:
    session = sl.open(demo.bundle)
    tables = (session.commands, session.events, session.lines, session.findings, session.channels)
    texts = [table.to_csv() + table.to_html() + repr(table) for table in tables]
    texts += [
        repr(session),
        session._repr_html_(),
        repr(session.search("a")),
        str(demo.verification),
        repr(demo),
    ]
    for verb in ("commands", "info"):
        texts += [printed(capsys, verb, str(demo.out), *form) for form in ([], ["--json"])]
    texts.append((demo.out.parent / "said").read_text(encoding="utf-8"))
    texts += [demo.video.read_bytes().decode("latin-1"), demo.moment.read_bytes().decode("latin-1")]
    assert len(demo.secrets) == 2
    for secret in demo.secrets:
        assert not any(secret in text for text in texts)
        assert secret.encode() in session.recording.raw("i"), "the recording itself has it"


def test_it_leaves_one_verifiable_bundle_and_what_it_said(demo: DemoResult) -> None:
    assert sorted(path.name for path in demo.out.iterdir()) == [
        "allowed_signers",
        "evidence.mp4",
        "evidence.mp4.json",
        "evidence.vtt",
        "moment.png",
        "recordings",
    ]
    assert [path.parent for path in (demo.out / "recordings").rglob("MANIFEST")] == [demo.bundle]
    assert demo.verification.status == "INTACT"
    assert sl.verify(demo.bundle, demo.allowed_signers).exit_code == 0
    said = (demo.out.parent / "said").read_text(encoding="utf-8")
    for name in ("evidence.mp4", "moment.png", "allowed_signers", "sessionlens", "scriptreplay", "rm -rf"):
        assert name in said


@pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs ssh-keygen")
def test_the_last_lines_it_prints_work_with_stock_tools(demo: DemoResult) -> None:
    said = (demo.out.parent / "said").read_text(encoding="utf-8")
    lines = [line.strip() for line in said.partition("know nothing")[2].splitlines()[1:]]
    tools = [line for line in lines if not line.startswith("scriptreplay") or shutil.which("scriptreplay")]
    script = "\n".join(["set -e", *(f"{t} -d 1000" if t.startswith("scriptreplay") else t for t in tools)])
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'Good "sessionlens" signature' in done.stdout


def test_the_video_has_a_chapter_for_each_command(demo: DemoResult) -> None:
    told = subprocess.run(
        [executable(), "-v", "error", "-i", str(demo.video), "-f", "ffmetadata", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    titles = re.findall(r"\[CHAPTER\](?:\n\w+=.*)*?\ntitle=(.*)", told)
    assert [title.removeprefix("≈ ").replace("\\", "") for title in titles] == list(demo.typed)


def test_the_deeds_are_marked(demo: DemoResult) -> None:
    marked = {row.command: row.marks for row in demo.commands.itertuples() if row.marks}
    for deed in ("rm -rf src/payments", "history -c", "touch -d 2026-03-02T08:30:00 notes.txt src"):
        assert deed in marked
    assert not {"ls", "ls -l", "cd", "exit"} & set(marked)


def test_what_was_sent_out_arrived(demo: DemoResult) -> None:
    if shutil.which("curl") is None:
        pytest.skip("needs curl: without it nothing answers")
    sent = demo.commands[demo.commands["marks"] == "send-out"]
    assert [
        re.fullmatch(r"\d+ bytes stored", text.split("\n")[0]) is not None for text in sent["output"]
    ] == [True] * 2


def test_a_second_run_refuses_and_changes_nothing(demo: DemoResult) -> None:
    before = {path: path.stat().st_mtime_ns for path in demo.out.rglob("*")}
    with pytest.raises(UsageError, match=r"never overwritten.*--out"):
        run_demo(demo.out)
    assert {path: path.stat().st_mtime_ns for path in demo.out.rglob("*")} == before


def test_it_says_what_it_misses_before_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DemoError, match="needs bash and tar"):
        run_demo(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_interrupted_it_leaves_nothing_behind(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    demo = subprocess.Popen(
        [sys.executable, "-m", "sessionlens", "demo", "--out", str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
        process_group=0,
    )
    deadline = time.monotonic() + 60
    while not [*tmp_path.glob("sessionlens-demo-*/recordings/*/*/*/*/0.shell/in")]:
        assert time.monotonic() < deadline and demo.poll() is None, demo.communicate()
        time.sleep(0.02)
    demo.send_signal(signal.SIGINT)
    told = demo.communicate(timeout=60)
    assert demo.returncode == 130, told
    assert [*tmp_path.iterdir()] == []
    assert "Traceback" not in told[1]
    assert not processes_that_mention(tmp_path)


def processes_that_mention(path: Path) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(path) in line]


def test_prompts_are_recognised_as_bash_draws_them() -> None:
    pattern = prompt_pattern(r"deploy@web01:\w$ ")
    assert pattern.fullmatch("deploy@web01:~/src/payments$ ")
    assert not pattern.fullmatch("deploy@web01:~/src/payments$ ls")
    assert prompt_pattern(r"(x) \u@\h \$ ").fullmatch("(x) john@web01 # ")


@pytest.mark.parametrize("there", ["curl", ""])
def test_the_upload_uses_what_is_there_and_arrives(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if there and shutil.which(there) is None:
        pytest.skip(f"needs {there}")
    monkeypatch.setattr(shutil, "which", lambda name: name if name == there else None)
    (tmp_path / ARCHIVE).write_bytes(b"x" * 100_000)
    with dropbox() as port:
        command = upload(port)
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=30, check=True
        )
    assert command.startswith("curl " if there else "cat ") and "127.0.0.1" in command
    assert (done.stdout, done.stderr) == ("100000 bytes stored\n" if there else "", "")
