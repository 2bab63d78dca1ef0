"""Files that appear together or not at all: a video and what belongs to it.

They are made in a hidden folder beside their place and renamed at the end. What was there before is put back
where a rename fails.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from sessionlens.errors import RenderError, UsageError


class Together:
    """The files of one order. Leaving the `with` block normally puts them in place; an exception leaves
    nothing behind."""

    def __init__(self, beside: Path, *, overwrite: bool = True) -> None:
        self._beside, self._overwrite = beside, overwrite
        self._files: dict[Path, Path] = {}

    def __enter__(self) -> Self:
        self._work = working_folder(self._beside)
        self.folder = Path(self._work.name)
        return self

    def add(self, made: Path, target: Path) -> None:
        """A finished file of the folder, and where it goes. Raises UsageError where another lies there."""
        self.free(target)
        self._files[made] = target

    def free(self, *targets: Path) -> None:
        """Raise UsageError where one of these is there and may not be replaced."""
        for target in targets:
            if target.exists() and not self._overwrite:
                raise UsageError(f"{target}: is there already; --force replaces it")

    def write(self, text: str, target: Path) -> Path:
        """A text file (UTF-8, LF) that goes there."""
        made = self.folder / f"{len(self._files)}.txt"
        made.write_text(text, encoding="utf-8", newline="\n")
        self.add(made, target)
        return made

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._work:
            if kind is None:
                self._rename()

    def _rename(self) -> None:
        with contextlib.ExitStack() as undo:
            for number, (made, target) in enumerate(self._files.items()):
                try:
                    if target.exists():
                        before = self.folder / f"before-{number}"
                        target.replace(before)
                        undo.callback(before.replace, target)
                    made.replace(target)
                    undo.callback(made_undone, target)
                except OSError as error:
                    raise RenderError(f"cannot write {target}: {error.strerror or error}") from error
            undo.pop_all()


def made_undone(target: Path) -> None:
    """Take a file away again, as far as possible."""
    with contextlib.suppress(OSError):
        target.unlink()


def working_folder(path: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder on the same disk as the file to come."""
    if path.is_dir():
        raise RenderError(f"cannot write {path}: it is a folder; name a file in it")
    try:
        return tempfile.TemporaryDirectory(prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent)
    except OSError as error:
        reason = error.strerror or error
        raise RenderError(
            f"cannot write into {os.fspath(path.parent)}: {reason}; choose another place"
        ) from error
