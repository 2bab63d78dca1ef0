"""Exhibits of a report: rows of tables with the screen at their time, all through the session's mask."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sessionlens.masking import Mask, Tally
from sessionlens.reporting import Exhibit, Picture
from sessionlens.reporting.figures import rate_of
from sessionlens.tables.masked import kinds
from sessionlens.tables.output import shown
from sessionlens.times import format_elapsed, format_instant
from sessionlens.visible import visible

if TYPE_CHECKING:
    from PIL.Image import Image

    from sessionlens.session.screen import Screen
    from sessionlens.session.session import Session

THEME = "light"
SOURCES = {
    "screen": "read from the screen when the shell took the line",
    "marks": "told by the shell's own marks, in their place on the screen",
    "keys": "read from the keystrokes, since the screen alone does not show it",
    "exec": "the command that the client asked for, as it was received",
}
PLACES = {
    "screen": "a line of the screen, there until the end or until it changed",
    "scrolled": "a line of the screen, which scrolled away",
    "erased": "a line of the screen, which was erased",
    "overwritten": "a line of the screen, which was overwritten",
    "cleared": "a line of the screen, which was cleared",
    "switched": "a line of the screen, which left it as a program switched screens",
    "editing": "a line while a command was edited, gone before it was run",
    "title": "a window's title",
    "unprinted": "bytes that no terminal shows",
    "bytes": "bytes of the output, never on a screen in one piece",
    "file": "the name of a file that passed, or to which something was done",
    "session": "what is told of the session as a whole",
}
NO_PICTURE = frozenset({"file", "session"})


class Dossier:
    """One session and its mask, as exhibits are made of it; `tally` counts what was masked in texts."""

    def __init__(self, session: Session, mask: Mask) -> None:
        self.session, self.mask, self.tally = session, mask, Tally()
        self._channels: dict[int | None, Session] = {}
        self._typed = {view.channel.number: view.recording.has_input for view in session.views}

    def text(self, said: str) -> str:
        """A text as it may be written; what is masked is counted."""
        ((out, secrets),) = self.mask.texts([said])
        self.tally.update(kinds(secrets))
        return out

    def command(self, row: dict[str, Any], why: str, lines: Sequence[dict[str, Any]], ran: bool) -> Exhibit:
        """A row of `commands`; `lines` are the rows of `hits` that show the same line on the screen."""
        typed = self._typed.get(row["channel"], False)
        exit_code = shown(row["exit_code"]) or "not known: the recording does not tell"
        rate = rate_of(row["confidence"], row["source"], typed=typed)
        witness = "" if row["source"] in ("exec", "keys") else _witness(typed)
        where = [f"session {row['session']}, channel {row['channel']}, {row['context']}"]
        where += [f"{name} {shown(row[name])}" for name in ("person", "host") if shown(row[name])]
        where += [f"directory {row['cwd']}"] if row["cwd"] else []
        more = [("Typed as", self.text(row["typed"]))] if shown(row["typed"]) else []
        more += [("Marks", row["marks"])] if row["marks"] else []
        more += [("On the screen", "; ".join(_stood(line) for line in lines))] if lines else []
        return Exhibit(
            f"command {row['n']} of session {row['session']}",
            why,
            self.text(row["command"]),
            _moment(row),
            self.text(", ".join(where)),
            row["ref"],
            f"{SOURCES.get(row['source'], row['source'])}{witness}",
            f"{row['confidence']}: {rate}",
            exit_code,
            self.text(row["output"]),
            tuple(more),
            self._picture(row["channel"], (row["end"], row["start"]), row["command"]),  # with the output
            row["session"],
            ran,
            _instant(row),
            self.text(row["person"]),
        )

    def line(self, row: dict[str, Any], why: str) -> Exhibit:
        """A row of `hits` that is no command's own line."""
        place = PLACES.get(row["where"], row["where"])
        channel = None if pd.isna(row["channel"]) else int(row["channel"])
        missed = [("A viewer could have missed it", row["missed"])] if row["missed"] else []
        stood = [("On the screen", f"for {shown(row['visible'])}")] if shown(row["visible"]) else []
        stood += [("While", self.text(said)) for said in self._running(channel, row["start"])]
        told = row["where"] in NO_PICTURE
        return Exhibit(
            f"text in session {row['session']}",
            why,
            self.text(row["text"]),
            _moment(row),
            f"session {row['session']}" + ("" if channel is None else f", channel {channel}"),
            row["ref"] or "none: it is in the recording's own notes, not in what passed",
            place,
            "the text as it is in the recording: nothing was reconstructed",
            more=(*stood, *missed),
            picture=None if told else self._picture(channel, _while(row), row["text"]),
            session=row["session"],
            at_ns=_instant(row),
            person=self.text(row["person"]),
        )

    def _running(self, channel: int | None, when: pd.Timedelta) -> Iterator[str]:
        """The command that ran at this time."""
        table = self.session.commands
        there = (table["channel"] == channel) & (table["taken"] <= when) & (table["end"] >= when)
        for n, command in table.loc[there.fillna(False), ["n", "command"]].itertuples(index=False):
            yield f"command {n} ran: {command}"

    def _picture(self, channel: int | None, moments: Sequence[pd.Timedelta], said: str) -> Picture | None:
        """The first of these moments at which the beginning of the text is on the screen, else the last."""
        known = [when for when in moments if not pd.isna(when)]
        if channel not in self._typed or not known:
            return None
        if channel not in self._channels:
            self._channels[channel] = self.session.on(channel)
        there = self._channels[channel]
        last = pd.Timedelta(there.recording.duration_ns, "ns")
        begins = said.split("\n")[0].strip()[:60]
        for when in known:
            screen = there.at(min(when, last))
            if shows := begins in "".join(screen.terminal.display):
                break
        return self._painted(screen, shows)

    def _painted(self, screen: Screen, shows: bool) -> Picture:
        covered = replace(screen, mask=lambda _: self.mask).masked()
        image = covered.image(theme=THEME)
        when = format_elapsed(screen.t_ns)
        when += "" if screen.utc_ns is None else f" ({format_instant(screen.utc_ns)})"
        said = visible(covered.text.rstrip("\n"), keep="\n") or "(an empty screen)"
        return Picture(png(image), image.size, said, when, screen.ref, str(covered.tally), shows)


