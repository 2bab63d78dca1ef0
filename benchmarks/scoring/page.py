"""The accuracy page in Markdown.

Texts from recordings are hostile: they stand in a fenced block, a line each, with nothing invisible in them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, product

from sessionlens.visible import visible

from .figures import figures, wilson
from .measure import BLIND, METHODS, OURS, Measured
from .score import Score
from .sessions import Told
from .thresholds import Check

TIERS = ("high", "medium", "low")
SOURCES = ("screen", "marks", "keys", "exec")
_LONGEST = 150
Folders = Mapping[str, Sequence[Measured]]
"""Everything that was measured, by the name of the folder of sessions."""

ABOUT = """# Accuracy of the commands table

Made by `nox -s accuracy` from sessions of real shells, whose hooks told the truth. `shared` are sessions
that somebody else recorded, `own` those in `fixtures/truth`, made for the hard cases. The method was built
with all of them at hand: expect less on others, and read the intervals."""


def page(folders: Folders, checks: Iterable[Check]) -> str:
    """The whole page."""
    everything = list(chain.from_iterable(folders.values()))
    parts = [
        ABOUT,
        _thresholds(checks),
        "## Three methods\n\n" + _methods(folders),
        "## Confidence and source\n\n" + _confidence(folders),
        "## Shells\n\n" + _grouped(everything, "shell", lambda each: [each.session.shell]),
        _folded("By how a line came about", _shared_by(everything, "how", lambda told: told.how)),
        _folded("By context", _shared_by(everything, "context", lambda told: told.context)),
        _folded("Per hard case", _grouped(everything, "case", lambda each: each.session.tags)),
        _folded("Per session", _sessions(folders)),
        "## What is wrong\n\nMISSING: not listed; FALSE: listed and not run; INEXACT: run <- listed.\n",
        *(_folded(f"{method}", _wrong(everything, method)) for method in (OURS, BLIND)),
    ]
    return "\n\n".join(parts) + "\n"


def _thresholds(checks: Iterable[Check]) -> str:
    rows = [
        [each.what, each.folder, each.wanted, each.got, "holds" if each.holds else "**fails**"]
        for each in checks
    ]
    return "## What must hold\n\n" + _table(["", "sessions", "asked", "measured", ""], rows)


def _methods(folders: Folders) -> str:
    names = ["sessions", "method", "n", "precision", "recall", "F1", "exact text", "character error"]
    names += ["secrets shown", "false", "in full-screen programs"]
    groups = {**folders, "all": list(chain.from_iterable(folders.values()))} if len(folders) > 1 else folders
    rows = []
    for (name, group), method in product(groups.items(), METHODS):
        chosen = [each for each in group if each.method == method]
        f = figures(each.score for each in chosen)
        shares = [f"{share:.3f}" for share in (f.precision, f.recall, f.f1, f.exact_share, f.error)]
        counts = [sum(len(each.leaks) for each in chosen), f.false, sum(len(each.inside) for each in chosen)]
        rows.append([name, method, f.told, *shares, *counts])
    return _table(names, rows)


def _confidence(folders: Folders) -> str:
    """What the columns are worth; with and without input."""
    parts = []
    for method in (OURS, BLIND):
        chosen = {name: [each for each in group if each.method == method] for name, group in folders.items()}
        rows = list(_worth(chosen))
        title = "With input:" if method == OURS else "Output only:"
        parts.append(title + "\n\n" + _table(["confidence", "source", *_heads(folders)], rows))
    return "\n\n".join(parts)


def _heads(folders: Folders) -> Iterator[str]:
    for name in [*folders, "all"] if len(folders) > 1 else folders:
        yield from (f"{name}: n", "exact", "95 % interval")


def _worth(folders: Folders) -> Iterator[list[object]]:
    groups = [*folders.values()]
    groups += [list(chain.from_iterable(groups))] if len(groups) > 1 else []
    counts = [_counts(group) for group in groups]
    keys = (
        [(tier, "") for tier in TIERS] + [("", source) for source in SOURCES] + list(product(TIERS, SOURCES))
    )
    for key in keys:
        cells = [_share(*count.get(key, (0, 0))) for count in counts]
        if any(count.get(key) for count in counts) or not all(key):
            yield [key[0] or "any", key[1] or "any", *chain.from_iterable(cells)]


def _counts(group: Iterable[Measured]) -> dict[tuple[str, str], tuple[int, int]]:
    """(how many, how many exact) by confidence, by source and by both; a false command is not exact."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row, right in chain.from_iterable(each.verdicts() for each in group):
        for key in ((row.confidence, ""), ("", row.source), (row.confidence, row.source)):
            n, good = found.get(key, (0, 0))
            found[key] = n + 1, good + right
    return found


