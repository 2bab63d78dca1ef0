"""What is written, byte by byte: videos, pictures, and all that the command line prints into a file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path

import pytest

import sessionlens as sl
from sessionlens.cli import main
from sessionlens.render.ffmpeg import executable

from .twin_sessions import SECRETS, TOKENS, Event, command, key, key_lines, shown

Twins = Callable[..., list[sl.Session]]


def session(i: int) -> list[Event]:
    """A password in a command and a title, a token, a key, all printed too."""
    first = command(f"mysql -u root -p{SECRETS[i]} shop", f"\x1b]0;mysql -p{SECRETS[i]}\x07no\r\n".encode())
    second = command(f"curl https://x?a={TOKENS[i]}", f"user {SECRETS[i]}\r\n".encode(), first[-1][0] + 1)
    at = second[-1][0] + 1
    return [*first, *second, *((t + at, s, d) for t, s, d in shown("\r\n".join(key(i)).encode()))]


def secrets(i: int) -> list[str]:
    """What must not be there, nor a piece of it."""
    lines = [line[:20] for line in key_lines(i)[:-1]]
    return [SECRETS[i], SECRETS[i][:5], SECRETS[i][-5:], TOKENS[i], TOKENS[i][:12], *lines]


def frames(path: Path) -> list[str]:
    """Time and hash of each decoded frame."""
    wanted = [executable(), "-v", "error", "-i", str(path), "-fps_mode", "passthrough", "-f", "framemd5", "-"]
    done = subprocess.run(wanted, capture_output=True, check=True, text=True)
    return [line for line in done.stdout.splitlines() if not line.startswith("#")]


def test_decoded_frames_of_twins_are_the_same(twins: Twins, tmp_path: Path) -> None:
    reports = [s.render(tmp_path / f"{i}.mp4", plain=True) for i, s in enumerate(twins(session))]
    assert frames(tmp_path / "0.mp4") == frames(tmp_path / "1.mp4")
    assert reports[0].masked == reports[1].masked == {"password": 2, "token": 1, "private key": 1}
    assert str(reports[0]).endswith(", 4 places masked: 1 private key, 2 password, 1 token")


def test_without_the_mask_they_are_not(twins: Twins, tmp_path: Path) -> None:
    reports = [s.render(tmp_path / f"{i}.mp4", plain=True, mask=False) for i, s in enumerate(twins(session))]
    assert frames(tmp_path / "0.mp4") != frames(tmp_path / "1.mp4")
    assert str(reports[0]).endswith(", not masked")


def test_chapters_and_tags_have_no_secret(twins: Twins, tmp_path: Path) -> None:
    one, _ = twins(session)
    one.render(tmp_path / "v.mp4", findings=True)
    data = (tmp_path / "v.mp4").read_bytes()
    assert [text for text in secrets(0) if text.encode() in data] == []
    assert b"mysql -u root -p[masked: password] shop" in data
    assert b"4 places masked: 1 private key, 2 password, 1 token" in data, "the comment says so"


def test_a_part_counts_what_it_shows(twins: Twins, tmp_path: Path) -> None:
    one, _ = twins(session)
    report = one.render(tmp_path / "v.mp4", end=float(one.commands["start"][0].total_seconds()) + 0.02)
    assert report.masked == {"password": 1}


def test_pictures_of_twins_are_the_same(twins: Twins, capsys: pytest.CaptureFixture[str]) -> None:
    made = []
    for s in twins(session):
        out = s.path.parent / f"{s.path.name}.png"
        assert main(["screen", str(s.path), "--at", "4", "-o", str(out)]) == 0
        made.append(out.read_bytes())
    assert made[0] == made[1]
    assert "1 place masked: 1 password" in capsys.readouterr().err


ORDERS = """info|info --json|commands|commands --json|commands --csv|commands --jsonl|commands --why high
commands --why 1,2 --json|commands --ran mysql|commands --ran mysql --json|commands --follow
commands --follow --jsonl|events|events --kind input,output,cancelled,erased --json
events --kind input,output --csv|channels --json|search SECRET|search SECRET --json|search SECRET --csv
flags --json|transfers --json|screen --at 4|screen --at 4 --json|verify"""


@pytest.mark.parametrize("order", ORDERS.replace("\n", "|").split("|"))
def test_no_order_prints_a_secret_into_a_file(
    twins: Twins, order: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, _ = twins(session)
    verb, *rest = order.replace("SECRET", SECRETS[0]).split()
    with (tmp_path / "said").open("w", encoding="utf-8") as file, redirect_stdout(file):
        main([verb, str(one.path), *rest])
    said = (tmp_path / "said").read_text("utf-8") + "".join(capsys.readouterr())
    assert said.strip()
    assert [text for text in secrets(0) if text in said] == []


def test_what_another_program_reads_is_exact(twins: Twins) -> None:
    one, _ = twins(session)
    argv = [sys.executable, "-m", "sessionlens", "commands", str(one.path), "--json"]
    told = subprocess.run(argv, capture_output=True, check=True)
    assert f"-p{SECRETS[0]} shop" in json.loads(told.stdout)[0]["command"]


def test_no_mask_and_a_mask_of_ones_own(twins: Twins, capsys: pytest.CaptureFixture[str]) -> None:
    one, _ = twins(session)
    main(["commands", str(one.path), "--json", "--no-mask"])
    assert f"-p{SECRETS[0]} shop" in json.loads(capsys.readouterr().out)[0]["command"]
    main(["commands", str(one.path), "--json", "--no-mask", "--mask", "sho."])
    said = capsys.readouterr()
    assert json.loads(said.out)[0]["command"] == f"mysql -u root -p{SECRETS[0]} [masked: chosen]"
    assert "places masked" in said.err or "place masked" in said.err
    assert main(["commands", str(one.path), "--mask", "("]) == 64
    assert "no regular expression" in capsys.readouterr().err


def test_a_corpus_masks_each_session_by_its_own(twins: Twins) -> None:
    both = twins(session)
    case = sl.corpus(both[0].path.parent)
    table = case.masked(case.commands)
    assert len(table) == len(case.commands) and list(table.index) == list(case.commands.index)
    assert not any(text in said for said in table["command"] for i in (0, 1) for text in secrets(i))
    assert case.commands.sl.masked()["command"].tolist() == table["command"].tolist()
