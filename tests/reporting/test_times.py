"""When a session began and how long it lasted: what the table `sessions` says, of any format."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import sessionlens as sl
from sessionlens.tables.output import shown

from .reading import read

Maker = Callable[..., Path]


def agree(where: Path, out: Path) -> int:
    """Compares each session of a folder; how many there are."""
    sessions = sl.corpus(where).sessions
    sl.report(where, out, match="cat")
    rows = [text for text in read(out).all("tr") if "lasting" in text or "duration not known" in text]
    for name, start, lasted in sessions[["session", "start_utc", "duration"]].itertuples(index=False):
        (row,) = [text for text in rows if text.startswith(name)]
        assert (shown(start) or "start not known") in row
        assert (f"lasting {shown(lasted)}" if shown(lasted) else "duration not known") in row
    return len(rows)


def test_own_formats(root: Path, shell_session: Maker, tmp_path: Path) -> None:
    folder = shell_session([("ls", "a\n"), ("pwd", "/\n")], "plain").parent
    for name in ("insider", "exec"):
        shutil.copytree(root / "fixtures/sessions" / name, folder / name)
    head = {"version": 2, "width": 80, "height": 24}
    (folder / "a.cast").write_text(f'{json.dumps(head)}\n[12.857, "o", "hello"]\n')
    frames = ((1_512_942_573, 0, b"one"), (1_512_942_615, 65_000, b"two"))
    parts = [struct.pack("<III", second, micro, len(said)) + said for second, micro, said in frames]
    (folder / "b.ttyrec").write_bytes(b"".join(parts))
    out = tmp_path / "out" / "case.html"
    out.parent.mkdir()
    assert agree(folder, out) == 5
    said = read(out).text
    assert "start not known\nlasting 00:00:12.857" in said
    assert "2017-12-10T21:49:33.000Z\nlasting 00:00:42.065" in said


def test_samples_of_others(shared: Path, tmp_path: Path) -> None:
    assert agree(shared / "samples", tmp_path / "case.html") >= 14


def test_what_nobody_knows_is_not_nought(tmp_path: Path) -> None:
    """A bundle whose recorder was killed before anything came has neither an end nor an event."""
    from sessionlens_recorder.bundle import BundleWriter

    writer = BundleWriter.create(tmp_path / "recordings", {"person": "john", "target": {"name": "web01"}})
    writer.seal(lambda manifest: "signature\n", "seal", "nothing came")
    session = sl.open(writer.path)
    session.report(tmp_path / "case.html", match="cat")
    (lasted,) = sl.corpus(writer.path).sessions["duration"]
    said = read(tmp_path / "case.html").section("The sessions")
    assert f"Duration{shown(lasted) or 'not known'}" in said
