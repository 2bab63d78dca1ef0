"""Run the benchmarks and write benchmarks/results.md: `python benchmarks/run.py [NAME …]`.

Each bench_NAME.py prints a Markdown table of its own; every figure in it is a ratio to a reference that was
measured in the same run, since machines are shared and noisy. Nothing here is a test.
"""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results.md"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; a failed one leaves the results as they were."""
    scripts = [HERE / f"bench_{name}.py" for name in names] or sorted(HERE.glob("bench_*.py"))
    parts = [head()]
    for script in scripts:
        print(f"== {script.stem}", flush=True)
        done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout)
        if done.returncode:
            return done.returncode
        parts.append(done.stdout.strip())
    if not names:
        RESULTS.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
        print(f"written: {RESULTS.name}")
    return 0


def head() -> str:
    """What was measured where; `nox -s bench` writes it again."""
    today = datetime.datetime.now(datetime.UTC).date()
    return (
        f"# Benchmarks\n\nMeasured on {today} by `nox -s bench`; shared machine, {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}. Read the ratios, not the seconds."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