def _share(n: int, good: int) -> list[str]:
    low, high = wilson(good, n)
    return [str(n), f"{good / n:.3f}", f"{low:.3f} to {high:.3f}"] if n else ["0", "–", "–"]


def _grouped(
    everything: Iterable[Measured], name: str, groups_of: Callable[[Measured], Iterable[str]]
) -> str:
    """F1 and exact text of ours by what the sessions have in common."""
    by: defaultdict[str, defaultdict[str, list[Measured]]] = defaultdict(lambda: defaultdict(list))
    for each in everything:
        for group in groups_of(each):
            by[group][each.method].append(each)
    rows = []
    for group, methods in sorted(by.items()):
        with_input, blind = (figures(each.score for each in methods[method]) for method in (OURS, BLIND))
        shares = [f"{share:.3f}" for f in (with_input, blind) for share in (f.f1, f.exact_share)]
        rows.append([group, len(methods[OURS]), with_input.told, *shares])
    return _table([name, "sessions", "n", "F1", "exact", "output only: F1", "exact"], rows)


def _shared_by(everything: Iterable[Measured], name: str, value_of: Callable[[Told], str]) -> str:
    """The share of true commands that were found, and found exactly, by what the truth says of each."""
    counts: defaultdict[str, dict[str, Counter[str]]] = defaultdict(lambda: {m: Counter() for m in METHODS})
    for each in everything:
        for told in each.score.missing:
            counts[value_of(told)][each.method]["n"] += 1
        for pair in each.score.pairs:
            counts[value_of(pair.told)][each.method].update({"n": 1, "found": 1, "exact": pair.exact})
    rows = []
    for value, methods in sorted(counts.items()):
        shares = [
            f"{methods[method][what] / max(methods[method]['n'], 1):.3f}"
            for method in (OURS, BLIND)
            for what in ("found", "exact")
        ]
        rows.append([value, methods[OURS]["n"], *shares])
    return _table([name, "n", "found", "exact", "output only: found", "exact"], rows)


def _sessions(folders: Folders) -> str:
    """F1 / share of exact texts."""
    rows = []
    for folder, group in folders.items():
        for name in dict.fromkeys(each.session.name for each in group):
            scores = {each.method: each.score for each in group if each.session.name == name}
            total = {method: figures([score]) for method, score in scores.items()}
            cells = [f"{total[method].f1:.3f} / {total[method].exact_share:.3f}" for method in METHODS]
            rows.append([folder, name, total[OURS].told, *cells])
    return "F1 / share of exact texts.\n\n" + _table(["", "session", "n", *METHODS], rows)


def _wrong(everything: Iterable[Measured], method: str) -> str:
    lines = [
        f"{each.session.name}: {line}"
        for each in everything
        if each.method == method
        for line in chain(_differences(each.score, each), (f"SHOWN   {_quoted(leak)}" for leak in each.leaks))
    ]
    return "~~~~~~ text\n" + "\n".join(lines or ["nothing"]) + "\n~~~~~~"


def _differences(score: Score, each: Measured) -> Iterator[str]:
    for told in score.missing:
        yield f"MISSING {_quoted(told.text)}"
    for found in score.false:
        where = ", in a full-screen program" if found in each.inside else ""
        yield f"FALSE   {_quoted(found.text)} ({_known(each, found.index)}{where})"
    for pair in score.pairs:
        if not pair.exact:
            known = _known(each, pair.found.index)
            yield f"INEXACT {_quoted(pair.told.text)} <- {_quoted(pair.found.text)} ({known})"


def _known(each: Measured, index: int) -> str:
    return f"{each.rows[index].confidence}, {each.rows[index].source}"


def _quoted(text: str) -> str:
    """One line, in quotes, in which nothing is invisible and nothing ends the block."""
    shown = visible(text.replace("\\", "\\\\"))
    return f"'{shown}'" if len(shown) <= _LONGEST else f"'{shown[:_LONGEST]}…' ({len(text)} characters)"


def _folded(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"


def _table(names: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(value: object) -> str:
    """No text can begin a cell, markup or a tag of its own."""
    text = visible(str(value))
    for mark in "&|<>`[]":
        text = text.replace(mark, f"&#{ord(mark)};")
    return text
