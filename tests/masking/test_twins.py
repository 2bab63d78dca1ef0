"""Of two sessions that differ in a secret alone, all that is written has to be the same, moment by moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.tables.output import to_csv

from .twin_sessions import CARDS, PROMPT, SECRETS, TOKENS, Event, command, key, shown, typed

Make = Callable[[int], list[Event]]
CLEAR = b"\x1b[?1049h\x1b[H\x1b[2J"


def lines_at(rows: list[str]) -> bytes:
    """Rows as a full-screen program draws them."""
    return CLEAR + "".join(f"\x1b[{y + 1};1H{row}" for y, row in enumerate(rows)).encode()


def rubbed_out(i: int) -> list[Event]:
    """Half typed, three letters rubbed out, and typed again."""
    start = [(0.1, "o", PROMPT), *typed(f"x {TOKENS[i][:9]}")]
    at = start[-1][0] + 0.06
    for _ in range(3):
        start += [(at, "i", b"\x7f"), (at + 0.004, "o", b"\x08\x1b[K")]
        at += 0.06
    rest = typed(TOKENS[i][6:] + " db", at)
    end = rest[-1][0] + 0.1
    return [*start, *rest, (end, "i", b"\r"), (end, "o", b"\r\n\x1b[?2004l\r"), (end + 0.1, "o", PROMPT)]


def blind(i: int) -> list[Event]:
    """Typed without echo, and later where it shows."""
    events = command("sudo -i")
    at = events.pop()[0]
    events.append((at, "o", b"[sudo] password for john: "))
    events += [(at + 0.1 + 0.05 * n, "i", c.encode()) for n, c in enumerate(SECRETS[i])]
    at += 1.5
    events += [(at, "i", b"\r"), (at + 0.1, "o", b"\r\n")]
    return events + command(f"echo {SECRETS[i]}", f"{SECRETS[i]}\r\n".encode(), at + 0.5)


def searched(i: int) -> list[Event]:
    """Ctrl-R and a piece of it, key by key, and given up."""
    events = command(f"mysql -p{SECRETS[i]} db")
    at = events[-1][0]
    for n in range(5):
        row = f"\r\x1b[K(reverse-i-search)`{SECRETS[i][:n]}': mysql -p{SECRETS[i]} db"
        key = SECRETS[i][n - 1] if n else "\x12"
        events += [(at + 0.05 + 0.1 * n, "i", key.encode()), (at + 0.1 + 0.1 * n, "o", row.encode())]
    return [*events, (at + 0.6, "i", b"\x07"), (at + 0.7, "o", b"\r\x1b[K" + PROMPT), (at + 2, "o", b"\r\n")]


def continued(i: int) -> list[Event]:
    """On two lines, of which the second alone looks like nothing."""
    first = [(0.1, "o", PROMPT), *typed("mysql -u root \\")]
    at = first[-1][0] + 0.06
    second = typed(f"-p{SECRETS[i]} db", at + 0.2)
    end = second[-1][0] + 0.06
    taken = [(end, "i", b"\r"), (end + 0.01, "o", b"\r\n\x1b[?2004l\r"), (end + 0.1, "o", PROMPT)]
    return [*first, (at, "i", b"\r"), (at + 0.01, "o", b"\r\n> "), *second, *taken]


def paged(i: int) -> list[Event]:
    """A key page by page; the pages in the middle have neither its first nor its last line."""
    rows = key(i)
    return shown(*(lines_at(rows[at : at + 10]) for at in range(0, len(rows), 10)), b"\x1b[?1049l")


def in_pieces(i: int) -> list[Event]:
    """A key in pieces that end in the middle of lines."""
    data = "\r\n".join([*key(i), ""]).encode()
    return shown(*(data[at : at + 333] for at in range(0, len(data), 333)))


CASES: dict[str, Make] = {
    "typed": lambda i: command(f"mysql -p{SECRETS[i]} db"),
    "typed and never run": lambda i: [(0.1, "o", PROMPT), *typed(f"mysql -u root -p{SECRETS[i]}")],
    "half typed at the end": lambda i: [(0.1, "o", PROMPT), *typed(f"mysql -u root -p{SECRETS[i][:3]}")],
    "an open quote": lambda i: [(0.1, "o", PROMPT), *typed(f"mysql -p'{SECRETS[i]} and")],
    "over a soft wrap": lambda i: command(f"echo {'w' * 50} | mysql -u root -p{SECRETS[i]} db"),
    "a token without its context": lambda i: command(f"mytool {TOKENS[i]} --now"),
    "typed, rubbed out, typed": rubbed_out,
    "on two lines": continued,
    "a card, typed and printed": lambda i: command(f"pay {CARDS[i]}", CARDS[i].replace(" ", "").encode()),
    "typed blind, then not": blind,
    "searched in the history": searched,
    "elsewhere": lambda i: command(f"mysql -p{SECRETS[i]}", f"x{SECRETS[i]}y, {SECRETS[i]}\r\n".encode()),
    "before it is known": lambda i: shown(f"{SECRETS[i]}\r\n".encode(), f"curl -u b:{SECRETS[i]} x".encode()),
    "letter by letter": lambda i: shown(*(bytes([b]) for b in f"password={SECRETS[i]}\r\n".encode())),
    "colours in the middle": lambda i: shown(
        f"password=\x1b[31m{SECRETS[i][:4]}\x1b[1;44m{SECRETS[i][4:]}\x1b[m\r\n".encode()
    ),
    "scrolled between two frames": lambda i: shown(f"DB_PASS={SECRETS[i]}\r\n".encode() + b"line\r\n" * 60),
    "overwritten at once": lambda i: shown(f"password={SECRETS[i]}\r\x1b[2Kgone\r\n".encode()),
    "wide characters": lambda i: shown(f"パス password=密{SECRETS[i]}码字 ok\r\n".encode()),
    "wide over a wrap": lambda i: shown(f"{'x' * 66} password=密码字終{SECRETS[i]}密 ok\r\n".encode()),
    "and one cell on": lambda i: shown(f"{'x' * 67} password=密码字終{SECRETS[i]}密 ok\r\n".encode()),
    "in the title": lambda i: shown(f"\x1b]0;mysql -p{SECRETS[i]} db\x07hi\r\n".encode()),
    "wrapped by an editor": lambda i: shown(
        lines_at([f"{'y' * 60} {TOKENS[i][:19]}", f"{TOKENS[i][19:]} end"])
    ),
    "in a pane": lambda i: [
        *command(f"mysql --password={TOKENS[i]}"),
        (9.0, "o", lines_at([f"{TOKENS[i][:20]:<39}│right", f"{TOKENS[i][20:]:<39}│right"])),
        (9.5, "o", b"\x1b[?1049l"),
    ],
    "in JSON": lambda i: shown(f'{{"db": {{"password": "{SECRETS[i]}"}}, "token": "{TOKENS[i]}"}}'.encode()),
    "a key": lambda i: shown("\r\n".join(key(i)).encode()),
    "a key in pieces": in_pieces,
    "a key page by page": paged,
    "a key with numbers": lambda i: shown(
        "".join(f"   {n:3}  {x}\r\n" for n, x in enumerate(key(i))).encode()
    ),
    "a key on one line": lambda i: shown("\\n".join(key(i)).encode()),
}


def pictures(session: sl.Session) -> list[Any]:
    """Each frame as it may be seen: text and colours of its rows, and the title."""
    timeline = session.mask().veil(session.timeline).timeline
    frames = (timeline.frame(index) for index in range(len(timeline)))
    rows = [([(r.text, r.lengths) for r in map(timeline.row, f.row_ids)], f.title) for f in frames]
    return [*rows, *timeline.lines().text]


def written(session: sl.Session) -> dict[str, str]:
    """Each table as it is written."""
    names = ("commands", "events", "lines", "flags", "findings")
    tables = {name: getattr(session, name) for name in names}
    tables["hits"] = pd.DataFrame(session.search("john"))
    varies = ["recording", "session", "ref"]
    return {
        name: to_csv(session.masked(t.drop(columns=varies, errors="ignore"))) for name, t in tables.items()
    }


NARROW = ("typed", "an open quote", "in JSON", "a key", "a key in pieces", "a key on one line")
ALL = [*((name, 80) for name in CASES), *((name, 46) for name in NARROW)]


@pytest.mark.parametrize(("name", "columns"), ALL)
def test_twins_look_alike(twins: Callable[..., list[sl.Session]], name: str, columns: int) -> None:
    one, other = twins(CASES[name], columns)
    assert one.recording.raw("o") != other.recording.raw("o"), "else this shows nothing"
    assert pictures(one) == pictures(other)
    if (
        name != "searched in the history"
    ):  # the keys of the search are in the table of events: docs/masking.md
        assert written(one) == written(other)
    for share in range(9):
        at = share * one.recording.duration_ns / 8 / 1e9
        assert one.at(at).masked().text == other.at(at).masked().text


def test_the_mask_is_off_on_the_analysts_own_screen(twins: Callable[..., list[sl.Session]]) -> None:
    one, _ = twins(CASES["typed"])
    before = one.commands.copy()
    assert SECRETS[0] in one.at(2).text and SECRETS[0] in one.commands["command"][0]
    one.masked(one.commands)
    one.at(2).masked()
    pd.testing.assert_frame_equal(one.commands, before)
    assert SECRETS[0] in one.at(2).text, "what was recorded is never changed"
