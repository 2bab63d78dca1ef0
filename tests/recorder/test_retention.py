"""Old recordings go, with a signed tombstone in their place; what is held, live or damaged stays."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sessionlens_recorder import retention, signing
from sessionlens_recorder.ageing import SEEN
from sessionlens_recorder.bundle import (
    BundleError,
    BundleReadError,
    BundleWriter,
    ClockPair,
    check,
    hold,
    holds_of,
    keeping,
    parse_tombstone,
    read_heads,
    release,
    signature_of,
    tombstone_of,
)
from sessionlens_recorder.cli import main as recorder
from sessionlens_recorder.retention import GOING, Rule, delete_old

from sessionlens.cli import main as lab

from .conftest import BuildSite, make_key, wait_for

LATER = datetime.now(UTC) + timedelta(days=31)
RULE = Rule(30, "bastion1", LATER)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = make_key(tmp_path / "signing")
    line = signing.allowed_signers_line(signing.load_key(path), "bastion1")
    (tmp_path / "allowed_signers").write_text(line)
    return path


Sign = Callable[[bytes], str]


@pytest.fixture
def sign(key: Path) -> Sign:
    return signing.signer(signing.load_key(key))


def record(root: Path, sign: Sign | None) -> Path:
    writer = BundleWriter.create(root, {"person": "john", "target": {"name": "web01"}})
    channel = writer.open_channel("exec", command=b"ls")
    channel.output(b"what it printed\n")
    channel.close()
    if sign is not None:
        writer.seal(sign)
    else:
        writer.release()
    return writer.path


def test_an_old_recording_leaves_a_signed_tombstone(
    tmp_path: Path, sign: Sign, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "recordings"
    bundle, young = record(root, sign), Rule(32, "bastion1", LATER)
    manifest = subprocess.run(["sha256sum", bundle / "MANIFEST"], capture_output=True, check=True, text=True)
    _, heads = read_heads(bundle)
    assert delete_old(root, young, sign) == 0
    assert bundle.is_dir(), "not old enough"
    assert delete_old(root, RULE, sign) == 0
    assert not bundle.exists()
    stone = parse_tombstone(tombstone_of(bundle).read_bytes())
    assert (stone.name, stone.rule, stone.bastion) == (bundle.name, "retention.days = 30", "bastion1")
    assert stone.manifest_sha256 == manifest.stdout.split()[0]
    assert heads[stone.journal_length] == stone.chain
    assert stone.deleted == f"{LATER:%Y-%m-%dT%H:%M:%SZ}"
    assert tombstone_of(bundle).stat().st_mode & 0o777 == 0o600
    told = [
        "ssh-keygen", "-Y", "verify", "-f", tmp_path / "allowed_signers", "-I", "bastion1",
        "-n", "sessionlens", "-s", signature_of(tombstone_of(bundle)),
    ]  # fmt: skip
    with open(tombstone_of(bundle), "rb") as file:
        assert subprocess.run(told, stdin=file, capture_output=True, check=False).returncode == 0
    assert not list((root / GOING).iterdir())
    assert delete_old(root, RULE, sign) == 0, "again: nothing to do"


def test_the_lab_says_deleted_and_not_missing(
    tmp_path: Path, sign: Sign, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "recordings"
    bundle, other = record(root, sign), record(root, sign)
    hold(other, "C-17", "me")
    _, chains = read_heads(bundle)
    heads = tmp_path / "heads.jsonl"
    length = max(chains)
    head = {"event": "chain-head", "bundle": bundle.name, "length": length, "chain": chains[length]}
    heads.write_text(json.dumps(head) + "\n")
    delete_old(root, RULE, sign)
    verify = ["verify", str(root), "--signers", str(tmp_path / "allowed_signers")]
    assert lab(verify) == 0
    out = capsys.readouterr().out
    assert "INTACT" in out
    assert "DELETED" in out
    assert "retention.days = 30" in out
    assert "signed by bastion1" in out
    lab([*verify, "--heads", str(heads)])
    told = capsys.readouterr()
    assert "CANNOT TELL about" not in told.err, "it is not missing"
    assert lab([*verify, "--json"]) == 0
    assert {row["status"] for row in json.loads(capsys.readouterr().out)} == {"INTACT", "DELETED"}
    heads.write_text(json.dumps(head | {"chain": "0" * 64}) + "\n")
    assert lab([*verify, "--heads", str(heads)]) == 1
    assert "it speaks of another recording" in capsys.readouterr().out


@pytest.mark.parametrize("forged", ["changed", "moved", "unsigned", "stranger", "nonsense"])
def test_a_tombstone_that_does_not_hold_is_no_excuse(
    tmp_path: Path, sign: Sign, capsys: pytest.CaptureFixture[str], forged: str
) -> None:
    root = tmp_path / "recordings"
    bundle, other = record(root, sign), record(root, sign)
    hold(other, "C-17", "me")
    if forged == "stranger":
        sign = signing.signer(signing.load_key(make_key(tmp_path / "stranger")))
    delete_old(root, RULE, sign)
    path = tombstone_of(bundle)
    if forged == "changed":
        path.write_text(path.read_text().replace("days = 30", "days = 3"))
    if forged == "moved":
        moved = path.with_name(path.name.replace("john", "jane"))
        signature_of(path).rename(signature_of(moved))
        path.rename(moved)
    if forged == "unsigned":
        signature_of(path).unlink()
    if forged == "nonsense":
        path.write_text("[]")
    assert lab(["verify", str(root), "--signers", str(tmp_path / "allowed_signers")]) == 1
    assert "the tombstone of a deleted recording does not hold" in capsys.readouterr().out


def test_a_folder_with_nothing_but_tombstones(
    tmp_path: Path, sign: Sign, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path / "recordings", sign)
    delete_old(tmp_path / "recordings", RULE, sign)
    assert lab(["verify", str(tmp_path / "recordings")]) == 0
    assert "DELETED" in capsys.readouterr().out


def test_what_is_held_stays_until_each_case_releases_it(
    build_site: BuildSite, sign: Sign, capsys: pytest.CaptureFixture[str]
) -> None:
    site = build_site()
    root, config = site.recordings, ["--config", str(site.folder / "recorder.toml")]
    bundle = record(root, sign)
    assert recorder(["hold", str(bundle), "--case", "C-17", *config]) == 0
    assert recorder(["hold", str(bundle), "--case", "C-18", *config]) == 0
    assert recorder(["hold", str(bundle), "--case", "C-18", *config]) == 0
    assert holds_of(bundle) == ["C-17", "C-18"]
    assert check(bundle).problems == (), "a hold is not in the bundle"
    for case in ("C-17", "C-18"):
        delete_old(root, RULE, sign)
        assert bundle.is_dir()
        assert recorder(["release", str(bundle), "--case", case, *config]) == 0
    assert holds_of(bundle) == []
    assert not list(bundle.parent.glob("*.hold"))
    delete_old(root, RULE, sign)
    assert not bundle.exists()
    assert recorder(["hold", str(bundle), "--case", "C-17", *config]) == 64
    told = capsys.readouterr()
    assert "held for C-17" in told.out
    assert "there is no recording here" in told.err


def test_a_hold_that_cannot_be_read_holds(tmp_path: Path, sign: Sign) -> None:
    bundle = record(tmp_path / "recordings", sign)
    path = bundle.with_name(bundle.name + ".hold")
    path.write_text("{")
    delete_old(tmp_path / "recordings", RULE, sign)
    assert bundle.is_dir()
    with pytest.raises(BundleReadError, match="is not a list of holds"):
        release(bundle, "C-17")


def hold_as_before(bundle: Path, case: str) -> None:
    """Beside a bundle that is not there: as recorders wrote it that had no lock."""
    entry = {"case": case, "utc": "2026-11-27T00:00:00Z", "by": "me"}
    bundle.with_name(bundle.name + ".hold").write_text(json.dumps({"holds": [entry]}))


def test_a_hold_in_the_very_moment_of_the_deletion_is_refused(
    tmp_path: Path, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "recordings"
    bundle, told, real = record(root, sign), list[object](), retention._take_away

    def place() -> None:
        try:
            told.append(hold(bundle, "C-17", "me"))
        except BundleError as error:
            told.append(str(error))

    placing = threading.Thread(target=place)

    def take_away(*given: Path) -> Path:
        placing.start()
        placing.join(0.2)  # it waits for the lock; without one, it would be through
        return real(*given)

    monkeypatch.setattr(retention, "_take_away", take_away)
    delete_old(root, RULE, sign)
    placing.join()
    assert "is being deleted" in str(told), "nobody was told held of what is gone"
    assert not bundle.exists()
    assert holds_of(bundle) == []
    parse_tombstone(tombstone_of(bundle).read_bytes())


def test_two_cases_that_hold_at_once_both_hold(
    tmp_path: Path, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, told, real = record(tmp_path / "recordings", sign), list[bool](), keeping.now
    other = threading.Thread(target=lambda: told.append(hold(bundle, "C-18", "me")))

    def now() -> ClockPair:
        """Between the look at what holds it and the new list."""
        monkeypatch.setattr(keeping, "now", real)
        other.start()
        other.join(0.2)  # it waits for the lock; without one, it would be through
        return real()

    monkeypatch.setattr(keeping, "now", now)
    told.append(hold(bundle, "C-17", "me"))
    other.join()
    assert told == [True, True]
    assert sorted(holds_of(bundle)) == ["C-17", "C-18"]


def test_what_is_held_comes_back_from_an_interrupted_deletion(
    tmp_path: Path, sign: Sign, caplog: pytest.LogCaptureFixture
) -> None:
    root = tmp_path / "recordings"
    bundle = record(root, sign)
    assert interrupted(root, tmp_path / "signing", "rmtree") == 9
    assert not bundle.exists()
    hold_as_before(bundle, "C-17")
    assert delete_old(root, RULE, sign) == 0
    assert check(bundle).state == "sealed"
    assert not tombstone_of(bundle).exists()
    assert not signature_of(tombstone_of(bundle)).exists()


@pytest.mark.parametrize("then", ["held", "kept longer"])
def test_no_tombstone_stays_beside_what_was_not_deleted(tmp_path: Path, sign: Sign, then: str) -> None:
    root = tmp_path / "recordings"
    bundle = record(root, sign)
    assert interrupted(root, tmp_path / "signing", "rename") == 9
    stone = tombstone_of(bundle)
    assert stone.exists()
    if then == "held":
        hold(bundle, "C-17", "me")
    else:
        delete_old(root, Rule(400, "bastion1", LATER), sign)
    assert bundle.is_dir()
    assert not stone.exists()
    assert not signature_of(stone).exists()


@pytest.mark.parametrize("looked", [True, False], ids=["looked before", "never looked"])
def test_a_clock_that_has_leapt_deletes_nothing(
    tmp_path: Path, sign: Sign, looked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    root = tmp_path / "recordings"
    bundle = record(root, sign)
    if looked:
        delete_old(root, Rule(30, "bastion1", datetime.now(UTC)), sign)
    assert delete_old(root, Rule(30, "bastion1", datetime.now(UTC) + timedelta(days=36500)), sign) == 1
    assert bundle.is_dir()
    assert not tombstone_of(bundle).exists()
    (told,) = [entry.getMessage() for entry in caplog.records]
    assert "retention-failed" in told
    assert "touch " in told


def test_a_clock_that_went_back_and_is_right_again_has_not_leapt(tmp_path: Path, sign: Sign) -> None:
    root, now = tmp_path / "recordings", datetime.now(UTC)
    record(root, sign)
    for days in (0, -730, 1):
        assert delete_old(root, Rule(30, "bastion1", now + timedelta(days=days)), sign) == 0


def test_after_a_long_winter_somebody_says_that_the_clock_is_right(tmp_path: Path, sign: Sign) -> None:
    root, late = tmp_path / "recordings", Rule(30, "bastion1", datetime.now(UTC) + timedelta(days=99))
    bundle = record(root, sign)
    assert delete_old(root, late, sign) == 1
    when = late.now.timestamp()
    (root / SEEN).touch()
    os.utime(root / SEEN, (when, when))
    assert delete_old(root, late, sign) == 0
    assert not bundle.exists()


def interrupted(root: Path, key: Path, where: str) -> int:
    """A deletion that is killed in the middle."""
    program = (
        "import os, sys, pathlib, shutil, datetime\n"
        f"{'pathlib.Path' if where == 'rename' else 'shutil'}.{where} = lambda *_: os._exit(9)\n"
        "from sessionlens_recorder import signing, retention\n"
        "sign = signing.signer(signing.load_key(pathlib.Path(sys.argv[2])))\n"
        "now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=31)\n"
        "retention.delete_old(pathlib.Path(sys.argv[1]), retention.Rule(30, 'b', now), sign)\n"
    )
    return subprocess.run([sys.executable, "-c", program, root, key], check=False).returncode


@pytest.mark.parametrize("where", ["rename", "rmtree"])
def test_an_interrupted_deletion_is_finished_by_the_next(tmp_path: Path, sign: Sign, where: str) -> None:
    root = tmp_path / "recordings"
    bundle = record(root, sign)
    assert interrupted(root, tmp_path / "signing", where) == 9
    assert tombstone_of(bundle).exists(), "never deleted without one"
    assert bundle.exists() == (where == "rename")
    assert delete_old(root, RULE, sign) == 0
    assert not bundle.exists()
    assert not list((root / GOING).iterdir())
    parse_tombstone(tombstone_of(bundle).read_bytes())


def test_unsealed_live_and_damaged_recordings_stay(
    tmp_path: Path, sign: Sign, caplog: pytest.LogCaptureFixture
) -> None:
    root = tmp_path / "recordings"
    unsealed, damaged = record(root, None), record(root, sign)
    live = BundleWriter.create(root, {"person": "john"})
    (damaged / "0.exec/out").write_bytes(b"something else")
    assert delete_old(root, RULE, sign) == 1
    assert unsealed.is_dir()
    assert damaged.is_dir()
    assert live.path.is_dir()
    live.release()


def test_serve_deletes_at_its_start_and_says_so(build_site: BuildSite) -> None:
    site = build_site()
    sign = signing.signer(signing.load_key(site.folder / "keys/signing_ed25519"))
    bundle = record(site.recordings, sign)
    site.replaced("[recording]", "[retention]\ndays = 0.000001\n[recording]").start()
    wait_for(lambda: f"recording-deleted bundle={bundle.name}" in site.log(), site.log())
    assert not bundle.exists()
    assert tombstone_of(bundle).exists()


def test_without_retention_it_keeps_and_warns_once_the_disk_fills(build_site: BuildSite) -> None:
    site = build_site()
    bundle = record(site.recordings, None)
    site.replaced("[recording]", '[disk]\nwarn = "0%"\n[recording]').start()
    wait_for(lambda: "retention-unset" in site.log())
    assert "disk-filling" in site.log()
    assert site.log().count("retention-unset") == 1
    assert bundle.is_dir()


def test_a_disk_at_its_reserve_is_told(build_site: BuildSite) -> None:
    site = build_site().replaced("[recording]", '[disk]\nreserve_least = "900000T"\n[recording]').start()
    assert "error disk-short" in site.log()
    assert "which is less than the reserve" in site.log()


def test_below_the_reserve_new_sessions_are_refused_and_running_ones_go_on(build_site: BuildSite) -> None:
    site = build_site().start()
    line = ["ssh", *site.options(), "127.0.0.1", "echo in; cat"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(line, **pipes) as user:  # type: ignore[call-overload]
        assert user.stdout.readline() == b"in\n"
        site.replaced("[recording]", '[disk]\nreserve_least = "900000T"\n[recording]')
        assert site.process is not None
        site.process.send_signal(1)
        wait_for(lambda: "recorder-reloaded" in site.log())
        refused = site.ssh("true")
        assert refused.returncode == 255
        assert b"sessions cannot be recorded at the moment" in refused.stderr
        assert len(site.bundles()) == 1, "nothing was begun"
        user.stdin.write(b"still here\n")
        user.stdin.flush()
        assert user.stdout.readline() == b"still here\n"
        user.stdin.close()
    assert "why=disk-reserve" in site.log()
    wrong = site.ssh("true", key=site.folder / "keys/host_ed25519")
    assert b"cannot be recorded" not in wrong.stderr, "strangers are told nothing"
