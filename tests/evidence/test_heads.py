"""Chain heads that were told elsewhere: a bundle that was written anew, even with the real key, is found."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sessionlens_recorder.bundle import BundleWriter, recover

from sessionlens.cli import main
from sessionlens.errors import NotFoundError, UsageError
from sessionlens.evidence import verify

from .test_verify import make_key, signer

ONE_KEY: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def key(tmp_path: Path) -> None:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    ONE_KEY["sign"] = signer(make_key(tmp_path))


def told(writer: BundleWriter, **more: object) -> dict[str, object]:
    length, chain = writer.head
    head = {"utc": "2026-11-22T09:14:03.000000Z", "event": "chain-head", "bundle": writer.name}
    return {**head, "length": length, "chain": chain, **more}


def record(root: Path, text: bytes = b"hello\r\n", seal: bool = True) -> tuple[Path, list[dict[str, object]]]:
    """A bundle, and the heads that were told: after the start, in the midst, at the end."""
    writer = BundleWriter.create(root / "recordings", {"person": "john", "target": {"name": "web01"}})
    heads = [told(writer)]
    channel = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
    channel.output(text)
    writer.commit()
    heads.append(told(writer))
    channel.output(b"world\r\n")
    channel.close(0)
    if seal:
        writer.seal(ONE_KEY["sign"])
        heads.append(told(writer, final=True))
    else:
        writer.commit()
        writer.release()
    return writer.path, heads


def kept(folder: Path, *heads: dict[str, object]) -> Path:
    path = folder / "heads.jsonl"
    path.write_text("".join(json.dumps(head) + "\n" for head in ({"event": "session-start"}, *heads)))
    return path


def test_a_bundle_that_was_left_alone_holds(tmp_path: Path) -> None:
    path, heads = record(tmp_path)
    result = verify(path, heads=kept(tmp_path, *heads))
    assert result.status == "INTACT"
    assert result.notes[-1].endswith("3 chain heads agree with it, to its end.")
    result = verify(path, heads=kept(tmp_path, *heads[:2]))
    assert f"2 chain heads agree with it, to byte {heads[1]['length']} of " in result.notes[-1]
    for envelope in ("event", "result"):
        file = kept(tmp_path, *({envelope: head, "time": 1} for head in heads))
        assert verify(path, heads=file).status == "INTACT", "as a collector exports it"


def test_a_head_that_came_twice_counts_once(tmp_path: Path) -> None:
    path, heads = record(tmp_path)
    result = verify(path, heads=kept(tmp_path, *heads, heads[2], heads[0]))
    assert result.notes[-1].endswith("3 chain heads agree with it, to its end.")


def test_stock_tools_find_a_head(tmp_path: Path) -> None:
    """As docs/recording-format.md says."""
    path, heads = record(tmp_path)
    for head in heads:
        line = f'head -c {head["length"]} journal | tail -n 1 | grep -q " {head["chain"]}$"'
        assert subprocess.run(["sh", "-c", line], cwd=path, check=False).returncode == 0
    wrong = line.replace(str(heads[-1]["chain"]), "0" * 64)
    assert subprocess.run(["sh", "-c", wrong], cwd=path, check=False).returncode == 1


def test_a_bundle_that_was_written_anew_differs(tmp_path: Path) -> None:
    """The bastion's root has the key: seal and hashes hold, and only the heads betray it."""
    _, heads = record(tmp_path)
    forged, _ = record(tmp_path / "other", text=b"nothing to see here\r\n")
    file = kept(tmp_path, *({**head, "bundle": forged.name} for head in heads))
    assert verify(forged).status == "INTACT"
    result = verify(forged, heads=file)
    assert (result.status, result.exit_code) == ("DAMAGED", 1)
    assert "not the one that was told of while it was recorded" in result.summary
    assert result.problems[0].kind == "heads"
    assert "(line 2 of the heads)" in result.problems[0].text


def test_a_tail_that_was_cut_or_replaced_differs_since_the_last_head_that_holds(tmp_path: Path) -> None:
    path, heads = record(tmp_path, seal=False)
    writer_end = {**heads[1], "length": int(str(heads[1]["length"])) + 5000, "chain": "f" * 64}
    recover(path, ONE_KEY["sign"], "a power failure, says root")
    result = verify(path, heads=kept(tmp_path, *heads, writer_end))
    assert result.status == "DAMAGED"
    assert result.problems[0].offset == heads[1]["length"]
    assert "it ends at byte" in result.problems[0].text
    assert verify(path, heads=kept(tmp_path, *heads)).status == "INTACT", "without it, root may be right"


def test_lines_after_the_end_that_was_told(tmp_path: Path) -> None:
    path, heads = record(tmp_path)
    early_end = {**heads[1], "final": True}
    result = verify(path, heads=kept(tmp_path, heads[0], early_end))
    assert result.status == "DAMAGED"
    assert "follow after what was told to be its end" in result.problems[0].text


def test_a_bundle_that_nobody_told_of_cannot_be_told(tmp_path: Path) -> None:
    _, heads = record(tmp_path)
    other, _ = record(tmp_path)
    result = verify(other, heads=kept(tmp_path, *heads))
    assert (result.status, result.exit_code) == ("CANNOT TELL", 2)
    assert "no chain head of it" in result.summary


def test_damage_is_damage_with_heads_too(tmp_path: Path) -> None:
    path, heads = record(tmp_path)
    journal = bytearray((path / "journal").read_bytes())
    journal[-30] ^= 1
    (path / "journal").write_bytes(journal)
    result = verify(path, heads=kept(tmp_path, *heads))
    assert result.status == "DAMAGED"
    assert {"tampered", "heads"} <= {problem.kind for problem in result.problems}
    (path / "journal").unlink()
    result = verify(path, heads=kept(tmp_path, *heads))
    assert {"missing", "heads"} <= {problem.kind for problem in result.problems}


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, heads = record(tmp_path)
    gone, more = record(tmp_path)
    file = kept(tmp_path, *heads, *more)
    assert main(["verify", str(path), "--heads", str(file)]) == 0
    assert "3 chain heads agree" in capsys.readouterr().out
    assert main(["verify", str(tmp_path / "recordings"), "--heads", str(file)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("2 recordings: 2 INTACT; signer not checked: ")
    shutil.rmtree(gone)
    (path.parent / "empty").mkdir()
    assert main(["verify", str(tmp_path / "recordings"), "--heads", str(file)]) == 2
    assert f"CANNOT TELL about 1 recording that chain heads tell of, not below {tmp_path}" in (
        capsys.readouterr().err
    )


def test_a_file_that_holds_no_heads(tmp_path: Path) -> None:
    path, _ = record(tmp_path)
    with pytest.raises(NotFoundError):
        verify(path, heads=tmp_path / "nowhere")
    junk = tmp_path / "junk"
    junk.write_bytes(
        b'chain-head\n{"event":"chain-head"}\n{"event":"chain-head","bundle":1,"length":true}\n\xff'
    )
    with pytest.raises(UsageError, match="no chain-head in it"):
        verify(path, heads=junk)
