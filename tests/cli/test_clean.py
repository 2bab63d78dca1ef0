"""`sessionlens clean`: outputs and widget state go, code and text stay as they were laid out."""

from __future__ import annotations

import difflib
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.cli import EX_USAGE, main
from sessionlens.cli.clean import clean
from sessionlens.errors import FormatError

SECRET = "rm -rf /srv/app"


@pytest.fixture
def notebook() -> dict[str, Any]:
    """As Jupyter writes them, with an output, the state of a widget and a picture in a text cell."""
    code = nbformat.v4.new_code_cell("print('größe')", execution_count=7)
    code["outputs"] = [nbformat.v4.new_output("stream", text=SECRET)]
    text = nbformat.v4.new_markdown_cell("# What John ran", attachments={"a.png": {"image/png": "aaaa"}})
    made = nbformat.v4.new_notebook(cells=[text, code, nbformat.v4.new_code_cell("1 + 1")])
    state = {"version_major": 2, "version_minor": 0, "state": {"abc": {"state": {"text": SECRET}}}}
    made["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    return dict(made)


@pytest.fixture
def file(notebook: dict[str, Any], tmp_path: Path) -> Path:
    path = tmp_path / "case.ipynb"
    nbformat.write(nbformat.from_dict(notebook), path)
    return path


def test_in_place(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = nbformat.read(file, 4)
    file.chmod(0o640)
    assert main(["clean", str(file)]) == 0
    said = capsys.readouterr().out
    assert "removed 1 output of 1 cell and the state of 1 widget" in said
    assert "1 picture in text cells kept" in said
    assert SECRET not in file.read_text("utf-8")
    after = nbformat.read(file, 4)
    nbformat.validate(after)
    assert [cell["source"] for cell in after["cells"]] == [cell["source"] for cell in before["cells"]]
    assert file.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_elsewhere(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, other = file.read_bytes(), tmp_path / "clean.ipynb"
    assert main(["clean", str(file), "-o", str(other)]) == 0
    assert file.read_bytes() == before
    assert SECRET not in other.read_text("utf-8")
    assert main(["clean", str(file), "-o", str(other)]) == EX_USAGE
    assert "--force" in capsys.readouterr().err
    assert main(["clean", str(file), "-o", str(other), "--force"]) == 0


def test_check_writes_nothing(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = file.read_bytes()
    assert main(["clean", "--check", str(file)]) == 1
    assert "holds 1 output" in capsys.readouterr().out
    assert file.read_bytes() == before
    assert main(["clean", str(file)]) == 0
    assert main(["clean", "--check", str(file)]) == 0


def test_what_is_clean_is_not_touched(file: Path) -> None:
    main(["clean", str(file)])
    before = file.stat()
    assert main(["clean", str(file)]) == 0
    after = file.stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_a_link_stays_one(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.ipynb"
    link.symlink_to(file)
    assert main(["clean", str(link)]) == 0
    assert link.is_symlink()
    assert SECRET not in file.read_text("utf-8")


@pytest.mark.parametrize("indent", [None, 1, 4, "\t"])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_a_diff_shows_only_what_is_gone(
    notebook: dict[str, Any], indent: int | str | None, ascii_only: bool, ends: str, last: str
) -> None:
    def laid_out(value: object) -> str:
        return json.dumps(value, indent=indent, ensure_ascii=ascii_only).replace("\n", ends) + last.replace(
            "\n", ends
        )

    made = nbformat.from_dict(notebook)
    text = laid_out(made)
    cleaned, _ = clean(text, "x")
    made["cells"][1]["outputs"], made["cells"][1]["execution_count"] = [], None
    del made["metadata"]["widgets"]
    assert cleaned == laid_out(made)
    added = [line for line in difflib.ndiff(text.splitlines(), cleaned.splitlines()) if line[0] == "+"]
    assert len(added) <= 3


def test_half_a_surrogate_pair(notebook: dict[str, Any]) -> None:
    notebook["cells"][0]["source"] = "ä\ud800"
    text = json.dumps(notebook).replace("\\u00e4", "ä")
    cleaned, _ = clean(text, "x")
    assert json.loads(cleaned.encode())["cells"][0]["source"] == "ä\ud800"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a notebook"),
        (b"\xff\xfe", "byte 0 is no UTF-8"),
        (b"[]", "no list of cells"),
        (b'{"nbformat": 4}', "no list of cells"),
        (b'{"nbformat": 4, "cells": [1]}', "cell 1 is none"),
        (b'{"nbformat": 3, "worksheets": []}', "nbconvert"),
        (b"[" * 100_000, "not a notebook"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "not a notebook"),
    ],
)
def test_what_is_no_notebook(
    content: bytes, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(content)
    assert main(["clean", str(path)]) == EX_USAGE
    assert why in capsys.readouterr().err
    assert path.read_bytes() == content


def test_wrong_use(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clean", str(tmp_path / "none.ipynb")]) == EX_USAGE
    assert main(["clean", str(tmp_path)]) == EX_USAGE
    assert main(["clean", str(file), str(file), "-o", str(tmp_path / "y.ipynb")]) == EX_USAGE
    other = tmp_path / "case.json"
    file.rename(other)
    assert main(["clean", str(other)]) == EX_USAGE
    assert SECRET in other.read_text("utf-8")


NAMES = st.sampled_from(["cells", "nbformat", "outputs", "metadata", "widgets", "state", "attachments", "x"])
LEAVES = st.none() | st.booleans() | st.integers() | st.text()
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner))


@given(JSON, st.lists(JSON, max_size=3))
def test_any_json_is_cleaned_or_refused(metadata: object, cells: list[object]) -> None:
    text = json.dumps({"nbformat": 4, "metadata": metadata, "cells": cells})
    try:
        cleaned, gone = clean(text, "x")
    except FormatError:
        return
    again, nothing = clean(cleaned, "x")
    assert again == cleaned
    assert not nothing.anything
    assert gone.anything == (cleaned != text)
