"""`@xterm/headless` as a child process: requests as lines of JSON, see headless.cjs.

Widths: "11" (the default) is `@xterm/addon-unicode11`, each character alone, as xterm and VTE count. Of
142,001 printing characters 898 have another width than in the `wcwidth` package (they are newer). Emoji
sequences (ZWJ, VS16, skin tones) it takes apart, where kitty, Ghostty and ours show one wide cell.
"15-graphemes" is `@xterm/addon-unicode-graphemes`, which joins those, but its 0.4.0 takes 75,500 characters,
most of those above U+FFFF, for narrow ones: a plain emoji of one cell is what no current terminal shows.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from .view import Cell, View

DRIVER = Path(__file__).with_name("headless.cjs")
NEEDED = ("headless", "addon-unicode11")


class Xterm:
    """xterm.js without a window."""

    name = "@xterm/headless"

    def __init__(
        self, columns: int = 80, rows: int = 24, *, modules: str | None = None, widths: str = "11"
    ) -> None:
        if said := self.missing(modules):
            raise RuntimeError(said)
        self._child = subprocess.Popen(
            [str(node()), str(DRIVER), str(folder(modules))], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._ask({"do": "open", "columns": columns, "rows": rows, "widths": widths})

    @staticmethod
    def missing(modules: str | None = None) -> str:
        """Why it cannot be had here, or ""."""
        if node() is None:
            return "needs node (SESSIONLENS_NODE, or on PATH)"
        here = folder(modules)
        if here is None:
            return "needs SESSIONLENS_NODE_MODULES (a folder with @xterm/headless)"
        absent = [name for name in NEEDED if not (here / "@xterm" / name).is_dir()]
        return f"{here} lacks @xterm/{absent[0]}" if absent else ""

    def feed(self, data: bytes) -> None:
        """Returns when the parser is through."""
        self._ask({"do": "feed", "size": len(data)}, data)

    def resize(self, columns: int, rows: int) -> None:
        """With reflow, as xterm.js does by default."""
        self._ask({"do": "resize", "columns": columns, "rows": rows})

    def view(self) -> View:
        """The screen."""
        told = self._ask({"do": "view"})
        del told["scrolled"]
        told["rows"] = [[Cell(*cell) for cell in row] for row in told["rows"]]
        return View(**told)

    def bench(
        self, path: str | Path, columns: int = 80, rows: int = 24, *, piece: int = 4096, times: int = 1
    ) -> list[float]:
        """Seconds for writing a whole file in pieces into a fresh terminal, so many times over.

        Pieces are queued up to 8 MB before the parser is awaited, which is how xterm.js is fastest; the time
        is the child's own, so neither its start nor the pipe counts. The first turn warms the compiler up.
        """
        asked = {"path": str(path), "columns": columns, "rows": rows, "piece": piece, "times": times}
        told = self._ask({"do": "bench", **asked})
        return [float(seconds) for seconds in told["seconds"]]

    def close(self) -> None:
        """End the child."""
        if self._child.stdin is not None and self._child.stdout is not None:
            self._child.stdin.close()
            self._child.stdout.close()
        self._child.wait()

    def __enter__(self) -> Xterm:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, request: dict[str, Any], data: bytes = b"") -> dict[str, Any]:
        pipe, answers = self._child.stdin, self._child.stdout
        if pipe is None or answers is None:
            raise RuntimeError("the child has no pipes")
        pipe.write(json.dumps(request).encode() + b"\n" + data)
        pipe.flush()
        answer = answers.readline()
        if not answer:
            raise RuntimeError(f"{self.name} ended; see its stderr")
        told: dict[str, Any] = json.loads(answer)
        return told


def node() -> str | None:
    """The node program."""
    return os.environ.get("SESSIONLENS_NODE") or shutil.which("node")


def folder(modules: str | None) -> Path | None:
    """The folder with the modules."""
    named = modules or os.environ.get("SESSIONLENS_NODE_MODULES")
    return Path(named).resolve() if named else None
