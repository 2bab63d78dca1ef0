"""Stock sftp and scp, and paramiko as a client that pipelines, through a bastion to a stock sshd."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paramiko
import pytest
from sessionlens_recorder.bundle import check

from .conftest import DEADLINE_S, BuildSite, Site, channel, events, stream, wait_for
from .test_faults import process_of, sealed_as

Line = dict[str, Any]


def read(folder: Path, event: str = "result") -> list[Line]:
    lines = [json.loads(line) for line in (folder / "files.jsonl").read_text().splitlines()]
    return [line for line in lines if line["event"] == event]


def one(lines: list[Line], operation: str) -> Line:
    (found,) = [line for line in lines if line["operation"] == operation]
    return found


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def sftp(site: Site, batch: str, *options: str) -> tuple[subprocess.CompletedProcess[bytes], Path]:
    """Run a batch; the answer is how it ended and its sealed bundle, which verifies."""
    before = site.bundles()
    line = ["sftp", *site.options(*options, "-b", "-"), "127.0.0.1"]
    done = subprocess.run(
        line, input=batch.encode(), capture_output=True, timeout=3 * DEADLINE_S, check=False
    )
    bundle = site.sealed(before)
    assert not check(bundle).problems
    return done, bundle


def test_every_operation_of_sftp_is_listed(site: Site, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (tmp_path / "mine").write_bytes(b"content\n")
    done, bundle = sftp(
        site,
        f"""cd {there}
mkdir sub
put {tmp_path}/mine a
chmod 600 a
rename a b
ln b hard
symlink b soft
ls -l
cp b copied
df
-rm missing
rm hard
rm soft
rmdir sub
get b {tmp_path}/back
""",
    )
    assert done.returncode == 0, done.stderr
    folder = channel(bundle, "0.sftp")
    assert not (folder / "out").exists()
    lines = read(folder)
    assert one(lines, "mkdir")["path"] == f"{there}/sub"
    up, down = one(lines, "upload"), one(lines, "download")
    assert up["path"] == f"{there}/a"
    assert up["direction"] == "to target"
    assert down["direction"] == "to user"
    for line in (up, down):
        assert (line["offset"], line["size"], line["hashed"]) == (0, 8, 8)
        assert line["sha256"] == sha256(b"content\n")
        assert line["result"] == "SSH_FX_OK"
        assert 0 < line["began_ns"] < line["t_ns"]
    renamed, linked, symbolic = one(lines, "rename"), one(lines, "hardlink"), one(lines, "symlink")
    assert (renamed["path"], renamed["to"]) == (f"{there}/a", f"{there}/b")
    assert (linked["path"], linked["to"]) == (f"{there}/b", f"{there}/hard")
    assert (symbolic["path"], symbolic["to"]) == (f"{there}/soft", "b")
    assert any(line["attributes"].get("permissions") for line in lines if line["operation"] == "setstat")
    listing = next(line for line in lines if line["operation"] == "readdir" and line["path"] == str(there))
    assert {"b", "hard", "soft", "sub"} <= set(listing["names"])
    removed = {
        line["path"].rpartition("/")[2]: line["result"] for line in lines if line["operation"] == "remove"
    }
    assert removed == {"missing": "SSH_FX_NO_SUCH_FILE", "hard": "SSH_FX_OK", "soft": "SSH_FX_OK"}
    assert one(lines, "rmdir")["result"] == "SSH_FX_OK"
    assert one(lines, "statvfs")["extension"] == "statvfs@openssh.com"
    copied = one(lines, "copy")
    assert (copied["path"], copied["to"]) == (f"{there}/b", f"{there}/copied")
    asked = {line["n"] for line in read(folder, "request")}
    assert asked == {line["n"] for line in lines}, "each has both lines"
    _, greeting = [event for event in events(folder) if event["event"] == "sftp"]
    assert greeting["version"] == 3


@pytest.mark.parametrize(
    "options", [(), ("-R", "200", "-B", "1000"), ("-R", "1", "-B", "200000"), ("-B", "7")]
)
def test_odd_buffers_and_pipelining(site: Site, tmp_path: Path, options: tuple[str, ...]) -> None:
    data = os.urandom(20_011 if "7" in options else 2_000_003)
    (tmp_path / "mine").write_bytes(data)
    done, bundle = sftp(
        site, f"put {tmp_path}/mine {tmp_path}/there\nget {tmp_path}/there {tmp_path}/back\n", *options
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "back").read_bytes() == data
    lines = read(channel(bundle, "0.sftp"))
    for line in (one(lines, "upload"), one(lines, "download")):
        assert (line["size"], line["hashed"], line["sha256"]) == (len(data), len(data), sha256(data))
    assert one(lines, "download")["end_of_file"] is True


def test_resumed_transfers_say_where_they_began(site: Site, tmp_path: Path) -> None:
    data = os.urandom(300_000)
    for name in ("mine", "there"):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "back").write_bytes(data[:100_000])
    (tmp_path / "part").write_bytes(data[:77_777])
    batch = f"reget {tmp_path}/there {tmp_path}/back\nreput {tmp_path}/mine {tmp_path}/part\n"
    done, bundle = sftp(site, batch)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "back").read_bytes() == (tmp_path / "part").read_bytes() == data
    lines = read(channel(bundle, "0.sftp"))
    for line, start in ((one(lines, "download"), 100_000), (one(lines, "upload"), 77_777)):
        assert (line["offset"], line["size"]) == (start, len(data) - start)
        assert line["sha256"] == sha256(data[start:])


@contextmanager
def client(site: Site) -> Iterator[paramiko.SFTPClient]:
    host, _, port = site.targets["web01"].rpartition(":")
    with paramiko.SSHClient() as ssh:
        ssh.load_host_keys(str(site.folder / "known_hosts"))
        ssh.connect(
            host, int(port), "john", key_filename=str(site.key), allow_agent=False, look_for_keys=False,
            timeout=DEADLINE_S,
        )  # fmt: skip
        yield ssh.open_sftp()


def all_asked() -> bool:
    """Whether paramiko's thread that asks ahead is through."""
    return not any("_prefetch_thread" in thread.name for thread in threading.enumerate())


