"""Recordings taken out for a case: what is in the file, and that stock tools verify it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from .conftest import BuildSite, Site, wait_for

ENV = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "recorder")}


def export(site: Site, *arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "sessionlens_recorder", "export", *arguments]
    line += ["--config", str(site.folder / "recorder.toml")]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, env=ENV)


def test_an_export_verifies_with_stock_tools_and_is_told(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site()
    file = site.folder / "recorder.toml"
    file.write_text(file.read_text() + '[sinks.file]\ntype = "file"\npath = "told.jsonl"\n')
    site.start()
    bundles = [site.record("--", f"echo {word}")[1] for word in ("one", "two")]
    output = tmp_path / "C-7.zip"
    ids = [bundles[0].name[-8:], bundles[1].name]
    done = export(site, *ids, "--case", "C-7", "--reason", "ticket 9", "-o", str(output))
    assert done.returncode == 0, done.stderr
    digest = hashlib.sha256(output.read_bytes()).hexdigest()
    assert f"2 recordings, sha256 {digest}" in done.stdout
    assert output.stat().st_mode & 0o777 == 0o600
    wait_for(lambda: '"exported"' in (site.folder / "told.jsonl").read_text(), "a sink is told")
    told = [json.loads(line) for line in (site.folder / "told.jsonl").read_text().splitlines()]
    (event,) = (one for one in told if one["event"] == "exported")
    assert (event["case"], event["reason"], event["sha256"]) == ("C-7", "ticket 9", digest)

    with zipfile.ZipFile(output) as archive:
        archive.extractall(tmp_path / "out")
    case = tmp_path / "out/C-7"
    assert subprocess.run(["sha256sum", "--quiet", "-c", "SHA256SUMS"], cwd=case).returncode == 0
    custody = json.loads((case / "CUSTODY.json").read_text())
    assert custody["case"] == "C-7" and custody["reason"] == "ticket 9" and custody["host"] and custody["by"]
    assert [one["state"] for one in custody["recordings"].values()] == ["sealed", "sealed"]
    for bundle in bundles:
        inside = case / "recordings" / bundle.name
        assert subprocess.run(["sha256sum", "--quiet", "-c", "MANIFEST"], cwd=inside).returncode == 0
        line = ["ssh-keygen", "-Y", "verify", "-f", "../../allowed_signers", "-I", "bastion1"]
        line += ["-n", "sessionlens", "-s", "MANIFEST.sig"]
        with (inside / "MANIFEST").open("rb") as manifest:
            verified = subprocess.run(line, cwd=inside, stdin=manifest, capture_output=True, check=False)
        assert verified.returncode == 0, verified

    again = export(site, *ids, "--case", "C-7", "--reason", "ticket 9", "-o", str(output))
    assert again.returncode == 64 and "is there already" in again.stderr
    assert hashlib.sha256(output.read_bytes()).hexdigest() == digest


def test_what_runs_or_is_not_there_is_not_exported(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site().start()
    output = str(tmp_path / "x.zip")
    line = ["ssh", *site.options(), "127.0.0.1", "cat"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        (bundle,) = wait_for(site.bundles, "a session")
        done = export(site, bundle.name[-8:], "--case", "C", "--reason", "r", "-o", output)
        assert done.returncode == 64 and "is live: only what is sealed" in done.stderr
        process.communicate()
    site.sealed([])
    assert "no such recording" in export(site, "0", "--case", "C", "--reason", "r", "-o", output).stderr
    bad = export(site, bundle.name, "--case", "../C", "--reason", "r", "-o", output)
    assert bad.returncode == 64 and "is not a name" in bad.stderr
    assert not list(tmp_path.glob("x.zip*"))


def test_damage_is_exported_and_said(build_site: BuildSite, tmp_path: Path) -> None:
    site = build_site().start()
    _, bundle = site.record("--", "echo one")
    out = bundle / "0.exec/out"
    out.chmod(0o600)
    out.write_bytes(out.read_bytes().replace(b"one", b"two"))
    done = export(site, bundle.name, "--case", "C", "--reason", "r", "-o", str(tmp_path / "x.zip"))
    assert done.returncode == 1 and "DAMAGED: 0.exec/out" in done.stdout
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        custody = json.loads(archive.read("C/CUSTODY.json"))
    assert custody["recordings"][bundle.name]["problems"]
