"""How many ways to write "delete this tree" `ran` and the marks find; `main()` writes ways.md.

The ways, and the lines that only look like one, are in ways.toml; tests/detect/test_ways.py holds each of
them to what it says there.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from sessionlens.detect import marks_of, ran

HERE = Path(__file__).resolve().parent
DELETES = frozenset({"delete-tree", "delete-found", "wipe", "empty-file"})
HEAD = """# Ways to write "delete this tree"

Made by `nox -s accuracy` (`benchmarks/ways.py`) from `benchmarks/ways.toml`. `ran` was asked for the words in
its column; a mark is one of {marks}.
The lists were at hand while this was built: expect less of others
([0046](../docs/decisions/0046-what-a-line-says-without-running-it.md) has lines of others, at first sight).
"""


@dataclass(frozen=True, slots=True)
class Way:
    """A line that deletes the tree, what `ran` must find in it, and why it is missed if it is."""

    group: str
    line: str
    words: tuple[str, ...]
    missed: str = ""

    @property
    def ran(self) -> bool:
        return ran(self.line, *(self.words or ("rm", "-r")))

    @property
    def marked(self) -> bool:
        return bool(marks(self.line) & DELETES)


def marks(line: str) -> set[str]:
    """The names of its marks."""
    return {mark.name for mark in marks_of(line)}


def load() -> tuple[list[Way], list[tuple[str, str]]]:
    """The ways, and (group, line) of the look-alikes."""
    data = tomllib.loads((HERE / "ways.toml").read_text("utf-8"))
    ways = [Way(each["name"], line, tuple(each["ran"])) for each in data["ways"] for line in each["found"]]
    missed = [
        Way(each["name"], line, tuple(each["ran"]), why)
        for each in data["ways"]
        for line, why in each.get("missed", [])
    ]
    return ways + missed, [(each["name"], line) for each in data["alike"] for line in each["lines"]]


def report(ways: list[Way], alike: list[tuple[str, str]]) -> str:
    """The page."""
    parts = [HEAD.format(marks=", ".join(f"`{name}`" for name in sorted(DELETES)))]
    parts.append(table(["how", "asked", "ways", "`ran`", "marks", "either"], [*by_group(ways)]))
    parts.append("Missed, and why:\n")
    rows = [[code(way.line), way.missed] for way in ways if not (way.ran or way.marked)]
    parts.append(table(["line", "why"], rows))
    parts.append(
        'Lines that only look like it (`ran` was asked for `rm -r`, "found" is by `ran` or a mark):\n'
    )
    parts.append(table(["what", "lines", "found", "share"], [*alike_rows(alike)]))
    return "\n".join(parts)


def by_group(ways: list[Way]) -> list[list[str]]:
    """A row a group, and one for all."""
    groups = dict.fromkeys(way.group for way in ways)
    rows = []
    for name in [*groups, ""]:
        own = [way for way in ways if name in (way.group, "")]
        asked = code(" ".join(own[0].words)) if name and own[0].words else "" if not name else "–"
        of_rm = [way for way in own if way.words]
        found = sum(way.ran for way in of_rm)
        rows.append(
            [
                name or "**all**",
                asked,
                str(len(own)),
                share(found, len(of_rm)) if of_rm else "–",
                share(sum(way.marked for way in own), len(own)),
                share(sum(way.marked or (way.ran and bool(way.words)) for way in own), len(own)),
            ]
        )
    return rows


def alike_rows(alike: list[tuple[str, str]]) -> list[list[str]]:
    """A row a group of look-alikes, with the lines that were found by mistake."""
    rows = []
    for name in [*dict.fromkeys(group for group, _ in alike), ""]:
        own = [line for group, line in alike if name in (group, "")]
        wrong = [line for line in own if ran(line, "rm", "-r") or marks(line) & DELETES]
        named = ", ".join([str(len(wrong)), *(map(code, wrong) if name else ())])
        rows.append([name or "**all**", str(len(own)), named, f"{len(wrong) / len(own):.3f}"])
    return rows


def share(found: int, n: int) -> str:
    """`30 of 31 (.968)`."""
    return f"{found} of {n} ({found / n:.3f})"


def code(text: str) -> str:
    """A line as code in a table."""
    shown = text.strip().replace("\n", "⏎").replace("\t", "⇥").replace("|", "\\|")
    return f"`` {shown} ``" if "`" in shown else f"`{shown}`"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(row) + " |\n" for row in lines)


def main() -> int:
    """Measure, write the page, say the totals."""
    ways, alike = load()
    (HERE / "ways.md").write_text(report(ways, alike), "utf-8", newline="\n")
    print(*by_group(ways)[-1], "look-alikes:", *alike_rows(alike)[-1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
