"""The commands of long sessions: the time to find them beside the time to build timeline and trace.

Each session is made in memory (long_session.py) and read in a process of its own, for its peak memory.

    python benchmarks/bench_commands.py                    50,000 commands in 100 MB; other kinds a fifth
    python benchmarks/bench_commands.py --commands 2000    smaller
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from long_session import long_session  # a file beside this script

from sessionlens.commands import extract
from sessionlens.terminal import replay

COMMANDS, OUTPUT = 50_000, 2_000  # bytes of output a command
KINDS = {  # whether the shell edits its line, whether input was kept, and what share of the commands
    "bash": (True, True, 1.0),
    "bash, output only": (True, False, 0.2),
    "dash": (False, True, 0.2),
    "dash, output only": (False, False, 0.2),
}
ABOUT = """## Commands

Sessions of typed commands, each with 0 to 20 kB of output: keys and their echo, a prompt with clock and
directory, completion, history, pagers. `ratio` is the time to find the commands ÷ the time to build the
timeline (`replay`) in the same process, both as the processor's time, since the machine is shared; memory is
the peak of that process after the one, then after the other, the recording included.

| session | commands | MB | events | timeline s | commands s | ratio | peak MB | then |"""


def main() -> int:
    """Print the table, a process a row."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--commands", type=int, default=COMMANDS)
    parser.add_argument("--kind", choices=KINDS, help="only the row of this kind, in this process")
    chosen = parser.parse_args()
    if chosen.kind:
        print(row(chosen.kind, chosen.commands))
        return 0
    print(ABOUT)
    print("|---" * 9 + "|")
    for kind, (_, _, share) in KINDS.items():
        size = str(max(round(chosen.commands * share), 1))
        command = [sys.executable, __file__, "--kind", kind, "--commands", size]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            return done.returncode
        print(done.stdout.strip(), flush=True)
    return 0


def row(kind: str, commands: int) -> str:
    """One line of the table; every command must be found."""
    edits, inputs, _ = KINDS[kind]
    recording = long_session(commands, commands * OUTPUT, edits=edits, inputs=inputs)
    start = time.process_time()
    done = replay(recording)
    built, built_peak = time.process_time() - start, peak()
    start = time.process_time()
    found = extract(recording, done).commands
    took = time.process_time() - start
    if len(found) != commands:
        raise SystemExit(f"{kind}: {len(found)} commands found of {commands}")
    return (
        f"| {kind} | {commands:,} | {len(recording.blob('o')) / 1e6:.1f} | {len(recording):,} "
        f"| {built:.1f} | {took:.1f} | {took / built:.2f} | {built_peak:.0f} | {peak():.0f} |"
    )


def peak() -> float:
    """MB of this process at most so far."""
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    sys.exit(main())
