"""One channel of a bundle to a Recording: the typescript, and what events.jsonl and journal add to it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

from sessionlens_recorder.bundle import (
    BundleReadError,
    as_text,
    read_clocks,
    read_events,
    read_regular,
    sealed,
)

from sessionlens.formats.facts import inner, integer
from sessionlens.formats.script import Files, Loaded, count, load, seconds_ns
from sessionlens.formats.sealed import Typed, gap_of, merge, places, unseal
from sessionlens.formats.source import Channel
from sessionlens.formats.typescript import Assembly, add_exit, add_stderr, single
from sessionlens.recording import SIGNAL, Gap, Info, Recording
from sessionlens.times import format_elapsed


def load_channel(root: Path, channel: Channel, info: Info, name: str, key: bytes | None) -> Recording:
    """The bytes and times of one channel, with everything that is wrong about them.

    name: the bundle's own; key: of the channel's sealed input, if somebody has it.
    """
    stored = info.input or "plain"
    inside = f"{channel.name}/"
    into = f"{inside}in" if stored == "plain" else None
    files = Files(partial(read_regular, root), f"{inside}timing", f"{inside}out", into)
    loaded = load(files)
    assembly = loaded.assembly
    typed = None
    if stored == "sealed" and key is not None:
        typed = _add_typed(root, channel, loaded, sealed.context(name, channel.name), key)
    elif text := _INPUT.get(stored):
        assembly.gaps.append(Gap(f"{stored} input", f"{channel.name}/in", None, None, None, text))
    _add_events(root, channel, assembly)
    ended = seconds_ns(loaded.timing.headers.get("DURATION")) or info.duration_ns or 0
    duration = max(ended, assembly.end_ns)
    info = replace(info, exit_code=_exit_code(info, loaded.timing.headers))
    add_exit(assembly, duration, info.exit_code)
    _add_clock_steps(root, channel, duration, assembly)
    t_ns, *others = assembly.columns()
    of_typed = places(assembly, typed) if typed else None
    gaps = [g if g.t_ns is None else replace(g, t_ns=g.t_ns + info.opened_ns) for g in assembly.gaps]
    info = replace(info, duration_ns=duration + info.opened_ns)
    ends = assembly.input_ends_ns
    return Recording(
        info,
        (t_ns + info.opened_ns, *others),
        loaded.blobs,
        notes=assembly.notes,
        gaps=gaps,
        places=of_typed,
        input_ends_ns=None if ends is None else ends + info.opened_ns,
    )


_CHECKPOINT_NS = 61 * 1_000_000_000
"""A step within the last moments of a channel is seen by the checkpoint after it."""


def _exit_code(info: Info, headers: dict[str, str]) -> int | None:
    """As events.jsonl has it, else as the timing has it."""
    return count(headers.get("EXIT_CODE")) if info.exit_code is None else info.exit_code


_INPUT = {
    "sealed": (
        "what was typed is sealed, and no key for it was given (--identity FILE, identity=): "
        "commands come from the output"
    ),
    "off": "what was typed was not recorded, as configured: commands come from the output",
}


def recipients(channel: Channel) -> list[str]:
    """For whom the input of a channel is sealed, as far as it says so in the form of keys."""
    told = inner(channel.meta, "sealed").get("recipients")
    found = told if isinstance(told, list) else []
    return [key for key in found if isinstance(key, str) and _RECIPIENT.fullmatch(key)][:_MOST]


_RECIPIENT = re.compile(r"age1[02-9ac-hj-np-z]{58}")
_MOST = 8


def _add_typed(root: Path, channel: Channel, loaded: Loaded, context: bytes, key: bytes) -> Typed | None:
    """What was typed, opened, among the other events."""
    file, gaps = f"{channel.name}/in", loaded.assembly.gaps
    try:
        raw = read_regular(root, file)
    except BundleReadError as error:
        text = f"{error}: what was typed is known from its echo only. Look for another copy"
        gaps.append(Gap("missing", file, None, None, None, text))
        return None
    typed = unseal(raw, context, key)
    closed = "DURATION" in loaded.timing.headers or any(e["event"] == "close" for e in channel.events)
    if gap := gap_of(typed, file, len(raw), closed=closed):
        gaps.append(gap)
    merge(loaded.assembly, typed)
    if typed.hole_ns is None or len(typed.t_ns):  # else nothing opens: as if it were not there
        loaded.blobs["i"] = bytes(typed.data)
    else:
        loaded.assembly.input_ends_ns = None
    return typed


def _add_events(root: Path, channel: Channel, assembly: Assembly) -> None:
    """Signals and stderr ranges of events.jsonl."""
    file = f"{channel.name}/events.jsonl"
    try:
        malformed = read_events(root, channel.name)[1]
    except BundleReadError as error:
        text = f"{error}: signals, exit status and what was stderr are not known"
        assembly.gaps.append(Gap("missing", file, None, None, None, text))
        return
    for bad in malformed:
        text = f"{file}: {bad.text} (byte {bad.offset})"
        assembly.gaps.append(Gap("broken", file, bad.offset, bad.length, None, text))
    stderr = (e for e in channel.events if e["event"] == "stderr")
    add_stderr(assembly, [(integer(e.get("offset"), -1), integer(e.get("length"), 0)) for e in stderr])
    for event in channel.events:
        if event["event"] == "signal":
            assembly.notes.append(as_text(event.get("name")) or "unknown")
            assembly.add(single(event["t_ns"] // 1_000 * 1_000, SIGNAL, len(assembly.notes) - 1, 0))


def _add_clock_steps(root: Path, channel: Channel, duration: int, assembly: Assembly) -> None:
    """Where the wall clock moved against the monotonic one while the channel was open."""
    opened = integer(inner(channel.meta, "opened").get("monotonic_ns"), None)
    try:
        clocks = read_clocks(root)
    except BundleReadError:
        return  # the gaps of the whole have it
    for (_, _, before), (offset, length, after) in pairwise(clocks):
        step, t_ns = after.step_since(before), after.monotonic_ns - (opened or 0)
        if not step or opened is None or not 0 <= t_ns <= duration + _CHECKPOINT_NS:
            continue
        text = (
            f"the wall clock was moved by {'+' * (step > 0)}{format_elapsed(step)} between "
            f"{before.utc} and {after.utc}: elapsed times are right, UTC times count from the old setting"
        )
        assembly.gaps.append(Gap("clock", "journal", offset, length, min(t_ns, duration), text))
