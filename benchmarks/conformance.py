"""Does our terminal show what others show? Exit status 1 where it does not.

Where nothing failed and all three parts could be measured, it writes benchmarks/conformance.md.

Three parts: real programs' streams (fixtures/sessions) compared cell by cell at 20 cut points with
`@xterm/headless` and libghostty; the cases in which those two differ, each as the shortest bytes that show it
(differences.py); the fixtures of xterm.js, where they lie beside the repository. Run by `nox -s conformance`,
which installs what oracles/ needs. Not a test of speed, and not of what the timeline keeps.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from differences import EXPLAINED, PROBES, Probe
from oracles import BLANK, Ghostty, Ours, Terminal, View, Xterm, differences

from sessionlens.formats import find, open_source
from sessionlens.recording import OUTPUT, RESIZE, Recording

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "benchmarks" / "conformance.md"
XTERM_JS = ROOT.parent / "shared" / "conformance" / "xterm.js"
CUTS = 20
ENOUGH = 69  # of the 71 fixtures of xterm.js that it runs itself
SKIPPED = ("t0055-EL", "t0084-CBT", "t0101-NLM", "t0103-reverse_wrap", "t0504-vim")  # by xterm.js's own tests


@dataclass
class Result:
    """What came of one stream: per oracle at how many cut points it agrees, and the first differences."""

    name: str
    size: int = 0
    agreed: dict[str, int] = field(default_factory=dict)
    differing: dict[str, list[str]] = field(default_factory=dict)

    @property
    def faults(self) -> list[str]:
        """Where it agrees neither with the terminal that we follow nor for a reason that we name."""
        said = []
        for oracle, agreed in self.agreed.items():
            why = EXPLAINED.get((self.name, oracle))
            if agreed < CUTS and (why is None or oracle == Xterm.name):
                said.append(
                    f"{self.name}: {oracle} at {agreed} of {CUTS}: {'; '.join(self.differing[oracle])}"
                )
            if agreed == CUTS and why is not None:
                said.append(f"{self.name}: {oracle} agrees everywhere, {why!r} explains nothing")
        return said


ORACLES = (Xterm.name, Ghostty.name)


def main() -> int:
    """Compare, write the page, tell what does not hold."""
    if missing := Xterm.missing() or Ghostty.missing():
        print(missing)
        return 2
    results = [compare(name, recording) for name, recording in streams()]
    probed = [(probe, *look(probe)) for probe in PROBES]
    cases = fixtures() if XTERM_JS.is_dir() else []
    faults = [fault for result in results for fault in result.faults]
    faults += [fault for probe, ours, theirs in probed for fault in wrong(probe, ours, theirs)]
    counted = [case for case in cases if case.name not in SKIPPED]
    if counted and sum(case.passed for case in counted) < ENOUGH:
        faults.append(f"xterm.js: fewer than {ENOUGH} fixtures: {[c.name for c in counted if not c.passed]}")
    page = "\n".join([HEAD, *streams_page(results), *probes_page(probed), *fixtures_page(cases), ""])
    print(page)
    print("\n".join(f"FAILED {fault}" for fault in faults))
    if faults or not cases:
        print(f"{PAGE.name} stays as it was: {'something failed' if faults else 'a part was not measured'}")
    else:
        PAGE.write_text(page, encoding="utf-8")
    return 1 if faults else 0


# -- streams


def streams() -> Iterator[tuple[str, Recording]]:
    """The recorded channels of the fixtures, by name."""
    for path in sorted(find(ROOT / "fixtures" / "sessions")):
        for channel in open_source(path).channels:
            if channel.recorded and channel.kind == "shell":
                yield path.parent.name, channel.load()


def compare(name: str, recording: Recording, *makers: Callable[[int, int], Terminal]) -> Result:
    """Feed ours and the others the same bytes and sizes; look at 20 points, inside sequences too."""
    result = Result(name)
    columns, rows = recording.info.columns or 80, recording.info.rows or 24
    ours, others = Ours(columns, rows), [make(columns, rows) for make in makers or (Xterm, Ghostty)]
    result.agreed = {other.name: 0 for other in others}
    result.differing = {other.name: [] for other in others}
    for event in cut(recording):
        for terminal in (ours, *others):
            step(terminal, event)
        if event is None:
            here = ours.view()
            for other in others:
                note(result, other.name, list(differences(here, other.view())))
        elif isinstance(event, bytes):
            result.size += len(event)
    for terminal in (ours, *others):
        terminal.close()
    return result


def cut(recording: Recording) -> Iterator[bytes | tuple[int, int] | None]:
    """Output, sizes, and None at each cut point: twenty equal parts of the bytes."""
    sizes = [int(recording.size[i]) for i, kind in enumerate(recording.stream.tolist()) if kind == OUTPUT]
    stops = [sum(sizes) * part // CUTS for part in range(1, CUTS + 1)]
    done = 0
    for i, kind in enumerate(recording.stream.tolist()):
        if kind == RESIZE:
            yield int(recording.offset[i]), int(recording.size[i])
        elif kind == OUTPUT:
            data = bytes(recording.data(i))
            inside = [stop - done for stop in stops if done < stop <= done + len(data)]
            for start, end in pairwise([0, *inside, len(data)]):
                yield data[start:end]
                if end in inside:
                    inside.remove(end)
                    yield None
            done += len(data)


def step(terminal: Terminal, event: bytes | tuple[int, int] | None) -> None:
    """Feed or resize one terminal."""
    if isinstance(event, bytes):
        terminal.feed(event)
    elif event is not None:
        terminal.resize(*event)


def note(result: Result, oracle: str, found: list[tuple[str, str, str]]) -> None:
    """Count a cut point."""
    if not found:
        result.agreed[oracle] += 1
    elif len(result.differing[oracle]) < 3:
        where, ours, theirs = found[0]
        result.differing[oracle].append(f"{len(found)} differ, first {where}: ours {ours}, theirs {theirs}")


# -- probes


def look(probe: Probe) -> tuple[View, dict[str, View]]:
    """What the terminals show after the probe."""
    terminals: list[Terminal] = [
        made(probe.columns, probe.rows)
        for made in (Ours, Xterm, Ghostty)  # type: ignore[abstract]
    ]
    for terminal in terminals:
        for event in probe.events:
            step(terminal, event)
    views = [terminal.view() for terminal in terminals]
    for terminal in terminals:
        terminal.close()
    return views[0], dict(zip(ORACLES, views[1:], strict=True))


def wrong(probe: Probe, ours: View, theirs: dict[str, View]) -> Iterator[str]:
    """Ours is like the one that we follow, and the other is not."""
    for oracle, view in theirs.items():
        found = next(iter(differences(ours, view)), None)
        if oracle in probe.follows and found is not None:
            yield f"{probe.name}: not as {oracle}: {found}"
        elif oracle not in probe.follows and found is None:
            yield f"{probe.name}: {oracle} shows the same; nothing is left to explain"


# -- the fixtures of xterm.js


@dataclass(frozen=True)
class Case:
    """One fixture: did ours and theirs show the text that is expected, and the lines in which they differ."""

    name: str
    passed: bool
    theirs: bool
    shown: list[tuple[str, str, str]]
    """(expected, ours, @xterm/headless) for each line in which the three are not the same."""


def fixtures() -> list[Case]:
    """All of them, on 80×25, a bare line feed is CR LF."""
    return [case(path) for path in sorted(XTERM_JS.glob("*.in"))]


def case(path: Path) -> Case:
    """One of them."""
    expected = lines(path.with_suffix(".text").read_text("utf-8").split("\n"))
    shown = []
    for terminal in (Ours(80, 25), Xterm(80, 25)):
        terminal.feed(path.read_bytes().replace(b"\n", b"\r\n"))
        shown.append(lines(terminal.view().text))
        terminal.close()
    rows = [row for row in zip(expected, *shown, strict=True) if len(set(row)) > 1]
    return Case(path.stem, shown[0] == expected, shown[1] == expected, rows)


def lines(given: list[str]) -> list[str]:
    """Exactly 26 rows (one more than the screen has), without trailing blanks."""
    return [line.rstrip() for line in (given + [""] * 26)[:26]]


# -- the page


HEAD = """# Conformance of the terminal

