"""What `init` says last: the steps that are left, with the commands for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sessionlens_recorder.config.section import find_line, parse_address
from sessionlens_recorder.initialise import Made, Wishes


def next_steps(folder: Path, wishes: Wishes, made: Made, program: str) -> Iterator[str]:
    """The lines to print; `program` is how this one was called."""
    config = folder / "recorder.toml"
    steps = [*_user(folder, wishes, program), *_target(folder, wishes, made)]
    steps += [*_rule(folder, wishes), *_input(made)]
    steps.append([f"{program} serve --config {config}"])
    host, port = parse_address(wishes.listen)
    login = f"{wishes.user or 'john'}%{wishes.target or 'web01'}"
    where = "THIS-MACHINE" if host in ("", "0.0.0.0", "::") else host  # noqa: S104
    steps.append([f"ssh -p {port} {login}@{where}", f"the host key it shows: {made.host_key}"])
    yield ""
    yield "Next:"
    for number, (first, *more) in enumerate(steps, 1):
        yield f"{number}. {first}"
        yield from (f"   {line}" for line in more)
    if host in ("127.0.0.1", "::1", "localhost"):
        line = find_line(config.read_text(), ("server", "listen"))
        yield ""
        yield f"Only this machine reaches {wishes.listen}: for others change `listen`, {config}:{line}."


def _user(folder: Path, wishes: Wishes, program: str) -> Iterator[list[str]]:
    password = f"(umask 077; {program} passwd > {folder}/users/{wishes.user or 'john'}.passwd)"
    if wishes.user is None:
        place = _commented(folder, "#[users.john]")
        yield [
            f"say who may log in: {place}; take away the # of [users.john] and of one line below it",
            f"public keys go into {folder}/users/john.pub; or a password:",
            password,
        ]
    elif wishes.authorized_keys is None:
        yield [f"choose the password of {wishes.user}:", password]


def _target(folder: Path, wishes: Wishes, made: Made) -> Iterator[list[str]]:
    if wishes.target is None:
        place = _commented(folder, "#[targets.web01]")
        yield [
            f"say where sessions go on: {place}; [targets.web01] with address, host_key, account and key",
            f"ssh-keygen -t ed25519 -N '' -f {folder}/keys/web01    # the .pub goes to the account there",
            "ssh-keyscan -t ed25519 10.0.0.5    # the host key; compare it before you trust it",
        ]
        return
    yield [
        f"let the bastion in at {wishes.target}: add {folder}/keys/{wishes.target}.pub to",
        f"~/.ssh/authorized_keys of {wishes.account or 'each person'} there:",
        made.upstream or "",
    ]
    yield [f"compare the host key of {wishes.target} with the real one: {' '.join(made.pinned)}"]


def _rule(folder: Path, wishes: Wishes) -> Iterator[list[str]]:
    if wishes.user is None or wishes.target is None:
        yield [f"say who may reach what: {_commented(folder, '#[[rules]]')}; nobody anything without a rule"]


def _input(made: Made) -> Iterator[list[str]]:
    if made.input_key is not None:
        yield [
            f"take {made.input_key} to where recordings are analysed, and a copy to a safe; delete it here:",
            "it alone opens what users type: sessionlens … --identity input.key. If it is lost, nobody can;",
            "as long as it lies here, sealing protects nothing, and `serve` warns",
        ]


def _commented(folder: Path, header: str) -> str:
    """Where an example begins: file and line."""
    lines = (folder / "recorder.toml").read_text().splitlines()
    return f"{folder / 'recorder.toml'}:{lines.index(header) + 1}"
