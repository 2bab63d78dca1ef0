"""Files that passed, told to the sinks: one by one while they are few, and never a flood."""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sessionlens_recorder import logs
from sessionlens_recorder.session.transfers import MOST, Transfers

from .conftest import DEADLINE_S, BuildSite, facts
from .sftp_packets import Fed, FedScp, closing, data, reading, status
from .test_files_openssh import scp, sftp
from .test_sinks_site import FILE, lines_of, named


class Heard(logging.Handler):
    """What a sink would get."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[str, dict[str, Any]]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.events.append(record.told)  # type: ignore[attr-defined]


@pytest.fixture
def heard() -> Iterator[Heard]:
    handler, log = Heard(), logging.getLogger("sessionlens_recorder")
    level = log.level
    logs.tell_also(handler)
    log.setLevel(logging.INFO)
    yield handler
    log.removeHandler(handler)
    log.setLevel(level)


def passed(size: int, path: bytes = b"/f", **more: Any) -> dict[str, Any]:
    told = {"path": path, "direction": "to user", "size": size, "offset": 0, "hashed": size, "sha256": "00"}
    return told | more


def test_each_file_is_an_event(heard: Heard) -> None:
    transfers = Transfers("5e551011", "john", "web01")
    transfers.through("SSH_FX_OK", passed(5))
    transfers.through(None, passed(7, b"/\xff\n", direction="to target", offset=3, hashed=4))
    transfers.tell()
    transfers.tell()
    first, second = heard.events
    common = {"session": "5e551011", "person": "john", "target": "web01", "sha256": "00"}
    assert first == (
        "file-transfer",
        common | {"direction": "to user", "path": "/f", "size": 5, "result": "SSH_FX_OK"},
    )
    assert second[1] == common | {
        "direction": "to target", "path": "/\\xff\n", "size": 7, "offset": 3, "hashed": 4,
    }  # fmt: skip


def test_of_many_files_at_once_the_largest_are_told_and_the_others_counted(heard: Heard) -> None:
    transfers = Transfers("5e551011", "john", "web01")
    sizes = [1] * 500 + [10_000] + [2] * 500
    for size in sizes:
        transfers.through("SSH_FX_OK", passed(size, direction="to user" if size > 1 else "to target"))
    transfers.tell()
    *single, (more, fields) = heard.events
    assert len(single) == MOST
    assert single[0][1]["size"] == 10_000, "in the order in which they passed"
    assert more == "file-transfers-more"
    assert fields["count"] == len(sizes) - MOST
    assert fields["to_target"] + fields["to_user"] + sum(f["size"] for _, f in single) == sum(sizes)
    heard.events.clear()
    transfers.tell()
    assert heard.events == []


def test_followers_tell_of_files_and_of_nothing_else() -> None:
    fed = Fed().greeted().opened(b"H", b"/a")
    fed.user(reading(1, b"H", 0, 3))
    fed.target(data(1, b"abc"))
    fed.user(closing(2, b"H"))
    assert fed.heard == []
    fed.target(status(2))
    fed.opened(b"I", b"/never-read").finish()
    assert fed.heard == [("to user", b"/a", 3, "SSH_FX_OK")]


def test_a_file_that_was_cut_off_is_told_without_a_result() -> None:
    fed = Fed().greeted().opened(b"H", b"/a")
    fed.user(reading(1, b"H", 0, 3))
    fed.target(data(1, b"abc"))
    fed.finish()
    assert fed.heard == [("to user", b"/a", 3, None)]


def test_scp_is_told_in_the_same_way() -> None:
    fed = FedScp()
    fed.target(b"\0")
    fed.user(b"D0755 0 d\n")
    fed.target(b"\0")
    fed.user(b"C0644 3 x\n")
    fed.target(b"\0")
    fed.user(b"abc\0")
    fed.target(b"\0")
    assert fed.heard == [("to target", b"d/x", 3, "ok")]


def test_real_transfers_are_told_to_the_sinks(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site(target=FILE).start()
    (tmp_path / "up").write_bytes(b"what goes there")
    done, bundle = sftp(
        site, f'put {tmp_path}/up "{tmp_path}/up \x1b[2J"\nget {tmp_path}/up {tmp_path}/down\n'
    )
    assert done.returncode == 0, done.stderr
    assert scp(site, "-O", tmp_path / "up", f"127.0.0.1:{tmp_path}/up3")[0].returncode == 0
    assert site.stop() == 0
    told = named(lines_of(site), "file-transfer")
    assert [one["direction"] for one in told] == ["to target", "to user", "to target"]
    assert [one["path"] for one in told] == [f"{tmp_path}/up \x1b[2J", f"{tmp_path}/up", "up"]
    assert {one["sha256"] for one in told} == {hashlib.sha256(b"what goes there").hexdigest()}
    assert {(one["person"], one["target"], one["size"]) for one in told} == {("john", "web01", 15)}
    assert told[0]["session"] == facts(bundle)["session"]
    order = [event["event"] for event in lines_of(site) if event.get("session") == told[0]["session"]]
    assert order.index("file-transfer") < order.index("session-end")
    listed = [json.loads(line) for line in (bundle / "0.sftp/files.jsonl").read_text().splitlines()]
    assert told[0]["sha256"] in [line.get("sha256") for line in listed]
    assert "\x1b" not in site.log()


@pytest.mark.parametrize("over", [b"something else\n", None], ids=["over a file", "a new file"])
def test_an_empty_file_is_a_transfer_too(build_site: BuildSite, tmp_path: Path, over: bytes | None) -> None:
    """OpenSSH's scp opens without truncating, and sets the size to 0 at the end."""
    site = build_site(target=FILE).start()
    (tmp_path / "empty").touch()
    there = [tmp_path / "by-sftp", tmp_path / "by-scp"]
    for path in there:
        if over is not None:
            path.write_bytes(over)
    done, bundle = sftp(site, f"put {tmp_path}/empty {there[0]}\n")
    assert done.returncode == 0, done.stderr
    before = site.bundles()
    line = ["scp", *site.options(), str(tmp_path / "empty"), f"127.0.0.1:{there[1]}"]
    subprocess.run(line, check=True, timeout=DEADLINE_S)
    copied = site.sealed(before)
    if not (copied / "0.sftp").exists():
        pytest.skip("this scp does not speak SFTP")
    assert site.stop() == 0
    told = named(lines_of(site), "file-transfer")
    assert [path.read_bytes() for path in there] == [b"", b""]
    empty = hashlib.sha256(b"").hexdigest()
    expected = [(str(path), "to target", 0, empty, "SSH_FX_OK") for path in there]
    facts_of = ("path", "direction", "size", "sha256", "result")
    assert [tuple(one[name] for name in facts_of) for one in told] == expected
    for folder, path in zip((bundle, copied), there, strict=True):
        lines = [json.loads(line) for line in (folder / "0.sftp/files.jsonl").read_text().splitlines()]
        (line,) = [line for line in lines if line.get("sha256")]
        assert (line["operation"], line["path"]) == ("upload", str(path))
