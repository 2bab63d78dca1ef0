"""Other people's terminals with one small interface, to compare ours with: cells, cursor, title; speed.

    with Xterm(80, 24) as other:        # or Ghostty(80, 24), Ours(80, 24)
        other.feed(b"...")
        other.resize(100, 30)
        other.view()                    # a View: rows of Cells, cursor, title

- `Ours`: `sessionlens.terminal.Terminal`.
- `Ghostty`: libghostty through `pyghostty` (PyPI).
- `Xterm`: `@xterm/headless` (npm) in a child process, with `@xterm/addon-unicode11`, whose widths are those
  of current terminals (xterm.py says why not the newer addon). `bench(path)` times a whole file.

`missing()` says why one cannot be had here, or "". Node and its modules are found so: the program is the one
that the environment variable `SESSIONLENS_NODE` names, else `node` on PATH; the folder with the modules is
the argument `modules=`, else what `SESSIONLENS_NODE_MODULES` names. `nox -s conformance` and `nox -s bench`
install both and set both.

Not part of the product: benchmarks, the conformance session and tests use this.
"""

from __future__ import annotations

from .ghostty import Ghostty
from .ours import Ours
from .view import BLANK, FLAGS, Cell, Terminal, View, differences
from .xterm import Xterm

__all__ = ["BLANK", "FLAGS", "Cell", "Ghostty", "Ours", "Terminal", "View", "Xterm", "differences"]