def test_requests_ahead_of_their_answers(site: Site, tmp_path: Path) -> None:
    """paramiko asks for a whole file at once, and for several files over one channel."""
    data = os.urandom(5_000_000)
    (tmp_path / "there").write_bytes(data)
    before = site.bundles()
    with client(site) as files:
        with files.open(f"{tmp_path}/there", "rb") as first, files.open(f"{tmp_path}/there", "rb") as second:
            first.prefetch()
            wait_for(all_asked)  # else paramiko may ask once more for what it has not asked for yet
            second.seek(1000)
            assert second.read(2000) == data[1000:3000]
            assert first.read() == data
        with files.open(f"{tmp_path}/new", "wb") as written:
            written.set_pipelined(True)
            for start in range(0, len(data), 30_000):
                written.write(data[start : start + 30_000])
    lines = read(channel(site.sealed(before), "0.sftp"))
    whole, part = [line for line in lines if line["operation"] == "download"][::-1]
    assert {(line["size"], line["sha256"]) for line in (whole, part)} >= {(len(data), sha256(data))}
    assert one(lines, "upload")["sha256"] == sha256(data)


def test_what_is_not_in_order_says_so(site: Site, tmp_path: Path) -> None:
    before = site.bundles()
    with client(site) as files, files.open(f"{tmp_path}/new", "wb") as written:
        for offset, data in ((0, b"0123"), (100, b"far away"), (4, b"4567"), (0, b"xx")):
            written.seek(offset)
            written.write(data)
    line = one(read(channel(site.sealed(before), "0.sftp")), "upload")
    assert (line["size"], line["hashed"], line["sha256"]) == (18, 8, sha256(b"01234567"))
    assert "byte 0 passed again" in line["unhashed"]


def test_a_name_that_is_not_utf_8_is_kept_exactly(site: Site, tmp_path: Path) -> None:
    before = site.bundles()
    with client(site) as files:
        files.mkdir(os.fsencode(tmp_path) + b"/caf\xe9")
    line = one(read(channel(site.sealed(before), "0.sftp")), "mkdir")
    assert "base64" in line["path"]


def test_a_transfer_that_is_cut_off_is_listed(site: Site, tmp_path: Path) -> None:
    before = site.bundles()
    with client(site) as files:
        written = files.open(f"{tmp_path}/new", "wb")
        written.write(b"abc")
        files.stat(f"{tmp_path}/new")
        files.get_channel().get_transport().close()  # type: ignore[union-attr]
    line = one(read(channel(site.sealed(before), "0.sftp")), "upload")
    assert (line["size"], line["sha256"], line["result"]) == (3, sha256(b"abc"), None)


