"""A person in vim: what is typed, and what the shell gets of it."""

from __future__ import annotations

import random
from typing import Any

READY = r"me@here:\S*[#$] $"
RETURN = "Press ENTER or type command to continue"


class Vim:
    """What is typed in vim, and what the shell gets of it."""

    def __init__(self, typist: Any, draw: random.Random) -> None:
        self.typist, self.draw = typist, draw
        self.ran: list[tuple[str, str]] = []  # the text, and the confidence that it deserves

    def open(self, command: str) -> None:
        self.typist.run(command, r"pear[\s\S]*\x1b\[\?25h")

    def ask(self, line: str, text: str, until: str, confidence: str = "high") -> None:
        self.typist.type(line)
        self.typist.press("\r")
        self.typist.wait(until)
        self.ran.append((text, confidence))

    def back(self) -> None:
        self.typist.press("\r")
        self.typist.wait(r"\x1b\[\?1049h[\s\S]*\x1b\[\?25h")

    def bang(self) -> None:
        text = self.draw.choice(["ls -1", "echo one  two", "id -u | tr 0 9", "true; echo $HOME"])
        self.ask(f":!{text}", text, RETURN)
        self.back()

    def expanded(self) -> None:
        self.ask(":!wc -l %", "wc -l notes.txt", RETURN, "medium")
        self.back()

    def again(self) -> None:
        self.bang()
        self.ask(":!!", self.ran[-1][0], RETURN, "medium")
        self.back()

    def recalled(self) -> None:
        self.bang()
        self.typist.press(":")
        self.typist.wait(":")
        self.typist.press("\x1b[A")
        self.typist.wait("!")
        self.typist.press("\r")
        self.typist.wait(RETURN)
        self.ran.append((self.ran[-1][0], "medium"))
        self.back()

    def read(self) -> None:
        self.ask(":r !echo read in", "echo read in", r"read in[\s\S]*\x1b\[\?25h")

    def filtered(self) -> None:
        self.ask(":%!sort", "sort", r"lines filtered[\s\S]*\x1b\[\?25h")

    def this_line(self) -> None:
        self.typist.press("!!")
        self.typist.wait(r":\.!")
        self.ask("tr a-z A-Z", "tr a-z A-Z", r"\x1b\[\?2004h[\s\S]*\x1b\[\?25h")

    def written(self) -> None:
        self.ask(":w !cat", "cat", RETURN)
        self.back_from_message()

    def back_from_message(self) -> None:
        self.typist.press("\r")
        self.typist.wait(r"\x1b\[\?25h")

    def silent(self) -> None:
        self.ask(":silent !true", "true", r"\x1b\[\?1049h[\s\S]*\x1b\[\?25h")

    def mistyped(self) -> None:
        self.typist.type(":!lss")
        self.typist.press("\x7f")
        self.typist.wait(r"\x08|\x1b\[K")
        self.ask(" -1", "ls -1", RETURN)
        self.back()

    def given_up(self) -> None:
        self.typist.type(":!rm -rf /data")
        self.typist.press(self.draw.choice(["\x1b", "\x03"]))
        self.typist.wait(r"\x1b\[\?25h")

    def inserted(self) -> None:
        self.typist.press("O")
        self.typist.wait("INSERT")
        self.typist.type(":!rm -rf /data")
        self.typist.press("\r")
        self.typist.wait(r"\x1b\[\?25h")
        self.typist.press("\x1c\x0e")  # to normal mode at once: Esc alone waits for more
        self.typist.wait(r"\x1b\[K")

    def searched(self) -> None:
        self.typist.type("/!rm")
        self.typist.press("\r")
        self.typist.wait(r"\x1b\[\?25h")

    def leave(self) -> None:
        self.typist.type(":q!")
        self.typist.press("\r")
        self.typist.wait(READY)
