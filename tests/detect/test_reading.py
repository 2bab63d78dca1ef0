"""Commands one after the other: what an earlier line said counts in the later ones of the same shell."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from sessionlens.detect import findings, ran_each


@dataclass(frozen=True)
class Line:
    text: str
    kind: str = "shell"
    context: str = "bash"


def found(*lines: Line) -> list[bool]:
    return list(ran_each([(line.text, line.kind, line.context) for line in lines], "rm", "-r", "-f"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("alias tidy='rm -rf'", "tidy /data"),
        ('tidy() { rm -rf "$@"; }', "tidy /data"),
        ('tidy() { rm "$@"; }', "tidy -rf /data"),
        ("a=rm", "$a -rf /data"),
        ("export a='rm -rf'", "$a /data"),
        ("cp /bin/rm /tmp/ls", "/tmp/ls -rf /data"),
        ("ln -s /bin/rm tidy", "./tidy -rf /data"),
        ("echo 'rm -rf /data' > x.sh", "sh x.sh"),
        ("echo 'rm -rf /data' > x.sh", "chmod +x x.sh; ./x.sh"),
        ("cat > x.sh <<'E'\nrm -rf /data\nE", "source ./x.sh"),
        ("set -- rm -rf /data", '"$@"'),
        ("read -r a <<< 'rm -rf'", "$a /data"),
    ],
)
def test_an_earlier_line_gives_a_name_its_meaning(before: str, after: str) -> None:
    teaching = "rm -rf" in before and "()" in before  # a function's body counts where it is written, too
    assert found(Line(before), Line("ls"), Line(after)) == [teaching, False, True]
    assert found(Line(after)) == [False]


def test_only_the_shell_itself_knows_its_aliases() -> None:
    alias, function = Line("alias t='rm -rf'"), Line('t() { rm -rf "$@"; }')
    for text in ("sudo t x", "command t x", "bash -c 't x'", "echo t x | sh", "ls | xargs t"):
        assert found(alias, Line(text)) == [False, False]
        assert found(function, Line(text)) == [True, False]
    for text in ("eval t x", "time t x", "{ t x; }", "if true; then t x; fi", "echo $(t x)", "ls && t x"):
        assert found(alias, Line(text)) == [False, True]


def test_the_last_meaning_counts() -> None:
    lines = [
        Line("alias t='rm -rf'"),
        Line("unalias t"),
        Line("t x"),
        Line("a=rm"),
        Line("a=ls"),
        Line("$a -rf x"),
    ]
    assert found(*lines) == [False] * 6
    assert found(Line("echo 'rm -rf x' > f"), Line("ls > f"), Line("sh f")) == [False] * 3


def test_a_shell_that_was_left_is_forgotten() -> None:
    inner = Line("alias t='rm -rf'", context="bash > bash")
    use = Line("t x", context="bash > bash")
    assert found(inner, use) == [False, True]
    assert found(inner, Line("t x"), use) == [False, False, False]
    assert found(Line("alias t='rm -rf'"), Line("ls", context="bash > ssh web"), Line("t x")) == [
        False,
        False,
        True,
    ]


def test_an_exec_request_is_a_shell_of_its_own() -> None:
    assert found(Line("alias t='rm -rf'"), Line("t x", "exec")) == [False, False]
    assert found(Line("rm -rf x", "exec")) == [True]


@pytest.mark.parametrize(
    ("context", "text"),
    [
        ("bash > python", "import os; os.system('rm -rf /data')"),
        ("bash > python", "!rm -rf /data"),
        ("bash > psql", "\\! rm -rf /data"),
        ("bash > sqlite", ".shell rm -rf /data"),
        ("bash > mysql", "\\! rm -rf /data"),
        ("bash > gdb", "shell rm -rf /data"),
        ("bash > node", "require('child_process').execSync('rm -rf /data')"),
    ],
)
def test_a_repl_hands_commands_to_a_shell(context: str, text: str) -> None:
    assert found(Line(text, "repl", context)) == [True]
    assert [each.mark for each in findings([Line(text, "repl", context)])] == ["delete-tree"]


def test_a_line_of_a_repl_is_no_shell_syntax() -> None:
    assert found(
        Line("rm -rf x", "repl", "bash > python"), Line("rm -rf x", "repl", "bash > nobody knows")
    ) == [
        False,
        False,
    ]
    assert list(ran_each([("x = 1", "repl", "bash > python")], "python")) == [False]


def test_what_a_repl_deletes_itself_is_marked() -> None:
    line = Line("shutil.rmtree('/data')", "repl", "bash > python")
    assert [(each.mark, each.severity) for each in findings([line])] == [("delete-tree", "high")]
    assert (
        findings([Line("help(shutil.rmtree)", "repl", "bash > python"), Line("ls", "repl", "bash > ftp")])
        == []
    )


def test_a_command_of_an_editor() -> None:
    assert found(Line(":!rm -rf /data", "editor"), Line("rm -rf /data", "editor"), Line(":w", "editor")) == [
        True,
        True,
        False,
    ]


def test_marks_know_an_alias_too() -> None:
    marked = findings([Line("alias t='rm -rf'"), Line("t /data")])
    assert [(each.command_index, each.mark) for each in marked] == [(1, "delete-tree")]


@pytest.mark.parametrize(
    "text",
    [
        "echo \\\\\nrm -rf victim",
        "ls # old\\\nrm -rf victim",
        "cat <<'X' >/dev/null\nC:\\\nX\nrm -rf victim",
        "echo 'a\\\nb'; rm -rf victim",
        "rm -r\\\nf victim",
    ],
)
def test_a_backslash_at_the_end_of_a_row_goes_on_only_where_it_is_one(text: str) -> None:
    assert found(Line(text)) == [True]


@pytest.mark.parametrize(
    ("shell", "line", "runs"),
    [
        ("fish", r"echo 'a\'' ; rm -rf a #'", True),
        ("bash", r"echo 'a\'' ; rm -rf a #'", False),
        ("fish", "echo <<X; rm -rf a", True),
        ("dash", r"echo $'a\'; rm -rf a #'", True),
        ("bash", r"echo $'a\'; rm -rf a #'", False),
        ("dash", ": &>/dev/null rm -rf a", True),
        ("bash", ": &>/dev/null rm -rf a", False),
        ("zsh", ": # ; rm -rf a", True),
        ("bash", ": # ; rm -rf a", False),
        ("zsh", "repeat 1 rm -rf a", True),
    ],
)
def test_each_shell_has_its_own_quotes_and_comments(shell: str, line: str, runs: bool) -> None:
    assert list(ran_each([(line, "shell", f"bash > {shell}")], "rm", "-rf")) == [runs]


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ('bash <<"a\\"b"\nrm -rf a\na"b', True),
        ('cat <<"a\\"b"\nrm -rf a\na"b\n', False),
        ("cat <<X;:\nrm -rf a\nX", False),
        ("cat <<X;:\n$(rm -rf a)\nX", True),
        ("cat <<'X';:\n$(rm -rf a)\nX", False),
        ("b=([1<<2]=3)\nrm -rf a\n2]=3", True),
        ("cat <<-X >/dev/null\n\tfoo\n\tX\nrm -rf a", True),
        ("echo $(cat <<X\nrm -rf a\nX)", False),
        ("echo $(cat <<X\na\nX); rm -rf a", True),
        ("cat <<X <<Y\nrm -rf a\nX\nrm -rf b\nY", False),
        ("cat <<X | sh\nrm -rf a\nX", True),
    ],
)
def test_what_here_documents_hold_is_run_only_where_something_runs_it(text: str, runs: bool) -> None:
    assert found(Line(text)) == [runs]