def test_what_calls_itself_sftp_and_is_not_is_a_stream(site: Site, tmp_path: Path) -> None:
    before = site.bundles()
    site.ssh("-s", "--", "sftp", input=b"\0\0\0\5\1\0\0\0\3echo hello\n")  # sftp-server ends at it
    folder = channel(site.sealed(before), "0.sftp")
    assert stream(folder, "in") == b"echo hello\n"
    (event,) = [event for event in events(folder) if event["event"] == "not-understood"]
    assert event["user_bytes"] == 9


SERVER = Path("/usr/lib/openssh/sftp-server")


@pytest.mark.skipif(not SERVER.exists(), reason="needs sftp-server as a program")
def test_sftp_as_a_command_is_listed_beside_its_stream(site: Site, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"content\n")
    done, bundle = sftp(site, f"put {tmp_path}/mine {tmp_path}/there\n", "-s", str(SERVER))
    assert done.returncode == 0, done.stderr
    folder = channel(bundle, "0.exec")
    assert one(read(folder), "upload")["sha256"] == sha256(b"content\n")
    assert b"content\n" in stream(folder, "in")


def scp(site: Site, *arguments: object) -> tuple[subprocess.CompletedProcess[bytes], Path]:
    before = site.bundles()
    line = ["scp", "-O", *site.options(), *map(str, arguments)]
    done = subprocess.run(line, capture_output=True, timeout=DEADLINE_S, check=False)
    return done, channel(site.sealed(before), "0.exec")


def test_scp_lists_files_and_directories(site: Site, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "big").write_bytes(os.urandom(200_000))
    (tree / "sub" / "empty").touch()
    (tmp_path / "there").mkdir()
    done, folder = scp(site, "-r", "-p", tree, f"127.0.0.1:{tmp_path}/there")
    assert done.returncode == 0, done.stderr
    lines = read(folder)
    assert {(line["operation"], line["path"], line["result"]) for line in lines} == {
        ("mkdir", "tree", "ok"),
        ("mkdir", "tree/sub", "ok"),
        ("upload", "tree/big", "ok"),
        ("upload", "tree/sub/empty", "ok"),
    }
    big = next(line for line in lines if line["path"] == "tree/big")
    assert (big["size"], big["sha256"]) == (200_000, sha256((tree / "big").read_bytes()))
    assert big["attributes"]["mtime"] == int((tree / "big").stat().st_mtime)
    assert (tree / "big").read_bytes() in stream(folder, "in"), "the stream is kept all the same"
    done, folder = scp(site, "-r", f"127.0.0.1:{tmp_path}/there/tree", tmp_path / "back")
    assert done.returncode == 0, done.stderr
    big = next(line for line in read(folder) if line["path"] == "tree/big")
    assert (big["operation"], big["direction"]) == ("download", "to user")
    assert big["sha256"] == sha256((tree / "big").read_bytes())


def test_what_scp_could_not_do(site: Site, tmp_path: Path) -> None:
    (tmp_path / "mine").write_bytes(b"x")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").mkdir()  # a directory stands where the file should go
    done, folder = scp(site, tmp_path / "mine", f"127.0.0.1:{tmp_path}/there")
    assert done.returncode
    line = one(read(folder), "upload")
    assert (line["size"], line["result"]) == (0, "error")
    assert "directory" in line["message"].lower()
    done, folder = scp(site, f"127.0.0.1:{tmp_path}/nothing", tmp_path / "back")
    assert "No such file" in one(read(folder), "message")["message"]


def test_a_command_that_only_looks_like_scp_is_recorded_whole(site: Site) -> None:
    done, bundle = site.record("true scp -t /tmp/x; cat; echo $((40+2))", input=b"rm -rf /tmp/nothing\n")
    assert done.stdout.endswith(b"42\n")
    folder = channel(bundle, "0.exec")
    assert stream(folder, "in") == b"rm -rf /tmp/nothing\n"
    assert not (folder / "files.jsonl").exists()


def test_scp_followed_by_something_else_says_so(site: Site, tmp_path: Path) -> None:
    """`scp -t x; sh`: what comes behind the copy is in the stream, and the listing says where it ends."""
    copied = b"C0644 3 x\nabc\0" + b"echo deceived; exit\n"
    _, bundle = site.record(f"scp -t {tmp_path}/x; sh", input=copied)
    folder = channel(bundle, "0.exec")
    assert stream(folder, "in") == copied


