"""Tables as files: what Excel reads, where it is from, and nothing that runs or that should not be there."""

from __future__ import annotations

import builtins
import csv
import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.session.exporting import export, table_name
from sessionlens.tables.schema import conform

openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("xlsxwriter")
Maker = Callable[..., Path]
SECRET = "hunter2hunter2"
LINES = [("ls", "a\n"), (f"mysql --password={SECRET} shop", ""), ("rm -rf /srv/app", "")]


@pytest.fixture
def insider(root: Path) -> sl.Session:
    return sl.open(root / "fixtures" / "sessions" / "insider")


def read_csv(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def sheet(path: Path, name: str = "table") -> Any:
    return openpyxl.load_workbook(path)[name]


def test_excel_has_real_times_and_numbers(insider: sl.Session, tmp_path: Path) -> None:
    told = insider.commands.sl.export(tmp_path / "x.xlsx")
    page = sheet(told.path)
    heads = [cell.value for cell in page[2]]
    row = dict(zip(heads, page[3], strict=True))
    first = insider.commands.iloc[0]
    assert row["n"].value == 1
    assert row["command"].value == first["command"]
    assert row["start"].value == timedelta(milliseconds=first["start"].value // 1_000_000)
    assert row["start"].number_format == "[h]:mm:ss.000"
    assert row["start_utc"].value == first["start_utc"].floor("ms").tz_convert(None).to_pydatetime()
    assert row["start_utc"].number_format == "yyyy-mm-dd hh:mm:ss.000"
    assert row["fullscreen"].value is False
    assert page.max_row == len(insider.commands) + 2


def test_a_row_says_where_it_is_from(insider: sl.Session, tmp_path: Path) -> None:
    digest = hashlib.sha256((insider.path / "MANIFEST").read_bytes()).hexdigest()
    for suffix in (".xlsx", ".csv"):
        path = insider.commands.sl.export(tmp_path / f"x{suffix}").path
        said = read_csv(path)[0] if suffix == ".csv" else [cell.value for cell in sheet(path)[1]]
        assert said[:4] == [f"SessionLens {sl.__version__}", "table commands", "18 rows", "1 session"]
        assert said[4] == "nothing had to be masked"
        assert f"7c2a45ee MANIFEST SHA-256 {digest}" in said
    assert [cell.value for cell in sheet(tmp_path / "x.xlsx", "recordings")[2]] == [
        "7c2a45ee",
        insider.path.name,
        digest,
    ]


def test_csv_reads_back_and_is_the_same_each_time(insider: sl.Session, tmp_path: Path) -> None:
    one, two = (insider.commands.sl.export(tmp_path / f"{n}.csv").path for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()
    back = pd.read_csv(one, skiprows=1, parse_dates=["start_utc"])
    assert list(back["command"]) == list(insider.commands["command"])
    assert back["start_utc"].dt.tz is None
    assert pd.to_timedelta(back["start"]).iloc[0] == insider.commands["start"].iloc[0].floor("ms")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_secrets_are_masked_and_counted_unless_told_otherwise(
    shell_session: Maker, tmp_path: Path, suffix: str
) -> None:
    s = sl.open(shell_session(LINES))
    path = tmp_path / f"x{suffix}"
    told = s.commands.sl.export(path)

    def text() -> str:
        return (
            str(read_csv(path)) if suffix == ".csv" else str([[c.value for c in r] for r in sheet(path).rows])
        )

    assert SECRET not in text()
    assert "1 place masked: 1 password" in str(told) and "1 place masked: 1 password" in text()
    assert "not masked" in str(s.commands.sl.export(path, mask=False))
    assert SECRET in text() and "not masked" in text()


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")', "http://x.test/"]
)
def test_text_is_text(tmp_path: Path, text: str) -> None:
    table = conform({"session": ["0123abcd"], "command": text}, "commands")
    export(table, tmp_path / "x.xlsx", mask=False)
    page = sheet(tmp_path / "x.xlsx")
    assert page["B3"].data_type == "s" and page["B3"].value == text
    assert page["B3"].hyperlink is None
    export(table, tmp_path / "x.csv", mask=False)
    assert read_csv(tmp_path / "x.csv")[2][1] == (text if text[0] == "h" else f"'{text}")


def test_what_misleads_is_visible_in_excel(tmp_path: Path) -> None:
    table = conform({"session": ["0123abcd"], "command": "a\x1b[2J\u202e_x0041_\udc80\nb"}, "commands")
    export(table, tmp_path / "x.xlsx", mask=False)
    assert sheet(tmp_path / "x.xlsx")["B3"].value == "a\\x1b[2J\\u202e_x0041_\\udc80\nb"


def test_what_excel_cannot_hold_is_said(tmp_path: Path) -> None:
    data = {
        "session": ["0123abcd"],
        "output": "x" * 40_000,
        "start": [-1_000_000_000],
        "output_bytes": [2**60],
    }
    table = conform(data | {"start_utc": [pd.Timestamp("1800-01-01", tz="UTC").value]}, "commands")
    told = export(table, tmp_path / "x.xlsx", mask=False)
    page = sheet(told.path)
    row = dict(zip((c.value for c in page[2]), (c.value for c in page[3]), strict=True))
    assert len(row["output"]) == 32_767 and "cut: 40,000 characters" in row["output"]
    assert "1 text cut at Excel's limit: .csv has all" in str(told)
    assert "1 text cut at Excel's limit: .csv has all" in [c.value for c in page[1]]
    assert row["start"] == "-00:00:01.000"
    assert row["output_bytes"] == str(2**60)
    assert row["start_utc"] == "1800-01-01T00:00:00.000Z"


def test_an_instant_of_ones_own_is_named_utc(tmp_path: Path) -> None:
    own = conform({"session": ["0123abcd"], "start_utc": [0]}, "commands").rename(
        columns={"start_utc": "when"}
    )
    export(own, tmp_path / "x.csv", mask=False)
    heads, row = read_csv(tmp_path / "x.csv")[1:]
    assert row[heads.index("when_utc")] == "1970-01-01 00:00:00.000"
    assert table_name(own) == "of its own columns"
    assert (
        table_name(conform({}, "commands")[["command", "output", "recording", "session"]])
        == "commands (some columns)"
    )


def test_an_empty_table_says_what_was_looked_at(shell_session: Maker, tmp_path: Path) -> None:
    s = sl.open(shell_session([("ls", "a\n")]))
    s.findings.sl.export(tmp_path / "x.csv")
    assert "no findings: no mark on any of 1 command" in read_csv(tmp_path / "x.csv")[0]


def test_several_sessions_with_the_same_labels_each_go_through_their_own_mask(
    shell_session: Maker, tmp_path: Path
) -> None:
    tables = [sl.open(shell_session(LINES, name)).commands for name in ("one", "two")]
    both = pd.concat(tables)
    masked = both.sl.masked()
    assert list(masked.index) == list(both.index) and len(masked) == 6
    assert masked.attrs["masked"] == {"password": 2}
    assert SECRET not in masked.to_string()
    assert (masked.dtypes == both.dtypes).all()


def test_a_recording_that_is_gone_is_not_written_unmasked(shell_session: Maker, tmp_path: Path) -> None:
    folder = shell_session(LINES)
    commands = sl.open(folder).commands
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(sl.UsageError, match="mask=False"):
        commands.sl.export(tmp_path / "x.csv")
    assert not (tmp_path / "x.csv").exists()


@pytest.mark.parametrize("as_one", [lambda texts: texts.astype("category"), lambda texts: texts.str.split()])
def test_a_column_of_another_kind_is_masked_too(shell_session: Maker, tmp_path: Path, as_one: Any) -> None:
    commands = sl.open(shell_session(LINES)).commands
    other = commands.assign(typed=as_one(commands["command"].astype("object")))
    for name in ("x.csv", "x.xlsx"):
        other.sl.export(tmp_path / name)
    rows = [read_csv(tmp_path / "x.csv"), [[c.value for c in row] for row in sheet(tmp_path / "x.xlsx")]]
    assert SECRET not in str(rows) and str(rows).count("[masked: password]") >= 4


def test_a_row_without_a_recording_is_not_written_unmasked(shell_session: Maker, tmp_path: Path) -> None:
    commands = sl.open(shell_session(LINES)).commands
    commands.loc[1, "recording"] = pd.NA
    with pytest.raises(sl.UsageError, match="without a recording"):
        commands.sl.export(tmp_path / "x.csv")
    assert not (tmp_path / "x.csv").exists()
    assert commands.sl.export(tmp_path / "x.csv", mask=False).rows == 3


@pytest.mark.parametrize("name", ["x.txt", "x", "x.xls"])
def test_other_suffixes_are_refused(insider: sl.Session, tmp_path: Path, name: str) -> None:
    with pytest.raises(sl.UsageError, match=r"\.xlsx or \.csv"):
        insider.commands.sl.export(tmp_path / name)


def test_evidence_and_other_files_are_not_touched(insider: sl.Session, tmp_path: Path) -> None:
    with pytest.raises(sl.UsageError, match="inside the recording"):
        insider.commands.sl.export(insider.path / "x.csv")
    (tmp_path / "x.csv").write_text("mine")
    with pytest.raises(sl.UsageError, match="is there already"):
        insider.commands.sl.export(tmp_path / "x.csv", overwrite=False)
    with pytest.raises(sl.UsageError, match="cannot write"):
        insider.commands.sl.export(tmp_path / "no" / "folder" / "x.csv")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.csv"]


def test_without_xlsxwriter_it_says_what_to_install(
    insider: sl.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "xlsxwriter":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(sl.UsageError, match="pip install XlsxWriter"):
        insider.commands.sl.export(tmp_path / "x.xlsx")


def test_more_rows_than_excel_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sessionlens.tables.excel.MOST_ROWS", 3)
    table = conform({"session": ["0123abcd"] * 2, "command": "ls"}, "commands")
    with pytest.raises(sl.UsageError, match="fewer rows"):
        export(table, tmp_path / "x.xlsx", mask=False)
    assert export(table, tmp_path / "x.csv", mask=False).rows == 2
    assert not (tmp_path / "x.xlsx").exists()


def test_some_columns_are_written_and_masked(shell_session: Maker, tmp_path: Path) -> None:
    commands = sl.open(shell_session(LINES)).commands
    told = commands.sl.export(tmp_path / "x.csv", columns=["n", "command"])
    lines = read_csv(told.path)
    assert lines[1] == ["n", "command"] and lines[0][1] == "table commands"
    assert told.masked and SECRET not in told.path.read_text("utf-8-sig")
    with pytest.raises(sl.UsageError, match=r"columns session, recording, .*columns=\["):
        commands[["n", "command"]].sl.export(tmp_path / "y.csv")
    with pytest.raises(sl.UsageError, match="no column comand"):
        commands.sl.export(tmp_path / "y.csv", columns=["comand"])
    assert not (tmp_path / "y.csv").exists()
