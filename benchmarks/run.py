"""Run the benchmarks and write benchmarks/results.md, or only the sections of those that are named:
`python benchmarks/run.py [NAME …]`.

Each bench_NAME.py prints a Markdown table of its own; every figure in it is a ratio to a reference that was
measured in the same run, since machines are shared and noisy. Nothing here is a test.
"""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results.md"


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; a failed one leaves the results as they were."""
    scripts = [HERE / f"bench_{name}.py" for name in names] or sorted(HERE.glob("bench_*.py"))
    parts = []
    for script in scripts:
        print(f"== {script.stem}", flush=True)
        done = subprocess.run([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout)
        if done.returncode:
            return done.returncode
        parts.append(done.stdout.strip())
    parts = renewed(RESULTS.read_text(encoding="utf-8"), "\n\n".join(parts)) if names else [head(), *parts]
    RESULTS.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    print(f"written: {RESULTS.name}")
    return 0


def renewed(before: str, measured_now: str) -> list[str]:
    """The sections of results, with these in place of those of the same title, or at the end."""
    new = {title(section): f"{section}\n\n{measured()}" for section in sections(measured_now)}
    kept = [new.pop(title(section), section) for section in sections(before)]
    return [*kept, *new.values()]


def sections(text: str) -> list[str]:
    return [section.strip() for section in re.split(r"\n(?=## )", text)]


def title(section: str) -> str:
    return section.partition("\n")[0]


def head() -> str:
    """What was measured where; `nox -s bench` writes it again."""
    return f"# Benchmarks\n\n{measured()}"


def measured() -> str:
    today = datetime.datetime.now(datetime.UTC).date()
    return (
        f"Measured on {today} by `nox -s bench`; shared machine, {os.cpu_count()} cores, "
        f"{platform.system()}, Python {platform.python_version()}. Read the ratios, not the seconds."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
