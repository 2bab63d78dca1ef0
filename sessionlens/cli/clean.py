"""sessionlens clean: take what recordings left in notebooks out of them; code and text stay.

All outputs go, whatever they show: which of them came from a recording, nobody can tell from a file. So do
the numbers of runs and the saved state of widgets. The notebook is written in place, as nbstripout does, or
to -o; its layout stays, so that a diff shows what is gone and nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sessionlens.cli.common import say
from sessionlens.errors import FormatError, NotFoundError, UsageError
from sessionlens.session.outputs import check_output
from sessionlens.visible import visible

SUFFIX = ".ipynb"
LARGEST = 1 << 30  # bytes
_INDENT = re.compile(r'^\s*\{\r?\n([ \t]+)"')
_HALF = re.compile("[\ud800-\udfff]")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK", help=f"{SUFFIX} file")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write there (default: in place)")
    parser.add_argument("--force", action="store_true", help="replace FILE if it is there")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if there is something to take out"
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.output is not None:
        if len(arguments.notebooks) > 1 or arguments.check:
            raise UsageError("-o is for one notebook that is cleaned")
        check_output(arguments.output, SUFFIX, overwrite=arguments.force)
    dirty = False
    for path in arguments.notebooks:
        text = read(path)
        cleaned, gone = clean(text, str(path))
        dirty = dirty or gone.anything
        if arguments.output is not None:
            write(arguments.output, cleaned)
        elif gone.anything and not arguments.check:
            check_output(path, SUFFIX)
            write(path, cleaned)
        say(f"{visible(str(path))}: {gone.said(arguments.check)}")
    return int(arguments.check and dirty)


@dataclass(slots=True)
class Gone:
    """What was taken out of one notebook, and what stays that only a person can judge."""

    outputs: int = 0
    cells: int = 0
    bytes: int = 0
    counts: int = 0
    widgets: int = 0
    attached: int = 0

    @property
    def anything(self) -> bool:
        """Was there something to take out?"""
        return bool(self.outputs or self.counts or self.widgets)

    def said(self, check: bool) -> str:
        """In words."""
        parts = [f"{_many(self.outputs, 'output')} of {_many(self.cells, 'cell')}"] if self.outputs else []
        parts += [f"the state of {_many(self.widgets, 'widget')}"] if self.widgets else []
        parts += [f"{_many(self.counts, 'number')} of runs"] if self.counts and not parts else []
        size = f" ({self.bytes / 1000:,.1f} kB)" if self.outputs or self.widgets else ""
        done = "holds" if check else "removed"
        words = f"{done} {' and '.join(parts)}{size}" if parts else "nothing to remove"
        kept = (
            f"; {_many(self.attached, 'picture')} in text cells kept, look at them" if self.attached else ""
        )
        return words + kept


def _many(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def read(path: Path) -> str:
    """The text of a file that may be a notebook. Raises NotFoundError, UsageError, FormatError."""
    if not path.exists():
        raise NotFoundError(f"{path}: is not there")
    if not path.is_file():
        raise UsageError(f"{path}: is no file; name a notebook ({SUFFIX})")
    if (size := path.stat().st_size) > LARGEST:
        raise UsageError(f"{path}: {size:,} bytes are too many for a notebook ({LARGEST:,} are read at most)")
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path}: not a notebook: byte {error.start} is no UTF-8") from None


def clean(text: str, name: str) -> tuple[str, Gone]:
    """The notebook without outputs and widget state, and what that was; the same text where nothing was.

    Raises FormatError for what is no notebook of format 4.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    try:
        notebook = json.loads(text.removeprefix(mark))
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{name}: not a notebook: {error}") from None
    gone = Gone()
    for number, cell in enumerate(_cells(notebook, name), 1):
        if not isinstance(cell, dict):
            raise FormatError(f"{name}: cell {number} is none; nothing was changed")
        _strip(cell, gone)
    metadata = notebook.get("metadata")
    if isinstance(metadata, dict) and "widgets" in metadata:
        state = metadata.pop("widgets")
        gone.widgets, gone.bytes = gone.widgets + _widgets(state), gone.bytes + _size(state)
    return (mark + _written(notebook, text) if gone.anything else text), gone


def _cells(notebook: Any, name: str) -> list[Any]:
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if version is not None and version != 4:
        raise FormatError(
            f"{name}: format {version!r} is not read; `jupyter nbconvert --to notebook` makes 4 of it"
        )
    if not isinstance(cells, list) or version is None:
        raise FormatError(f"{name}: not a notebook: it has no list of cells, or no nbformat")
    return cells


def _strip(cell: dict[str, Any], gone: Gone) -> None:
    """Whatever kind of cell it says it is: outputs are none of an author's words."""
    if cell.get("outputs"):
        outputs = cell["outputs"]
        gone.outputs += len(outputs) if isinstance(outputs, list) else 1
        gone.cells, gone.bytes = gone.cells + 1, gone.bytes + _size(outputs)
        cell["outputs"] = []
    if cell.get("execution_count") is not None:
        gone.counts += 1
        cell["execution_count"] = None
    attached = cell.get("attachments")
    gone.attached += len(attached) if isinstance(attached, dict) else 0


def _widgets(state: Any) -> int:
    """How many widgets have their state saved there; 1 where that is not plain to see."""
    kinds = state.values() if isinstance(state, dict) else ()
    states = [
        kind["state"] for kind in kinds if isinstance(kind, dict) and isinstance(kind.get("state"), dict)
    ]
    return sum(map(len, states)) or 1


def _size(value: Any) -> int:
    return len(json.dumps(value))


def _written(notebook: Any, text: str) -> str:
    """As the text was laid out: its indent, its line ends, letters as such or as escapes."""
    indent = _INDENT.match(text.removeprefix("\ufeff"))
    separators = None if indent or '": ' in text[:1000] else (",", ":")
    layout: dict[str, Any] = {"indent": indent[1] if indent else None, "separators": separators}
    made = json.dumps(notebook, ensure_ascii=text.isascii(), **layout)
    if _HALF.search(made):  # of a surrogate pair: no text has these but as escapes
        made = json.dumps(notebook, **layout)
    ending = text[len(text.rstrip()) :]
    return made.replace("\n", "\r\n") + ending if "\r\n" in text else made + ending


def write(path: Path, text: str) -> None:
    """All of it or nothing; a link stays one, and so does who may read the file."""
    target = path.resolve()
    number, name = tempfile.mkstemp(dir=target.parent, prefix=".sessionlens-")
    temporary = Path(name)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(text.encode("utf-8"))
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except BaseException:
        temporary.unlink()
        raise
