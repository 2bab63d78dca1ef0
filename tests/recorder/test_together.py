"""What was built apart, in one session: `ssh -J`, rules, sealed input, copies, files listed, sinks, heads."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from sessionlens_recorder.bundle import check
from sessionlens_recorder.sealing import new_identity

import sessionlens
from sessionlens.cli import main

from .conftest import DEADLINE_S, BuildSite, facts
from .test_jump import jump, run
from .test_sinks_site import FILE, lines_of, named

TYPED = b"correct horse battery staple"


def test_everything_at_once(build_site: BuildSite, tmp_path: Path) -> None:
    private, public = new_identity()
    (tmp_path / "input.key").write_text(private)
    recording = f'input_recipients = ["{public}"]\ncopies = "1M"'
    site = build_site(target=FILE).replaced('input = "plain"', recording).start()
    line = jump(site, "cat >/dev/null; echo done")
    before = site.bundles()
    assert run(line, input=TYPED + b"\n").stdout == b"done\n"
    shell = site.sealed(before)

    (tmp_path / "up").write_bytes(b"what goes there")
    before = site.bundles()
    config = ["-F", str(site.folder / "ssh_config"), "-oProxyJump=bastion", line[-3]]
    batch = f"put {tmp_path}/up {tmp_path}/up2\n".encode()
    copied = ["sftp", *config, "-b", "-", "web01"]
    assert subprocess.run(copied, input=batch, timeout=DEADLINE_S, check=True, capture_output=True)
    files = site.sealed(before)
    assert site.stop() == 0

    for bundle in (shell, files):
        assert not check(bundle).problems
        assert facts(bundle)["authentication"]["through_jump"] is True
        assert not [path for path in bundle.rglob("*") if path.is_file() and TYPED in path.read_bytes()]
    (copy,) = files.glob("0.sftp/copy-*")
    assert copy.read_bytes() == b"what goes there"

    told = lines_of(site)
    (transfer,) = named(told, "file-transfer")
    assert transfer["session"] == facts(files)["session"]
    assert transfer["sha256"] == hashlib.sha256(b"what goes there").hexdigest()
    assert all(start["jumped"] for start in named(told, "session-start"))
    assert len(named(told, "jump")) == len(named(told, "session-end")) == 2
    assert {head["bundle"] for head in named(told, "chain-head") if head.get("final")} == {
        shell.name,
        files.name,
    }

    signers, heads = site.folder / "allowed_signers", site.folder / "events.jsonl"
    recordings = str(site.folder / "recordings")
    assert main(["verify", recordings, "--signers", str(signers), "--heads", str(heads)]) == 0
    opened = sessionlens.open(shell, identity=tmp_path / "input.key")
    assert opened.recording.raw("i") == TYPED + b"\n"
    (upload,) = sessionlens.open(files).transfers.query("operation == 'upload'").itertuples()
    assert (upload.path, upload.size) == (f"{tmp_path}/up2", 15)
