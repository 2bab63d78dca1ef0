#!/usr/bin/env python3
"""Damage recordings of every format at random: they open, and verify never says that they hold.

    python tests/fuzz/fuzz_recordings.py --count 100000 --seconds 600 [--seed N] [--start K] [--resume FILE]

Prints what was done; exits 1 at the first failure, with the number of the input. See inputs.py.
"""

from __future__ import annotations

import gzip
import random
import shutil
import struct
import sys
import tempfile
import traceback
from pathlib import Path

import numpy as np
from inputs import Inputs
from sessionlens_recorder.bundle import BundleError, BundleWriter, check, recover

from sessionlens.errors import FormatError
from sessionlens.evidence import verify
from sessionlens.formats import find, open_source
from sessionlens.tables.build import Origin
from sessionlens.tables.transfers import transfers_table

CHUNKS = [
    b"\n",
    b"\0",
    b"O 0.1 5\n",
    b"I 99.9 99999999\n",
    b"S 0.1 SIGWINCH ROWS=9 COLS=9\n",
    b"{}\n",
    b'{"t_ns":',
    b"\xff",
    b"\0" * 24,
    b'[1, "o", "',
    b"\xff\xff\xff\xff",
]


def make(root: Path) -> list[Path]:
    """One recording of each format, and a bundle that was never sealed."""
    writer = BundleWriter.create(root / "sealed", {"person": "john", "target": {"name": "web01"}})
    shell = writer.open_channel("shell", pty={"term": "xterm", "columns": 80, "rows": 24})
    shell.output(b"$ ")
    shell.input(b"ls\r")
    writer.commit()
    shell.stderr(b"oops\r\n")
    shell.resize(100, 30)
    shell.signal("INT")
    shell.output(b"$ ")
    unsealed = root / "unsealed"
    shutil.copytree(writer.path, unsealed)
    shell.close(0)
    files = writer.open_channel("sftp")
    files.file(n=0, event="request", operation="open", path="/f")
    files.file(n=0, event="result", operation="download", path="/f", began_ns=1, result="SSH_FX_OK", size=3)
    files.copy("copy-0", b"abc")
    files.close()
    writer.seal(lambda manifest: "no signature\n")
    advanced = root / "advanced"
    shutil.copytree(writer.path / "0.shell", advanced)
    classic = root / "classic"
    classic.mkdir()
    (classic / "x.typescript").write_bytes(
        b"Script started on 2018-06-07 20:20:58+02:00\nabcdef\nScript done on x\n"
    )
    (classic / "x.timing").write_bytes(b"0.5 2\n0.25 2\n0.125 2\n")
    return [writer.path, unsealed, advanced, classic, *single_files(root)]


def single_files(root: Path) -> list[Path]:
    """Recordings that are one file, each in a folder of its own."""
    events = (
        b'[0.5, "o", "$ "]\n[1.25, "i", "l"]\n[1.5, "r", "90x20"]\n[2e-1, "m", "\\u017c"]\n[3, "x", "1"]\n'
    )
    two = b'{"version": 2, "width": 80, "height": 24, "timestamp": 1509091818}\n' + events
    three = b'{"version": 3, "term": {"cols": 80, "rows": 24}}\n# x\n' + events
    one = b'{"version": 1, "width": 80, "height": 24, "stdout": [[0.5, "$ "], [1, "ls\\r\\n"], [2, "x"]]}'
    shown = [b"$ ", b"ls\r\n", b"\x1b[8;24;80t", b"x" * 30, b"$ "]
    heads = [struct.pack("<III", 1_512_942_573 + n, n * 1_000, len(data)) for n, data in enumerate(shown)]
    plain = b"".join(head + data for head, data in zip(heads, shown, strict=True))
    channels = b"".join(h + bytes([n % 3]) + d for n, (h, d) in enumerate(zip(heads, shown, strict=True)))
    made = {"1.json": one, "2.cast": two, "3.cast": three, "3.cast.gz": gzip.compress(three),
            "1.ttyrec": plain, "3.ttyrec3": channels, "1.ttyrec.gz": gzip.compress(plain)}  # fmt: skip
    for name, raw in made.items():
        (root / name).mkdir()
        (root / name / f"x{name[1:]}").write_bytes(raw)
    return [root / name for name in made]


def damage(rng: random.Random, folder: Path) -> None:
    """One to three changes in files of the folder."""
    for _ in range(rng.randint(1, 3)):
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        file = rng.choice(files)
        raw = file.read_bytes()
        at = rng.randrange(len(raw) + 1)
        choice = rng.random()
        if choice < 0.3:
            raw = raw[:at]
        elif choice < 0.6:
            raw = raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]
        elif choice < 0.8:
            raw = raw[:at] + rng.choice([rng.randbytes(rng.randrange(40)), *CHUNKS]) + raw[at:]
        elif choice < 0.9:
            raw = raw[:at] + raw[at + rng.randrange(1, 40) :]
        elif len(files) > 2:
            file.unlink()
            continue
        file.write_bytes(raw)


def same(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files."""
    names = {path.relative_to(one) for path in one.rglob("*") if path.is_file()}
    if names != {path.relative_to(other) for path in other.rglob("*") if path.is_file()}:
        return False
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in names)


def examine(original: Path, copy: Path) -> None:
    """Everything that reads a recording, on a damaged one."""
    for path in find(copy):
        try:
            source = open_source(path)
        except FormatError as error:  # a version that somebody else will read
            assert "version" in str(error) and "this SessionLens reads" in str(error)
            continue
        list(source.gaps)
        for channel in source.channels:
            transfers_table(Origin.of(source.info, str(path)), channel)
            if channel.recorded:
                recording = channel.load()
                shown = {stream: len(recording.raw(stream)) for stream in "oi"}
                for index in range(len(recording)):
                    recording.data(index)
                assert all(shown[s] <= len(recording.blob(s)) for s in "oi")
                assert (np.diff(recording.t_ns) >= 0).all()
                ends = (recording.offset + recording.size)[recording.stream == ord("o")]
                assert all(recording.place("o", end - 1) >= 0 for end in ends.tolist())
        result = verify(path)
        assert str(result)
        assert result.exit_code != 0 or same(original, copy)
    if (copy / "journal").exists():
        check(copy)
        try:
            recover(copy, None, "fuzz")
        except BundleError:
            return


def main() -> int:
    """See above."""
    inputs = Inputs("recordings", str(__doc__).splitlines()[0])
    with tempfile.TemporaryDirectory() as folder:
        originals = make(Path(folder) / "made")
        copy = Path(folder) / "copy"
        for number in inputs:
            rng = random.Random(f"{inputs.seed}/{number}")
            original = originals[number % len(originals)]
            shutil.copytree(original, copy)
            try:
                damage(rng, copy)
                examine(original, copy)
            except Exception:
                traceback.print_exc()
                print(f"failed at --seed {inputs.seed} --start {number} ({original.name})")
                return 1
            shutil.rmtree(copy)
    print(inputs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
