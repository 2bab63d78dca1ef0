"""What `import sessionlens` costs over a bare interpreter, and what opening a recording costs after that."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 15


def seconds(code: str) -> float:
    """Median wall time of a fresh interpreter that runs `code`."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    bare = seconds("pass")
    rows = [
        ("import sessionlens", seconds("import sessionlens")),
        ("import pandas (for comparison)", seconds("import pandas")),
        ("import sessionlens; sessionlens.open", seconds("import sessionlens; sessionlens.open")),
    ]
    print(f"## Importing\n\nMedian of {RUNS} fresh interpreters; a bare one takes {bare * 1000:.0f} ms.\n")
    print("| what | more than a bare interpreter | ratio to it |\n|---|---|---|")
    for name, value in rows:
        print(f"| `{name}` | {(value - bare) * 1000:.0f} ms | {value / bare:.1f} |")


if __name__ == "__main__":
    main()