def test_copies_up_to_their_limit(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site().replaced('input = "plain"', 'input = "plain"\ncopies = "10K"').start()
    data = os.urandom(50_000)
    (tmp_path / "small").write_bytes(data[:9_000])
    (tmp_path / "large").write_bytes(data)
    batch = "".join(f"put {tmp_path}/{name} {tmp_path}/{name}2\n" for name in ("small", "large"))
    done, bundle = sftp(site, batch)
    assert done.returncode == 0, done.stderr
    folder = channel(bundle, "0.sftp")
    small, large = [line for line in read(folder) if line["operation"] == "upload"]
    assert (folder / small["copy"]).read_bytes() == data[:9_000]
    assert sha256((folder / small["copy"]).read_bytes()) == small["sha256"]
    assert (folder / large["copy"]).read_bytes() == data[: 10 * 1024]
    assert (large["copied"], large["hashed"]) == (10 * 1024, 50_000)
    assert f"0.sftp/{small['copy']}\n" in (bundle / "MANIFEST").read_text()


def test_tar_over_ssh_is_a_stream(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content of a")
    packed = subprocess.run(["tar", "c", "-C", tmp_path, "a"], capture_output=True, check=True).stdout
    (tmp_path / "there").mkdir()
    _, bundle = site.record(f"tar x -C {tmp_path}/there", input=packed)
    assert (tmp_path / "there" / "a").read_bytes() == b"content of a"
    assert stream(channel(bundle, "0.exec"), "in") == packed
    assert not (bundle / "0.exec" / "files.jsonl").exists()


@pytest.mark.skipif(shutil.which("rsync") is None, reason="needs rsync")
def test_rsync_is_a_stream(site: Site, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(os.urandom(5_000))
    before = site.bundles()
    shell = " ".join(["ssh", *site.options()])
    line = ["rsync", "-e", shell, "-W", "--no-compress", tmp_path / "a", f"127.0.0.1:{tmp_path}/b"]
    subprocess.run(line, check=True, timeout=DEADLINE_S)
    assert (tmp_path / "a").read_bytes() in stream(channel(site.sealed(before), "0.exec"), "in")


NO_SPACE = """
from sessionlens_recorder.bundle import BundleWriteError, ChannelWriter
listed = ChannelWriter.file
def file(self, **fields):
    if fields["operation"] == "remove":
        raise BundleWriteError("cannot write to files.jsonl: No space left on device")
    return listed(self, **fields)
ChannelWriter.file = file
"""


def test_what_cannot_be_listed_does_not_happen(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site().start(sabotage=NO_SPACE)
    (tmp_path / "kept").touch()
    before = site.bundles()
    line = ["sftp", *site.options("-b", "-"), "127.0.0.1"]
    batch = f"rm {tmp_path}/kept\n".encode()
    done = subprocess.run(line, input=batch, capture_output=True, timeout=60, check=False)
    assert done.returncode
    assert (tmp_path / "kept").exists()
    assert b"No space left on device" in done.stderr, "the user reads why"
    bundle = site.sealed(before)
    sealed_as(bundle, "aborted")
    said = [event for event in events(channel(bundle, "0.sftp")) if event["event"] == "message"]
    assert "No space left" in said[-1]["data"]


def test_a_killed_session_keeps_what_was_asked_for(build_site: BuildSite, tmp_path: Path) -> None:
    """What reached the target is on disk before: a recorder that is killed loses no operation."""
    site = build_site().start()
    before = site.bundles()
    with client(site) as files:
        files.mkdir(f"{tmp_path}/sub")
        with files.open(f"{tmp_path}/new", "wb") as written:
            written.write(b"abc")
            (bundle,) = [path for path in site.bundles() if path not in before]
            os.kill(process_of(site), 9)
            sealed = wait_for(lambda: (bundle / "MANIFEST.sig").exists(), "sealed as aborted")
            assert sealed
            _forget(written)
    folder = channel(bundle, "0.sftp")
    assert not [problem for problem in check(bundle).problems if problem.kind != "torn"]
    assert one(read(folder), "mkdir")["result"] == "SSH_FX_OK"
    assert one(read(folder, "request"), "open")["path"] == f"{tmp_path}/new"


def _forget(file: paramiko.SFTPFile) -> None:
    """Its connection is gone, and closing it would say so."""
    file._closed = True
