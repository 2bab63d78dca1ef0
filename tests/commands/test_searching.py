"""vi's search of the history: its Enter hands nothing over, and what is looked for is no secret."""

from __future__ import annotations

import sys
from collections.abc import Callable
from shutil import which
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux pseudo-terminals")
Shell = Callable[..., Any]
READY = r"me@box:~(?:\$ $|# .*\x1b\[\?2004h)"  # zsh reads keys from there on
SHELLS = {
    "bash": (["bash", "--norc", "--noprofile"], "me@box:~$ ", "set -o vi"),
    "zsh": (["zsh", "-f", "-i"], "me@box:~%# ", "bindkey -v"),
}


@pytest.fixture(params=sorted(SHELLS))
def vi(request: pytest.FixtureRequest, shell: Shell) -> Any:
    argv, prompt, mode = SHELLS[request.param]
    if which(argv[0]) is None:
        pytest.skip(f"{argv[0]} is not installed")
    typist = shell(*argv, PS1=prompt, HISTFILE="")
    typist.wait(READY)
    for line in (mode, "echo alpha one", "ls -d /", "true"):
        typist.run(line, READY)
    return typist


def searched(vi: Any, sought: str) -> None:
    """Esc and the search, each key shown before the next."""
    vi.press("\x1b")
    for at in range(len(sought) + 1):
        vi.press(("/" + sought)[at])
        so_far = sought[:at]
        vi.until(lambda terminal, so_far=so_far: any(_shows(row, so_far) for row in terminal.display))


def _shows(row: str, sought: str) -> bool:
    return row.rstrip() in (f"me@box:~$ /{sought}", f"?{sought}_")


def entered(vi: Any, found: str, more: str = "") -> None:
    """The search's Enter, what is typed at the end of the line that it finds, and the line's own Enter."""
    for keys, shown in (("\r", found), ("A" + more, found + more)) if more else (("\r", found),):
        vi.press(keys)
        vi.until(lambda terminal, shown=shown: _last(terminal.display).endswith(shown))
    vi.press("\r")
    vi.wait(READY)


def _last(rows: list[str]) -> str:
    return next(row.rstrip() for row in reversed(rows) if row.strip())


def told(vi: Any, **how: Any) -> tuple[list[tuple[str, str]], list[str]]:
    made = vi.extraction(each_ns=200_000_000, **how)
    events = [each.kind for each in made.events if each.kind != "resize"]
    return [(each.text, each.confidence) for each in made.commands][4:], events


def test_a_search_and_its_enter(vi: Any) -> None:
    searched(vi, "alpha")
    entered(vi, "echo alpha one")
    assert told(vi) == ([("echo alpha one", "high")], [])
    keys = vi.extraction(each_ns=200_000_000).commands[-1].evidence
    assert keys.model == "echo alpha one"


def test_a_search_and_an_edit_of_what_it_found(vi: Any) -> None:
    searched(vi, "ls")
    entered(vi, "ls -d /", " /tmp")
    assert told(vi) == ([("ls -d / /tmp", "high")], [])


def test_a_search_for_what_the_recording_does_not_have(vi: Any) -> None:
    searched(vi, "nowhere")
    vi.press("\r")
    vi.until(lambda terminal: not any(_shows(row, "nowhere") for row in terminal.display))
    vi.press("i")
    vi.run("true", READY)
    rows, events = told(vi)
    assert [text for text, _ in rows] == ["true"] and events == []


def test_a_search_under_lag_hides_no_line(vi: Any) -> None:
    searched(vi, "alpha")
    entered(vi, "echo alpha one")
    vi.run("id -u", READY)
    rows, _ = told(vi, lag_ns=350_000_000)
    assert [text for text, _ in rows] == ["echo alpha one", "id -u"]


def test_a_secret_that_is_typed_like_a_search(vi: Any) -> None:
    vi.run("read -s x", "\n")
    vi.wait_blind()
    vi.press("\x1b")
    vi.press("/alpha")
    vi.press("\r")
    vi.wait(READY)
    vi.run("id -u", READY)
    rows, events = told(vi)
    assert [text for text, _ in rows] == ["read -s x", "id -u"] and events == ["hidden input"]


@pytest.mark.parametrize("lag_ns", [0, 50_000_000, 350_000_000])
def test_a_path_that_looks_like_a_search_is_a_command(vi: Any, lag_ns: int) -> None:
    vi.press("\x1b")
    vi.press("i")
    vi.type("/usr/bin/touch victim")
    vi.press("\r")
    vi.wait(READY)
    vi.run("id -u", READY)
    rows, events = told(vi, lag_ns=lag_ns)
    assert [text for text, _ in rows] == ["/usr/bin/touch victim", "id -u"] and "unread" not in events


def test_a_path_whose_end_of_line_comes_in_pieces_is_a_command(taken: Callable[..., Any]) -> None:
    """A key comes between the line feed and the end of bracketed paste."""
    on, prompt, ms = "\x1b[?2004h", "me@box:~$ ", 1_000_000
    events, t = [(0, "o", on + prompt)], 1000 * ms
    for key, echo in [("\x1b", ""), ("i", ""), *((char, char) for char in "/bin/rm -rf x")]:
        events += [(t := t + 200 * ms, "i", key), (t + ms, "o", echo)]
    events += [(t + 200 * ms, "i", "\r"), (t + 201 * ms, "o", "\r\n"), (t + 202 * ms, "i", "i")]
    events += [(t + 203 * ms, "o", "\x1b[?2004l\r"), (t + 204 * ms, "o", on + prompt + "i")]
    events += [(t + 400 * ms, "i", "d"), (t + 401 * ms, "o", "d"), (t + 600 * ms, "i", "\r")]
    events += [(t + 601 * ms, "o", "\r\n\x1b[?2004l\r0\r\n" + on + prompt)]
    found = taken([(at, kind, data.encode()) for at, kind, data in events if data])
    assert [each.text for each in found.commands] == ["/bin/rm -rf x", "id"]
