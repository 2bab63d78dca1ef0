"""Rules: who reaches what, with what, when, and that `check` says the same in words."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sessionlens_recorder.session.hours import parse_hours
from sessionlens_recorder.session.rules import Rule, check_kind, check_reach

from .conftest import ME, BuildSite, Site, channel, events

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "moment", "open_"),
    [
        ("Mon-Fri 08:00-18:00", "2026-11-23T08:00+00:00", True),
        ("Mon-Fri 08:00-18:00", "2026-11-23T07:59+00:00", False),
        ("Mon-Fri 08:00-18:00", "2026-11-23T18:00+00:00", False),
        ("Mon-Fri 08:00-18:00", "2026-11-22T12:00+00:00", False),
        ("Mon-Fri 08:00-18:00 Europe/Berlin", "2026-11-23T07:30+00:00", True),
        ("Mon-Fri 08:00-18:00 Europe/Berlin", "2026-07-06T06:30+00:00", True),  # summer time
        ("08:00-18:00", "2026-11-22T12:00+00:00", True),
        ("Sat,Sun", "2026-11-22T23:59+00:00", True),
        ("Sat-Mon 10:00-11:00", "2026-11-23T10:30+00:00", True),
        ("Sat-Mon 10:00-11:00", "2026-11-24T10:30+00:00", False),
        ("Fri 22:00-06:00", "2026-11-28T05:59+00:00", True),  # Friday's night
        ("Fri 22:00-06:00", "2026-11-27T05:59+00:00", False),  # Thursday's
        ("Asia/Tokyo", "2026-11-27T05:59+00:00", True),
        ("00:00-24:00", "2026-11-27T23:59+00:00", True),
    ],
)
def test_hours(hours: str, moment: str, open_: bool) -> None:
    assert parse_hours(hours).open_at(datetime.fromisoformat(moment)) is open_


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Mon-Fry",
        "08:00",
        "8:00-18:00",
        "25:00-26:00",
        "08:00-08:00",
        "08:60-09:00",
        "Mars/Base",
        "Mon x y",
    ],
)
def test_what_is_no_hours(text: str) -> None:
    with pytest.raises(ValueError):
        parse_hours(text)


def rule(who: str, targets: str = "*", allow: str = "shell", hours: str = "") -> Rule:
    open_at = (parse_hours(hours),) if hours else ()
    return Rule(tuple(who.split()), tuple(targets.split()), frozenset(allow.split()), open_at)


def test_denied_unless_a_rule_allows_it() -> None:
    rules = [rule("john", "web*"), rule("@ops", "db01", "exec", "Tue")]
    assert check_reach([], "john", [], "web01", MONDAY) == "no rule lets john reach web01"
    assert check_reach(rules, "john", [], "web01", MONDAY) is None
    assert check_reach(rules, "jane", [], "web01", MONDAY) == "no rule lets jane reach web01"
    assert check_reach(rules, "john", [], "db01", MONDAY)
    assert check_reach(rules, "jane", ["ops"], "db01", MONDAY) == "jane may reach db01 only Tue UTC"
    assert check_reach(rules, "ops", [], "db01", MONDAY), "a group is not a person of that name"
    assert check_reach([rule("*")], "anybody", [], "anything", MONDAY) is None
    assert check_kind(rules[:1], "shell", MONDAY) is None
    assert check_kind(rules[:1], "exec", MONDAY) == "no rule allows commands here"
    assert check_kind(rules[1:], "exec", MONDAY) == "commands are allowed only Tue UTC"


SOME = """
[[rules]]
who = "john"
targets = "web01"
allow = ["exec"]
[[rules]]
who = ["@night", "jane"]
targets = ["web*"]
allow = ["shell", "forward"]
hours = ["Mon-Fri 08:00-18:00 Europe/Berlin", "Sat 10:00-12:00 Europe/Berlin"]
"""


def test_kinds_that_no_rule_allows_do_not_pass(build_site: BuildSite) -> None:
    site = build_site(rules=SOME, target='forward = ["127.0.0.1:*"]\nagent = true').start()
    done, _ = site.record("echo in")
    assert done.stdout == b"in\n"
    shell, bundle = site.record(input=b"echo in\n")
    assert shell.stdout == b""
    (folder,) = [one for one in bundle.iterdir() if one.is_dir()]
    (refused,) = [one for one in events(folder) if one["event"] == "refused"]
    assert (refused["request"], refused["reason"]) == ("shell", "no rule allows shells here")
    line = ["sftp", *site.options(), "-b", "-", "127.0.0.1"]
    sftp = subprocess.run(line, input=b"pwd\n", capture_output=True, check=False)
    assert sftp.returncode == 255
    forward, bundle = site.record("-W", "127.0.0.1:9", "--")
    assert b"no rule allows forwards here" in forward.stderr
    assert channel(bundle, "0.connection")


def test_a_target_that_no_rule_names_is_not_reached(build_site: BuildSite) -> None:
    site = build_site(rules='[[rules]]\nwho = "jane"\ntargets = "web01"').start()
    done = site.ssh("true")
    assert done.returncode == 255
    assert done.stderr.count(b"no rule lets john reach web01") == 1
    assert "why=rules" in site.log()
    assert site.bundles() == []


def check(site: Site, *arguments: str) -> tuple[int, str]:
    line = [sys.executable, "-m", "sessionlens_recorder", "check", "--config", site.folder / "recorder.toml"]
    done = subprocess.run([*map(str, line), *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_check_explains(build_site: BuildSite) -> None:
    site = build_site(rules=SOME, user='groups = ["night"]', target='forward = ["*"]')
    at = ("--at", "2026-11-23T09:00")
    code, said = check(site, "john%web01", "--kind", "exec", *at)
    assert code == 0
    assert said.splitlines() == [
        "john may open exec on web01 at 2026-11-23T09:00+00:00",
        "groups: night",
        "rule 1: john → web01: exec; always",
        "rule 2: @night, jane → web*: shell, forward; "
        "Mon-Fri 08:00-18:00 Europe/Berlin or Sat 10:00-12:00 Europe/Berlin",
        "login: publickey",
        said.splitlines()[-2],
        "forward: *",
    ]
    assert check(site, "john+web01", "--kind", "shell", "--at", "2026-11-23T20:00+01:00")[0] == 1
    code, said = check(site, "john%web01", "--kind", "shell", "--at", "2026-11-22T09:00")
    assert (code, "not at that time" in said) == (1, True)
    assert "shells are allowed only Mon-Fri" in said
    assert "no rule allows sftp here" in check(site, "john%web01", "--kind", "sftp", *at)[1]
    assert "[targets.web01] does not have agent" not in check(site, "john%web01", "--kind", "agent", *at)[1]
    code, said = check(site, "mary%web01")
    assert (code, "there is no user mary" in said) == (1, True)
    code, said = check(site, "john%nowhere")
    assert (code, "names no target" in said) == (64, True)
    code, said = check(site, "john%web01", "--at", "gestern")
    assert (code, "--at: 'gestern' is no time; write 2026-11-29T22:00" in said) == (64, True)


def test_check_knows_who_is_revoked(build_site: BuildSite) -> None:
    site = build_site()
    (site.folder / "revoked_people").write_text("john\n")
    assert check(site, "john%web01")[1].startswith("john may not reach web01")
    assert "john is revoked" in check(site, "john%web01")[1]


def test_a_time_zone_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no time zone that this machine knows"):
        parse_hours("Mon 08:00-09:00 Europe/Nowhere")


def test_check_says_what_the_person_meets(build_site: BuildSite) -> None:
    site = build_site(
        server='acknowledge = true\nidle = "30m"',
        target='ask_reason = true\nfour_eyes = true\nlongest = "10h"\nforward = ["127.0.0.1:8080"]',
    )
    file = site.folder / "recorder.toml"
    file.write_text(file.read_text() + f'[live]\napprovers = ["{ME}"]\n')
    code, said = check(site, "john%web01")
    assert code == 0
    assert said.splitlines()[-6:] == [
        "asked: to acknowledge the recording",
        "asked: a reason or ticket",
        f"four eyes: waits until {ME} allows it",
        "idle: 30 min",
        "longest: 10 h",
        "forward: 127.0.0.1:8080",
    ]


def test_check_without_a_login_tries_the_whole_configuration(build_site: BuildSite) -> None:
    site = build_site()
    assert check(site) == (
        0, f"{site.folder}/recorder.toml: `serve` can start with it: 1 user, 1 target, 1 rule, 0 sinks\n"
    )  # fmt: skip
    file, token = site.folder / "recorder.toml", site.folder / "hec"
    text = file.read_text()
    token.write_text("secret\n")
    sink = '[sinks.hec]\ntype = "http"\nurl = "https://127.0.0.1:1"\ntoken_file = "hec"\n'
    file.write_text(text + sink)
    token.chmod(0o644)
    code, said = check(site)
    assert (code, f"{token} is a secret that others can use" in said) == (64, True)
    token.chmod(0o600)
    assert check(site)[0] == 0
    (site.folder / "keys/signing_ed25519").chmod(0o644)
    code, said = check(site)
    assert (code, "signing_ed25519 is a private key that others can use" in said) == (64, True)
    (site.folder / "keys/signing_ed25519").chmod(0o600)
    file.write_text(text + '[disk]\nreserve_least = "900000T"\n')
    code, said = check(site)
    assert (code, "nobody would be let in: " in said) == (1, True)
