"""Where no terminal echoes: may this line be an answer to a program, and secret? Then its text is not shown.

Three things say so: a question in the output, a command that talks of secrets, and that what ran is not known
to leave its input to the shell. No line is dropped for it: who prints a question must not get a command out
of the list. Decision 0043.
"""

from __future__ import annotations

import re
from typing import Protocol

from .openers import opens
from .output import plain
from .stdin import evident, leaves_input

_ASKS_SECRET = re.compile(r"(?:pass\w*|secret|token|pin|otp|code|key)\b[^\n]{0,80}[:?>#$]\s*$", re.I)
_ASKED_SECRET = re.compile(
    r"(?:pass(?:w(?:(?!passw)\w)*|phrase|code)|secret|token|\bpin|\botp)\b[^\n:?]{0,40}[:?](?=[^\n])", re.I
)
_READS_ONE = re.compile(
    r"\bsudo\b(?:(?!\bsudo\b)[^\n;|&])*\s(?:-[a-zA-Z]*S|--stdin)\b|\b(?:su|doas|mysql|mariadb|psql|kinit|pass)\b|-stdin\b"
    r"|stdin$"
)
_READS_SOME = re.compile(
    r"\b(?:log-?in|logon|auth|pass(?:w(?:or)?d|phrase|code)s?|secrets?|tokens?|credentials?|unlock|encrypt|decrypt"
    r"|chpasswd|htpasswd|smbpasswd|vncpasswd|cryptsetup|gpg2?|openssl|vault|ssh-add|ssh-keygen|smbclient|getpass"
    r"|ldap\w+|keytool|sshpass|secret-tool|read)\b|\sconfigure\b|\bstty\b(?:(?!\bstty\b)[^\n;|&])*-echo"
)
_MOST = 4  # answers to a program that says nothing
_TAIL = 512


class Line(Protocol):
    """One line of the input; `begun` is how far the output had come at its first byte."""

    @property
    def text(self) -> str: ...
    @property
    def begun(self) -> int: ...


class Answers:
    """Follows the lines of one channel. `command` is what the client asked for."""

    def __init__(self, out: bytes | memoryview, command: str) -> None:
        self.out, self.end = out, len(out)
        self.prompts: set[str] = set()
        """Rows that stood open behind what leaves its input alone: the shell's own prompt (`bash -i`)."""

        self.since = 0  # how far the output had come at the line before
        self._part = 0, 0, False
        self.ran(command)

    def ran(self, text: str) -> None:
        """This was taken for a command."""
        opened = opens(text)
        self.told, self.given = text, list[str]()
        self.quiet = leaves_input(text)
        self.shell = opened is not None and opened.surely and opened.host is None

    def asked(self, line: Line) -> bool:
        """Is a secret asked for in the row that stands open?"""
        return bool(_ASKS_SECRET.search(self._row(line.begun)))

    def may_be(self, line: Line, until: int) -> bool:
        """May this line be an answer? `until` is how far the output came before anything else was typed."""
        given = bool(self.given) and line.begun == self.since and evident(line.text)
        asked = self.asked(line) and not given
        found = bool(line.text) and (asked or (not self.quiet and self._read(line, until)))
        if found:
            self.given.append(line.text)
        elif (self.quiet or self.shell) and (row := self._row(line.begun)):
            self.prompts.add(row)
        self.since = line.begun
        return found

    def _read(self, line: Line, until: int) -> bool:
        """May what was run last, and is not known to leave its input alone, have read this as a secret?"""
        some = _READS_SOME.search(self.told)
        if not self.given and (some or _READS_ONE.search(self.told)):
            return True
        if self.shell:
            return False
        at_once = line.begun == self.since
        row = self._row(line.begun)
        if (row and not at_once and row not in self.prompts) or self.given[-1:] == [line.text]:
            return True
        if evident(line.text):
            return False
        if some and at_once and len(self.given) < _MOST:
            return True
        closed = (
            plain(bytes(self.out[max(self.since, line.begun - _TAIL) : line.begun]))
            .rstrip()
            .rsplit("\n", 1)[-1]
        )
        return self._asks(line.begun, until) or bool(_ASKS_SECRET.search(closed))

    def _asks(self, first: int, stop: int) -> bool:
        """Does this part of the output ask for a secret?"""
        if self._part[:2] != (first, stop):
            self._part = first, stop, bool(_ASKED_SECRET.search(plain(bytes(self.out[first:stop]))))
        return self._part[2]

    def _row(self, end: int) -> str:
        """The last row of the output so far, if it stands open."""
        tail = bytes(self.out[max(end - _TAIL, 0) : end])
        return "" if tail.endswith(b"\n") else plain(tail).rsplit("\n", 1)[-1].strip()