Written by `nox -s conformance`, which fails where a line below does not hold. Compared are
`sessionlens.terminal`, `@xterm/headless` (the terminal of VS Code and of most web bastions) and libghostty
(`pyghostty`): text, width, colours, attributes, underline and link of every cell, the cursor with pending
wrap and visibility, the title, which page is shown. `docs/decisions/0031` says which one we follow where they
differ; `benchmarks/oracles/xterm.py` says which widths `@xterm/headless` uses.

## Real programs

Each is a recorded session (`fixtures/README.md` says what is done in it), looked at in twenty places, each a
twentieth of its bytes after the last, wherever that falls: inside a sequence, a character, a redraw.
"""


def streams_page(results: list[Result]) -> list[str]:
    """The table of real programs."""
    said = [
        "| stream | bytes | " + " | ".join(ORACLES) + " | where the two differ |",
        "|---|---|---|---|---|",
    ]
    for result in results:
        agreed = " | ".join(f"{result.agreed[oracle]}/{CUTS}" for oracle in ORACLES)
        why = "; ".join(EXPLAINED[key] for key in EXPLAINED if key[0] == result.name)
        said.append(f"| {result.name} | {result.size:,} | {agreed} | {why or '–'} |")
    cells = len(results) * CUTS
    total = {oracle: sum(result.agreed[oracle] for result in results) for oracle in ORACLES}
    told = ", ".join(f"{total[oracle]} of {cells} with {oracle}" for oracle in ORACLES)
    return [*said, "", f"All screens: {told}."]


def probes_page(probed: list[tuple[Probe, View, dict[str, View]]]) -> list[str]:
    """The table of cases in which the two differ."""
    said = ["", "## Where the two differ, and which one ours follows", ""]
    said += ["| case | shortest bytes | ours | " + " | ".join(ORACLES) + " | as | why |", "|" + "---|" * 7]
    for probe, ours, theirs in probed:
        shown = [brief(view) for view in (ours, *theirs.values())]
        cells = [probe.name, probe.told, *shown, ", ".join(probe.follows), probe.why]
        said.append(f"| {' | '.join(cells)} |")
    return said


def brief(view: View) -> str:
    """A screen in one cell of a table: its rows, its cursor."""
    rows = view.text
    while rows and not rows[-1]:
        rows.pop()
    looks = sorted(
        {look for row in view.rows for cell in row if (look := str(cell._replace(text=" ", width=1)))}
    )
    said = [f"`{repr(' / '.join(rows))[1:-1]}`", f"{view.x},{view.y}"]
    said += ["pending"] * view.pending + [f"title `{view.title}`"] * bool(view.title)
    said += [look.partition(" ")[2].partition(" ")[2] for look in looks if look != str(BLANK)]
    return " ".join(said).replace("|", "¦")


def fixtures_page(cases: list[Case]) -> list[str]:
    """How many fixtures, and each miss."""
    said = ["", "## The fixtures of xterm.js", ""]
    if not cases:
        return [*said, "Not measured: `../shared/conformance/xterm.js` is not beside this repository."]
    counted = [case for case in cases if case.name not in SKIPPED]
    ours, theirs = sum(case.passed for case in counted), sum(case.theirs for case in counted)
    left = len(cases) - len(counted)
    said.append(f"{ours} of {len(counted)} show the expected text ({theirs} with `@xterm/headless`).")
    said.append(f"The {left} that xterm.js itself leaves out of its tests are listed too.")
    said += ["", "| not as expected | expected | ours | @xterm/headless |", "|---|---|---|---|"]
    for case in cases:
        if case.passed and case.theirs:
            continue
        for row in case.shown[:2] or [("", "", "")]:
            left_out = " (left out by xterm.js)" if case.name in SKIPPED else ""
            said.append(f"| {case.name}{left_out} | " + " | ".join(f"`{text or ' '}`" for text in row) + " |")
    return said


if __name__ == "__main__":
    sys.exit(main())
