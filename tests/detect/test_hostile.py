"""Command lines made to end the analyst's Python, or to keep it busy: all of them are read, and soon."""

from __future__ import annotations

import base64
import gzip
import subprocess
import sys
import time

import pytest
import tree_sitter

from sessionlens.commands import grammar
from sessionlens.commands.grammar import MOST
from sessionlens.commands.more import incomplete
from sessionlens.detect import calls, marks_of, ran

# a `{` and a code point behind the table that libc's isdigit looks into: tree-sitter-bash issue 337
OUTSIDE_THE_TABLE = [
    "{\U000f0000",
    "{\U0010ffff",
    "{\U000e0100",
    "echo {1..\U000f0000}; rm -rf /data",
    "n\U00031acd\xb2{\U0010d136\n",
    *("{" + chr(point) for point in range(0x10000, 0x110000, 0x400)),
]
_READ = """
import sys
from sessionlens.commands.more import incomplete
from sessionlens.detect import calls
for text in map(eval, sys.stdin):
    calls(text), incomplete(text)
print("alive")
"""


def test_a_character_outside_the_scanners_table_does_not_end_the_process() -> None:
    """In children: what this is about is a segmentation fault, and where memory ends differs each time."""
    lines = "".join(f"{text!a}\n" for text in OUTSIDE_THE_TABLE)
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", _READ],
            input=lines,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, "alive\n"), done.stderr[:2000]


@pytest.mark.parametrize("text", [*OUTSIDE_THE_TABLE[:5], "é\0\ud800\xff", "x" * 2 * MOST])
def test_the_grammar_is_given_ascii_of_bounded_length_only(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[bytes] = []
    real = grammar._parser()

    class Spy:
        def parse(self, source: bytes) -> tree_sitter.Tree:
            given.append(source)
            return real.parse(source)

    monkeypatch.setattr(grammar, "_parser", Spy)
    calls(text)
    incomplete(text)
    assert given
    assert all(0 < byte < 128 for source in given for byte in source)
    assert all(len(source) <= MOST for source in given)


def test_words_that_are_not_ascii_are_read_as_they_are_written() -> None:
    found = calls("grep -r 'né' /données/日本 | tee 😀.txt")
    assert [call.words for call in found] == [("grep", "-r", "né", "/données/日本"), ("tee", "😀.txt")]
    assert calls("tee 😀.txt > «x»")[0].redirects[0].target == "«x»"
    assert calls("X=é; echo $X\u3000b")[1].words == ("echo", "é\u3000b")
    assert ran("{\U000f0000; rm -rf /data", "rm", "-rf")
    assert ran("echo é\ud800\udc80\0; rm -rf /\udcff", "rm", "/\udcff")
    assert ran("rm -rf /größe", "rm", "/größe")
    assert not incomplete("echo é😀")
    assert incomplete("echo 'é😀")


BOMB = base64.b64encode(gzip.compress(b"rm " * 2_000_000)).decode()[:7_000]
DEEP_OR_LONG = {
    "subshells": "(" * 50_000,
    "open substitutions": "$(" * 20_000,
    "closed substitutions": "$(" * 20_000 + "rm -rf x" + ")" * 20_000,
    "quoted substitutions": '"$(' * 15_000,
    "arithmetic": "$((" * 15_000,
    "closing only": ")" * 50_000,
    "arrays": "a=(" * 15_000,
    "functions": "f()" * 15_000,
    "a pipeline without end": "a|" * 20_000,
    "shells in a pipeline": "sh|" * 20_000,
    "here-documents": "<<E " * 20_000 + "\nE" * 20_000,
    "quotes": "'\"" * 50_000,
    "one word": "x" * 1_000_000,
    "many commands": "a -b;" * 30_000,
    "a brace of many": "{" + "," * 500_000 + "}" + "x" * 500_000,
    "an open brace of many": "{" + "," * 8_000,
    "a variable that doubles": "a=0123456789;" + "a=$a$a;" * 600 + "echo $a",
    "senders": "echo a|sh|" * 800,
    "shells that read what they run": "bash <<< '" + "bash;" * 300 + "'",
    "evals": "a=" + "x" * 200 + ";" + 'eval "$a$a$a$a;$a$a";' * 300,
    "nested pipelines": "(echo a|sh|" * 700,
    "network": "nc|" * 2_700,
    "defaults in defaults": "${x:-" * 1_600,
    "substitutions that print": "$(echo " * 1_000 + ")" * 1_000,
    "many substitutions": "$(echo a)" * 900,
    "a fork bomb": ":(){ :|:& };:" * 100,
    "functions that call two": "".join(f"f{i}(){{ f{i + 1}; f{i + 1}; }};" for i in range(300)) + "f0",
    "aliases of two": "".join(f"alias a{i}='a{i + 1};a{i + 1}';" for i in range(200)) + "a0",
    "files that read two": "".join(f"echo 'sh f{i + 1};sh f{i + 1}'>f{i};" for i in range(200)) + "sh f0",
    "loops in loops": "for a in 1 2 3 4 5 6 7 8; do " * 150 + "rm $a;" + "done;" * 150,
    "a filter after the other": "echo a|rev|" * 700,
    "a bomb in gzip": f"echo {BOMB}|base64 -d|gunzip|sh",
    "patterns": "a=" + "x" * 200 + ";" + "${a##*x*x*x*x*x*y}" * 400,
    "elements": "a=(" + "x " * 3_000 + ");" + '"${a[@]}" ' * 300,
    "one name for the other": "declare -n a=b;declare -n b=a;" + "$a" * 1_500,
    "one value for the other": "a=b;b=a;" + "${!a}" * 1_500,
    "open strings in code": "python -c '" + 'system("' * 900 + "'",
    "open triple quotes in code": "python -c '" + 'system("""' * 800 + "'",
    "strings in code": "perl -e '" + 'system("a",' * 700 + "'",
    "open brackets in code": "perl -e '" + "qx{" * 2_500 + "'",
    "an editor's numbers": "vim -c '" + "1" * 8_000 + "'",
    "cron's numbers": "crontab <<< '" + "1 " * 4_000 + "'",
    "sed's slashes": "sed '" + "s/" * 3_500 + "'",
    "wrappers": "sudo env nice " * 600,
    "places in xargs": "echo " + "a " * 2_000 + "|" + "xargs -I{} sh -c {} |" * 80 + "sh",
}


@pytest.mark.parametrize("name", DEEP_OR_LONG)
def test_hostile_text_takes_seconds_at_most(name: str) -> None:
    """Without bounds the slowest of these take hours, or all memory; with them each takes seconds at most."""
    text = DEEP_OR_LONG[name]
    start = time.process_time()
    calls(text)
    marks_of(text)
    incomplete(text)
    assert time.process_time() - start < 30


def test_what_stands_far_behind_or_deep_inside_still_counts() -> None:
    assert ran("ls;" * MOST + " sudo rm -rf /data", "rm", "-rf", "/data")
    assert ran("cat <<E\n" + "text\n" * MOST + "E\nrm -rf /data", "rm", "-rf", "/data")
    assert ran("$(" * 300 + "rm -rf /data" + ")" * 300, "rm", "-rf", "/data")
    assert ran("a=" + "x" * 9_000 + "; rm -rf /data", "rm", "-rf", "/data")
