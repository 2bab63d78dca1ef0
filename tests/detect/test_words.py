"""Words, and what simple pipelines print, as the real bash and the real programs have them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from sessionlens.detect.calls import calls
from sessionlens.detect.names import Known

# each line prints its words with printf; nothing in them depends on the machine
WORDS = [
    "'a b' \"c d\" e\\ f g''h \"\" i",
    "$'\\x72m' $'\\162\\155' $'\\u0072m' $'a\\tb' $'it\\'s'",
    "{a,b}c x{1,2}{3,4} \"{a,b}\" '{c,d}' \\{e,f} {g}",
    "'a'\\ 'b' c\\ \"d\"'e' 'x'\\''y'",
    'a"$(echo "b c")"d $(echo e  f) `echo g`',
    '"`echo h`" "$(echo \'i) j\')" "$(echo ")" )"',
]
KNOWN = """x=remove; e=; s='a b'; i=x; l=(one 'two three' four)
X=ABC; p=/usr/local/bin/rm; n=rmrm; declare -n r=x
"""
PARAMETERS = [
    '$x ${x} r${e}m $e $s "$s" ${#x} ${!i} $r',
    "${u:-d} ${u-d} ${e:-d} ${e-d} ${x:-d} ${x:+alt} ${e:+alt} ${u:=set} $u",
    "${x#re} ${x%ve} ${x#*m} ${x##*m} ${x%m*} ${x%%m*} ${p##*/} ${p%/*}",
    "${x/e/E} ${x//e/E} ${x/#re/RE} ${x/%ve/VE} ${x//[aeiou]} ${n/rm}",
    "${x:2} ${x:2:3} ${x: -2} ${x:0:1}${x:2:1} ${X,,} ${x^^} ${x^} ${X,}",
    '"${l[@]}" ${l[1]} "${l[1]}" $l "${l[*]}" ${l[@]}',
    '"$s"x$s"y" "a$s" $s$s',
]
PRINTED = [
    "echo a b | rev",
    "echo 'x y z' | cut -d' ' -f2-",
    "echo abcdef | cut -c2,4-5",
    "echo hello | tr a-y b-z",
    "echo Hello | tr '[:upper:]' '[:lower:]'",
    "echo a-b_c | tr -d '_-'",
    "echo 'aabbc' | tr -s ab",
    "echo YSBi | base64 -d",
    "base64 -d <<< YSBi",
    "printf 'a\\nb\\nc\\n' | head -2 | tail -1",
    "printf '%s-%d-%o-%x-%c-%%\\n' a 7 8 255 xyz",
    "printf '%s,' a b c",
    "printf '%b' '\\x61\\x62'",
    "printf '\\x61\\142\\n'",
    "echo -e 'a\\tb\\x63'",
    "echo -n a; echo b",
    "echo 'one two' | sed 's/one/1/'",
    "echo 'a.b.c' | sed 's/\\./-/g'",
    "echo abc | sed 'y/abc/xyz/'",
    "printf 'b\\na\\n' | tac",
    "echo 726d | xxd -r -p",
    "echo $(echo $(echo deep))",
    "cat <<E\na\nb\nE",
    "{ echo a; echo b; } | tr '\\n' ,",
    "basename /usr/bin/rm",
]


def bash(script: str) -> str:
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("words", WORDS)
def test_words_without_variables(words: str) -> None:
    assert list(calls(f"x {words}")[0].words[1:]) == bash(f"printf '%s\\0' {words}").split("\0")[:-1]


@pytest.mark.parametrize("words", PARAMETERS)
def test_words_with_variables_that_the_text_sets(words: str) -> None:
    ours = next(call for call in calls(f"{KNOWN}call {words}") if call.program == "call")
    assert list(ours.words[1:]) == bash(f"{KNOWN}printf '%s\\0' {words}").split("\0")[:-1]


@pytest.mark.parametrize("pipeline", PRINTED)
def test_what_a_pipeline_prints(pipeline: str) -> None:
    """As the argument of a call, so that it is what `$(…)` gives."""
    if "xxd" in pipeline and not shutil.which("xxd"):
        pytest.skip("xxd is not here")
    found = [call for call in calls(f'call "$({pipeline}\n)"') if call.program == "call"]
    assert found[0].words[1] == bash(f'printf %s "$({pipeline}\n)"')


def test_what_is_not_known_stays_as_it_is_written() -> None:
    assert calls('x $u "$u/a" ${u#b} $(ls) $((1+1)) "$1"')[0].words[1:] == (
        "$u",
        "$u/a",
        "${u#b}",
        "$(ls)",
        "$((1+1))",
        "$1",
    )


def test_a_text_inside_does_not_change_the_names_outside() -> None:
    known = Known()
    found = calls("a=rm; bash -c 'a=ls'; $a -rf x; eval 'a=cp'; $a y", known)
    assert [call.words for call in found if call.program in ("rm", "ls", "cp")] == [
        ("rm", "-rf", "x"),
        ("cp", "y"),
    ]
