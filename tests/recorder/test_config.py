"""recorder.toml: what a mistake is answered with."""

from __future__ import annotations

import ast
import os
import pwd
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sessionlens_recorder.config import Config, ConfigError, Recording, load
from sessionlens_recorder.config.limits import read_limits
from sessionlens_recorder.config.section import Section, find_line
from sessionlens_recorder.config.sinks import FileSink, HttpSink, SyslogSink
from sessionlens_recorder.initialise import initialise
from sessionlens_recorder.templates import MORE

from .conftest import make_key, public

GOOD = """\
[[rules]]
who = "john"
targets = "web01"

[users.john]
authorized_keys = "users/john.pub"

[targets.web01]
address = "127.0.0.1:2201"
host_key = "HOSTKEY"
key = "keys/web01"
forward = ["127.0.0.1:*"]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("config")
    initialise(folder)
    make_key(folder / "keys/web01")
    (folder / "users/john.pub").write_text(public(folder / "keys/web01"))
    return folder


def configured(folder: Path, users_and_targets: str = GOOD, *changes: tuple[str, str]) -> Config:
    text = (folder / "recorder.toml").read_text() + users_and_targets
    text = text.replace("HOSTKEY", public(folder / "keys/web01"))
    for old, new in changes:
        before, found, after = text.rpartition(old)  # the last: the template's comments hold examples
        assert found
        text = before + new + after
    (folder / "test.toml").write_text(text)
    return load(folder / "test.toml")


def test_the_file_that_init_writes_needs_users_and_targets_only(folder: Path) -> None:
    config = configured(folder)
    assert config.server.host_key == folder / "keys/host_ed25519"
    assert config.server.listen == ("127.0.0.1", 2222)
    assert config.targets["web01"].account is None
    assert config.targets["web01"].policy.forward == ("127.0.0.1:*",)
    with pytest.raises(ConfigError, match=r"no \[users.NAME\] yet"):
        load(folder / "recorder.toml")


def test_what_init_has_in_comments_can_be_taken(folder: Path) -> None:
    """Each line that is an example; not the ones that explain."""
    me = pwd.getpwuid(os.getuid()).pw_name
    text = MORE.replace('"mary"', f'"{me}"')
    examples = "\n".join(re.sub(r"^#(?! )", "", line) for line in text.splitlines())
    config = configured(
        folder, GOOD + examples, ('recordings = "recordings"', 'recordings = "recordings"\nidle = "30m"')
    )
    assert list(config.live.watchers.values()) == [me]
    assert config.limits == read_limits(Section(Path("x"), "", (), {})), "the defaults"
    assert config.sinks[0].name == "siem"
    assert config.retention.days == 400
    assert config.server.idle == 1800


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("forward =", "foward =", r'targets\.web01\.foward: unknown key; did you mean "forward"\?'),
        ("[users.john]", "[user.john]", r'user: unknown key; did you mean "users"\?'),
        ('"127.0.0.1:2201"', '"127.0.0.1"', r"targets\.web01\.address: '127.0.0.1' is not an address"),
        ('"127.0.0.1:2201"', '"127.0.0.1:99999"', r"'127.0.0.1:99999': the port has to be a number"),
        ('"127.0.0.1:2201"', "22", r"targets\.web01\.address: has to be a string"),
        ('["127.0.0.1:*"]', "[1]", r"targets\.web01\.forward: is not a list of strings"),
        ('"keys/web01"', '"keys/none"', r"targets\.web01\.key: there is no file .*none"),
        ('"HOSTKEY"', '"ssh-ed25519 AAAA"', r"targets\.web01\.host_key: .*"),
        ('host_key = "HOSTKEY"', "", r"targets\.web01\.host_key: is missing; `ssh-keyscan 127.0.0.1`"),
        ('key = "keys/web01"', "", r'targets\.web01\.key: goes with upstream = "key"'),
        ('key = "keys/web01"', 'upstream = "x"', r"""upstream: 'x' is none of "key", "ca", "passthrough\""""),
        ('["age1', '["age2', r"recording\.input_recipients: cannot read .*age2\w+: No such file"),
        (
            '["age1',
            '["age1b',
            r"input_recipients: 'age1b\w+' is not a recipient age1…: it was cut",
        ),
        ('listen = "127.0.0.1:2222"', "", r"server\.listen: is missing"),
        (
            'listen = "127.0.0.1:2222"',
            'lisen = "127.0.0.1:2222"',
            r'server\.lisen: unknown key; did you mean "listen"\?',
        ),
        (
            "input_recipients = [",
            'copies = "lots"\ninput_recipients = [',
            r"recording\.copies: 'lots' is neither \"off\" nor a number",
        ),
        ("[targets.web01]", '[targets."../x"]', r"'\.\./x' is not a name"),
        ('authorized_keys = "users/john.pub"', "", r"users\.john: needs authorized_keys or password_file"),
        ("[server]", "[server", r"\d+: .*"),
        ('who = "john"', 'who = "john doe"', r"rules\[1\]\.who: 'john doe' is neither a name"),
        (
            'targets = "web01"',
            'targets = "web02"',
            r"rules\[1\]\.targets: 'web02' is none of the targets",
        ),
        ('targets = "web01"', "", r"rules\[1\]\.targets: is missing or empty"),
        ('who = "john"', 'allow = "shells"\n', r"rules\[1\]\.who: is missing or empty"),
        ("[[rules]]", "[rules]", r"rules: has to be a list"),
        (
            'users/john.pub"',
            'users/john.pub"\nlogin = ["publickey", "otp"]',
            r"login: 'otp' is none of",
        ),
        ('users/john.pub"', 'users/john.pub"\nlogin = ["totp"]', r"login: six digits alone are no login"),
        (
            'users/john.pub"',
            'users/john.pub"\nlogin = ["password"]',
            r"and there is no password_file",
        ),
        ('users/john.pub"', 'users/john.pub"\nuser_ca = "x"', r"users\.john\.user_ca: .*"),
        ('key = "keys/web01"', 'upstream = "ca"\n', r'ca_key: goes with upstream = "ca"'),
        ('key = "keys/web01"', 'key = "keys/web01"\nagent = "yes"', r"agent: has to be true or false"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_key(folder: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(folder, GOOD, (old.replace("HOSTKEY", public(folder / "keys/web01")), new))
    message = str(caught.value)
    assert re.search(expected, message), message
    path, line, *_ = message.split(":")
    assert path == str(folder / "test.toml")
    text = (folder / "test.toml").read_text().splitlines()
    key = new.partition(" ")[0].strip("[]") or "["
    if new and "=" in new and "\n" not in new:
        assert text[int(line) - 1].startswith(key), "the line is the key's own"
    assert line.isdigit()


COPIES = {
    "": 0,
    'copies = "off"': 0,
    'copies = "4096"': 4096,
    'copies = "10M"': 10 << 20,
    'copies = "2G"': 2 << 30,
}


@pytest.mark.parametrize(("written", "bytes_"), COPIES.items())
def test_how_much_of_copied_files_is_kept(folder: Path, written: str, bytes_: int) -> None:
    config = configured(folder, GOOD, ('input = "plain"', f'input = "plain"\n{written}'))
    assert config.recording.copies == bytes_


SINKS = """
[sinks.siem]
type = "syslog"
address = "log.example.org:6514"
events = ["session-*", "chain-head"]
[sinks.splunk]
type = "http"
url = "https://splunk.example.org:8088"
token_file = "keys/web01"
[sinks.file]
type = "file"
path = "events.jsonl"
[spool]
limit = 100
"""


def test_sinks(folder: Path) -> None:
    config = configured(folder, GOOD + SINKS)
    siem, splunk, file = config.sinks
    assert isinstance(siem, SyslogSink) and isinstance(splunk, HttpSink) and isinstance(file, FileSink)
    assert (siem.transport, siem.address, siem.facility) == ("tls", ("log.example.org", 6514), "authpriv")
    assert siem.events == ("session-*", "chain-head")
    assert (splunk.format, splunk.token_file) == ("splunk", folder / "keys/web01")
    assert file.path == folder / "events.jsonl"
    assert (config.spool.folder, config.spool.limit) == (folder / "spool", 100 << 20)
    assert configured(folder).sinks == ()


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('type = "file"', "", r'sinks\.file\.type: is missing: "syslog", "http" or "file"'),
        ('type = "file"', 'type = "kafka"', r"sinks\.file\.type: 'kafka' is none of"),
        ('"session-*"', '"sesion-*"', r"sinks\.siem\.events: 'sesion-\*' is no event"),
        (
            'address = "log',
            'transport = "udp"\nca_file = "keys/web01"\naddress = "log',
            r"ca_file: and certificate go",
        ),
        (
            'address = "log',
            'certificate = "keys/web01"\naddress = "log',
            r"certificate: goes with certificate_key",
        ),
        ('address = "log', 'sd_id = "a b"\naddress = "log', r"sd_id: is not a name for structured data"),
        ('address = "log', 'facility = "kern"\naddress = "log', r"facility: 'kern' is none of"),
        ('token_file = "keys/web01"', "", r'token_file: goes with format = "splunk"'),
        ('url = "https://splunk.example.org:8088"', "", r"sinks\.splunk\.url: or url_file is needed"),
        ('path = "events.jsonl"', "", r"sinks\.file\.path: is missing"),
        ("limit = 100", "limit = 1", r"spool\.limit: is not a number from 8 to"),
    ],
)
def test_a_mistake_in_a_sink(folder: Path, old: str, new: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(folder, GOOD + SINKS, (old, new))
    assert re.search(expected, str(caught.value)), caught.value


def test_a_missing_file_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: No such file.*init DIR` makes one"):
        load(tmp_path / "none.toml")
    (tmp_path / "x.toml").write_bytes(b"[server]\n\xff")
    with pytest.raises(ConfigError, match=r"x\.toml:2: is not UTF-8"):
        load(tmp_path / "x.toml")


READERS = {
    "value", "text", "texts", "choice", "flag", "number", "file", "optional_file", "path_of", "address",
    "optional_address", "duration", "optional_duration",
}  # fmt: skip


def test_the_table_of_the_documentation_has_every_key(root: Path) -> None:
    page = (root / "docs/recorder/configuration.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line[:3] == "| `"]
    for source in sorted((root / "recorder/sessionlens_recorder/config").glob("*.py")):
        sections = {
            "login.py": ("server", "targets"),
            "sinks.py": ("sinks", "spool"),
            "limits.py": ("limits", "disk", "retention", "metrics"),
        }
        of = [row for row in rows if row[3:].startswith(sections.get(source.name, source.stem))]
        for key in keys_read(source):
            assert any(re.search(rf"[`.]{key}`", row.split("|")[1]) for row in of), f"{source.name}: {key}"


def keys_read(source: Path) -> Iterator[str]:
    """What a module asks a section for, where the name is written out."""
    for node in ast.walk(ast.parse(source.read_text())):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        reads = ast.unparse(node.func).partition("section.")[2] in READERS
        if reads and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def test_lines_are_found_however_the_key_is_written() -> None:
    source = '[a]\nx = 1\n[b."c d"]\n y=2\n[e]\nf.g = 3\n'
    assert find_line(source, ("a", "x")) == 2
    assert find_line(source, ("b", "c d", "y")) == 4
    assert find_line(source, ("e", "f", "g")) == 6
    assert find_line(source, ("a", "missing")) == 1
    assert find_line(source, ("z",)) is None


def stored(folder: Path, *changes: tuple[str, str]) -> Recording:
    return configured(folder, GOOD, *changes).recording


def test_how_input_is_stored_has_to_be_said_once_nobody_could_read_it(folder: Path) -> None:
    sealed, named = ('input = "sealed" ', "#"), ("input_recipients = [", "# [")
    (recipient,) = stored(folder).input_recipients
    assert stored(folder, sealed) == Recording("sealed", (recipient,), copies=0)
    for said in ("plain", "off"):
        assert stored(folder, (sealed[0], f'input = "{said}" '), named).input == said
    with pytest.raises(ConfigError, match=r'recording\.input: is missing: say .* input = "plain"'):
        stored(folder, sealed, named)
    with pytest.raises(ConfigError, match=r"input_recipients: is missing, and sealed input needs it: say"):
        stored(folder, named)
    with pytest.raises(ConfigError, match=r"""input: 'shut' is none of "plain", "sealed", "off\""""):
        stored(folder, (sealed[0], 'input = "shut" '))
