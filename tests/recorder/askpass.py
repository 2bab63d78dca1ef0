"""Answers to the stock client's questions, by a program that it asks (SSH_ASKPASS)."""

from __future__ import annotations

import os
from pathlib import Path

SCRIPT = """#!/bin/sh
cd {folder}
n=$(($(cat count 2>/dev/null || echo 0) + 1)); echo $n > count
printf '%s\\n' "$1" >> questions
sed -n "${{n}}p" answers
"""


class AskPass:
    """Each question gets the next answer; what was asked is kept."""

    def __init__(self, folder: Path, *answers: str) -> None:
        folder.mkdir()
        (folder / "answers").write_text("".join(f"{one}\n" for one in answers))
        (folder / "ask").write_text(SCRIPT.format(folder=folder))
        (folder / "ask").chmod(0o700)
        self._folder = folder

    @property
    def environment(self) -> dict[str, str]:
        more = {"SSH_ASKPASS": str(self._folder / "ask"), "SSH_ASKPASS_REQUIRE": "force"}
        return os.environ | more

    @property
    def asked(self) -> list[str]:
        """Without the `(john@127.0.0.1) ` that ssh puts before."""
        file = self._folder / "questions"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line.partition(") ")[2] if line.startswith("(") else line for line in lines]
