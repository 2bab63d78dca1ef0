"""`ran` over the many ways in which one thing can be written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessionlens.detect import calls, ran
from sessionlens.errors import UsageError

DELETE_TREE = [
    "rm -rf /data",
    "rm -fr /data",
    "rm -r -f /data",
    "rm -f -r -- /data",
    "rm /data -rf",
    "rm -Rf /data",
    "rm -rvf /data",
    "rm --recursive --force /data",
    "rm --rec --fo /data",
    "/bin/rm -rf /data",
    "../../bin/rm -rf /data",
    "\\rm -rf /data",
    "'rm' -rf /data",
    'r"m" -rf /data',
    "$'\\x72m' -rf /data",
    "r\\m -r\\f /data",
    "sudo rm -rf /data",
    "sudo -u root -n rm -rf /data",
    "doas rm -rf /data",
    "env -i LANG=C rm -rf /data",
    "LANG=C rm -rf /data",
    "nohup nice -n 19 rm -rf /data &",
    "timeout -k 1 30 rm -rf /data",
    "command rm -rf /data",
    "busybox rm -rf /data",
    "bash -c 'rm -rf /data'",
    "sudo sh -lc 'cd / && rm -rf data'",
    "su - root -c 'rm -rf /data'",
    "ssh web01 rm -rf /data",
    "ssh -p 22 root@web01 'rm -rf /data'",
    "eval 'rm -rf /data'",
    "ls /data | xargs -n1 rm -rf",
    "find /data -exec rm -rf {} +",
    "find /data -maxdepth 0 -execdir sudo rm -r -f {} \\;",
    "cd / && rm -rf data; ls",
    "[[ -d /data ]] && { rm -rf /data; }",
    "if test -d /data; then rm -rf /data; fi",
    "for d in /data /srv; do rm -rf $d; done",
    "echo $(rm -rf /data)",
    "rm >/dev/null 2>&1 -rf /data",
    "rm -{r,f} /data",
    "{rm,-rf,/data}",
    "X=rm; $X -rf /data",
    "echo 'rm -rf /data' | sh",
    "echo cm0gLXJmIC9kYXRh | base64 -d | bash",
    "bash <<< 'rm -rf /data'",
    "bash <<X\nrm -rf /data\nX",
    "rm -rf \\\n  /data",
    "time rm -rf /data",
    "case $x in a) rm -rf /data;; esac",
    "begin; rm -rf /data; end",
]


@pytest.mark.parametrize("text", DELETE_TREE)
def test_a_tree_is_deleted_however_it_is_written(text: str) -> None:
    assert ran(text, "rm", "-r", "-f")
    assert ran(text, "rm", "-rf")
    assert ran(text, "rm", "--recursive", "--force")


@pytest.mark.parametrize(
    "text",
    [
        "echo rm -rf /data",
        "grep 'rm -rf' notes.txt",
        "rm -r /data",
        "rm data-rf",
        "rm -- -rf",
        "man rm",
        "cat > x <<'E'\nrm -rf /data\nE",
        "alarm -rf x",
        "# rm -rf /data",
        "",
        "find . -type f",
    ],
)
def test_what_only_looks_like_it(text: str) -> None:
    assert not ran(text, "rm", "-r", "-f")


def test_operands_and_other_programs() -> None:
    assert ran("rm -rf /data/ /tmp/x", "rm", "/data")
    assert not ran("rm -rf /database", "rm", "/data")
    assert ran("cp a.log b.log /mnt", "cp", "*.log")
    assert ran("tar czf x.tgz src", "tar", "-c", "x.tgz")
    assert not ran("tar czf x.tgz src", "tar", "-x")
    assert ran("tar czf x.tgz src", "tar", "-c", "src")
    assert ran("find /x -name '*.c' -delete", "find", "-delete")
    assert ran("sudo -u bob ls", "sudo")
    assert ran("sudo -u bob ls", "ls")


@pytest.mark.parametrize("words", ["rm -rf", "rm -r", "rm -f -r"])
def test_what_follows_two_dashes_is_an_operand_whatever_it_looks_like(words: str) -> None:
    assert not ran("rm -- -rf", words)
    assert not ran("sudo rm -- -rf -r -f", words)
    assert ran("rm -rf -- -rf", words)


def test_an_operand_that_looks_like_an_option_is_asked_for_behind_two_dashes() -> None:
    assert ran("rm -- -rf", "rm -- -rf")
    assert ran("rm -f -- -rf", "rm", "-f", "--", "-rf")
    assert not ran("rm -rf x", "rm -- -rf")
    assert ran("kubectl exec web -- rm -rf /srv", "rm -rf /srv")
    assert ran("kubectl exec web -- rm -rf /srv", "kubectl exec web -- rm")
    assert ran("find -- . -delete", "find -delete")


def test_a_word_is_a_text() -> None:
    with pytest.raises(UsageError, match="5 is no word"):
        ran("rm 5", "rm", 5)  # type: ignore[arg-type]


@given(st.text(max_size=80))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    calls(text)
    ran(text, "rm", "-r")


@given(st.text(alphabet="rm -f'\"\\$(){}[]|;&<>`\n=/*ab", max_size=60))
def test_any_shell_noise_is_read_without_an_exception(text: str) -> None:
    calls(text)
