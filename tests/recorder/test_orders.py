"""Orders at the command line: who gave them, as far as known, is in log and sinks, and in what they leave."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sessionlens_recorder.net import revocation

from .conftest import ME, BuildSite, Site, wait_for

pytestmark = pytest.mark.slow

FILE = '[sinks.file]\ntype = "file"\npath = "told.jsonl"\n'


def order(
    site: Site, *arguments: str, sudo: str | None = None, umask: int = -1
) -> subprocess.CompletedProcess[str]:
    """`sessionlens-recorder …`, as sudo would run it."""
    environment = {name: value for name, value in os.environ.items() if name != "SUDO_USER"}
    line = [sys.executable, "-m", "sessionlens_recorder", *arguments]
    return subprocess.run(
        [*line, "--config", str(site.folder / "recorder.toml")],
        capture_output=True, text=True, check=False, env=environment | ({"SUDO_USER": sudo} if sudo else {}),
        umask=umask,
    )  # fmt: skip


def told(site: Site, event: str) -> dict[str, Any]:
    """What the sink has of it, once it is there."""

    def look() -> list[dict[str, Any]]:
        file = site.folder / "told.jsonl"
        lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [line for line in lines if line["event"] == event]

    return dict(wait_for(look, f"the sink hears of {event}")[-1])


@pytest.fixture
def site(build_site: BuildSite) -> Site:
    site = build_site()
    file = site.folder / "recorder.toml"
    file.write_text(file.read_text() + FILE)
    return site.start()


def test_holds_and_releases_are_told(site: Site) -> None:
    _, bundle = site.record("true")
    done = order(site, "hold", str(bundle), "--case", "C-17", sudo="mary")
    assert done.returncode == 0, done.stderr
    assert "recording-held" in done.stderr
    event = told(site, "recording-held")
    assert (event["bundle"], event["case"]) == (bundle.name, "C-17")
    assert (event["by"], event["unix_user"], event["sudo_user"]) == ("mary", ME, "mary")
    kept = json.loads(bundle.with_name(bundle.name + ".hold").read_text())
    assert [one["by"] for one in kept["holds"]] == [f"mary (as {ME})"]
    again = order(site, "hold", str(bundle), "--case", "C-17")
    assert "was held for C-17 already" in again.stdout
    assert "recording-held" not in again.stderr, "nothing happened"
    assert order(site, "release", str(bundle), "--case", "C-17", "--by", "Jo Ng, legal").returncode == 0
    event = told(site, "recording-released")
    assert (event["by"], event["unix_user"]) == ("Jo Ng, legal", ME)
    assert "sudo_user" not in event


def test_revoking_and_its_undoing_are_told(site: Site) -> None:
    assert order(site, "revoke", "john", "--reason", "left", sudo="mary").returncode == 0
    event = told(site, "person-revoked")
    assert (event["person"], event["by"], event["reason"]) == ("john", "mary", "left")
    assert order(site, "revoke", "john", "--undo", "--by", "jo", sudo="mary").returncode == 0
    event = told(site, "person-restored")
    assert (event["by"], event["sudo_user"], event["unix_user"]) == ("jo", "mary", ME), "all that is known"
    assert "person-restored" not in order(site, "revoke", "john", "--undo").stderr, "nothing happened"


def test_an_export_names_the_person(site: Site, tmp_path: Path) -> None:
    _, bundle = site.record("true")
    line = ["export", bundle.name, "--case", "C", "--reason", "r"]
    assert order(site, *line, "-o", str(tmp_path / "a.zip"), sudo="mary").returncode == 0
    assert (told(site, "exported")["by"], told(site, "exported")["unix_user"]) == ("mary", ME)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        custody = json.loads(archive.read("C/CUSTODY.json"))
    assert (custody["by"], custody["unix_user"], custody["sudo_user"]) == ("mary", ME, "mary")
    bad = order(site, *line, "-o", str(tmp_path / "b.zip"), "--by", "x\x1b[2J")
    assert bad.returncode == 64
    assert "--by has to be a name" in bad.stderr
    assert not (tmp_path / "b.zip").exists()


@pytest.mark.parametrize("queue", ["there", "not yet", "not yet, nor what is around it"])
def test_what_root_makes_is_the_recorders(build_site: BuildSite, queue: str) -> None:
    """An order by sudo may make the queue or a segment of it, the list of the revoked, or the file of a sink:
    the recorder has to go on with them, whatever root's umask.
    """
    if os.getuid():
        pytest.skip("needs root")
    site = build_site()
    file = site.folder / "recorder.toml"
    file.write_text(file.read_text() + FILE)
    spool = site.folder / ("var/lib/queue" if "around" in queue else "spool")
    file.write_text(f'{file.read_text()}[spool]\nfolder = "{spool.relative_to(site.folder)}"\n')
    if queue == "there":
        spool.mkdir()
    shutil.rmtree(site.recordings, ignore_errors=True)
    for path in (site.folder, *site.folder.rglob("*")):
        os.chown(path, 65534, 65534)
    assert order(site, "revoke", "john", umask=0o077).returncode == 0
    assert order(site, "sinks", "--test", umask=0o077).returncode == 0
    assert order(site, "check", umask=0o077).returncode == 0
    assert (site.folder / "revoked_people").exists() and list(spool.glob("*.jsonl"))
    roots = [path for path in site.folder.rglob("*") if path.stat().st_uid != 65534]
    assert roots == []


def test_revoking_says_what_ends_and_who_is_unknown(site: Site) -> None:
    unknown = order(site, "revoke", "jhon")
    assert unknown.returncode == 1
    assert "no session of theirs runs" in unknown.stdout
    assert "but NO SUCH USER is configured, did you mean john?" in unknown.stdout
    assert (site.folder / "revoked_people").read_text().startswith("jhon "), "it is done all the same"
    assert order(site, "revoke", "jhon", "--undo").returncode == 0
    line = ["ssh", *site.options(), "127.0.0.1", "echo in; cat"]
    client = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert client.stdout is not None and client.stdout.readline() == b"in\n"
    known = order(site, "revoke", "john")
    assert (known.returncode, "1 running session of theirs ends now" in known.stdout) == (0, True)
    client.communicate()
    site.sealed([])
    site.stop()
    again = order(site, "revoke", "john")
    assert "was on the list already; no recorder says whether sessions run" in again.stdout


def test_holds_take_ids_and_are_listed(site: Site) -> None:
    _, bundle = site.record("true")
    assert order(site, "holds").stdout == "no recording is held\n"
    for case in ("C-1", "C-2"):
        done = order(site, "hold", bundle.name[-8:], "--case", case)
        assert (done.returncode, done.stdout) == (0, f"{bundle.name[-8:]}: held for {case}\n")
    assert order(site, "holds").stdout == f"{bundle.name}: C-1, C-2\n"
    assert order(site, "release", bundle.name, "--case", "C-1").returncode == 0
    assert order(site, "holds").stdout == f"{bundle.name}: C-2\n"
    missing = order(site, "hold", "00000000", "--case", "C-1")
    assert (missing.returncode, "00000000: there is no such recording" in missing.stderr) == (64, True)


def test_an_order_counts_though_the_queue_cannot_be_opened(site: Site) -> None:
    site.stop()
    queue = site.folder / "spool"
    shutil.rmtree(queue)
    queue.symlink_to(site.folder / "not-mounted")
    done = order(site, "revoke", "john")
    assert done.returncode != 0
    assert "it is done, but the sinks could not be told" in done.stderr
    assert (site.folder / "revoked_people").read_text().startswith("john ")


def test_who_holds_the_folder_of_the_list_delays_a_revocation_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(revocation, "LOCK_S", 0.2)
    descriptor = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        assert revocation.revoke(tmp_path / "people", "john", "left")
    finally:
        os.close(descriptor)
