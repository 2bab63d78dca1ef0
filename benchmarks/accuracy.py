"""Commands beside what the shells told: ours and two simple methods, on all sessions with truth.

Runs over fixtures/truth/sessions, and over ../shared/truth (data from outside) where that is; writes
benchmarks/accuracy.md. Exit 1 where a threshold does not hold on the shared sessions.

    python benchmarks/accuracy.py [--shared DIR] [--own DIR] [--page FILE]
"""

from __future__ import annotations

import argparse
import sys
from itertools import chain
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from scoring.measure import Measured, measured
from scoring.page import page
from scoring.sessions import sessions
from scoring.thresholds import checks

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Measure, write the page, and say for each threshold whether it holds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared" / "truth")
    parser.add_argument("--own", type=Path, default=ROOT / "fixtures" / "truth" / "sessions")
    parser.add_argument("--page", type=Path, default=ROOT / "benchmarks" / "accuracy.md")
    chosen = parser.parse_args()
    folders: dict[str, list[Measured]] = {}
    for name, folder in (("shared", chosen.shared), ("own", chosen.own)):
        found = sessions(folder)
        if found:
            folders[name] = list(chain.from_iterable(map(measured, found)))
        else:
            print(f"skipped: no sessions in {folder}")
    if not folders:
        return 0
    verdicts = [check for name, group in folders.items() for check in checks(name, group)]
    chosen.page.write_text(page(folders, verdicts), encoding="utf-8")
    print(*verdicts, f"written: {chosen.page.name}", sep="\n")
    return 0 if all(check.holds for check in verdicts if check.folder == "shared") else 1


if __name__ == "__main__":
    sys.exit(main())