def _witness(typed: bool) -> str:
    return ", and compared with the keystrokes" if typed else "; keystrokes could not be read"


def _stood(line: dict[str, Any]) -> str:
    missed = f" ({line['missed']})" if line["missed"] else ""
    lasted = f" for {shown(line['visible'])}" if shown(line["visible"]) else ""
    return f"from {shown(line['start'])}{lasted}, ref {line['ref']}{missed}"


def _while(row: dict[str, Any]) -> list[pd.Timedelta]:
    """When to look for a line: as it came, in the middle, as it went."""
    lasted = pd.Timedelta(0) if pd.isna(row["visible"]) else row["visible"]
    return [row["start"], row["start"] + lasted / 2, row["start"] + lasted]


def _instant(row: dict[str, Any]) -> int | None:
    return None if pd.isna(row["start_utc"]) else int(row["start_utc"].value)


def _moment(row: dict[str, Any]) -> str:
    since = f"{shown(row['start'])} since the session began"
    return f"{shown(row['start_utc'])}; {since}" if shown(row["start_utc"]) else since


def rows_of(table: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """Rows as plain dictionaries; a text that is missing is "", a number None."""
    texts = {name for name in table.columns if pd.api.types.is_string_dtype(table[name].dtype)}
    for row in table.to_dict("records"):
        yield {
            str(name): ("" if name in texts else None if value is pd.NA else value)
            if pd.isna(value)
            else value
            for name, value in row.items()
        }


def png(image: Image) -> bytes:
    """A picture as PNG without loss, of few colours with a palette, which is a third of the size."""
    from PIL import Image as Pictures

    pixels = np.asarray(image.convert("RGB"), dtype=np.uint32)
    packed = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    colours, places = np.unique(packed, return_inverse=True)
    if len(colours) <= 256:
        parts = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.uint8)
        indices = places.reshape(packed.shape).astype(np.uint8)
        image = Pictures.fromarray(indices, "P")
        image.putpalette(parts.tobytes())
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
