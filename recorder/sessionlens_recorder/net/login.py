"""The user's login at the bastion: the server's half of RFC 4252, in place of paramiko's AuthHandler.

paramiko's would disconnect at a key type it does not know (FIDO keys), call its checks for answers that
nobody asked for, and knows no moment between the last check and SUCCESS. That moment is where the target
is dialled: whoever reads SUCCESS is through to the target, and every refusal is a banner and a FAILURE.

States: waiting for the service, for a factor, for the target's password (passthrough), in, or refused for
good.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from paramiko import SSHException, common
from paramiko.message import Message

from sessionlens_recorder import logs
from sessionlens_recorder.config import ELSEWHERE, Config, Target, User
from sessionlens_recorder.net.authorized_keys import fingerprint
from sessionlens_recorder.net.leg import Leg
from sessionlens_recorder.net.names import find_target, split_login
from sessionlens_recorder.net.passwords import check_password, read_password_file
from sessionlens_recorder.net.upstream import Refused
from sessionlens_recorder.net.userkeys import check_key, signature_holds

MAX_ATTEMPTS = 10  # FAILUREs in one connection; an agent full of keys needs some
NO_METHOD = "refused@sessionlens"  # no client has it; OpenSSH takes an empty list for all of its own


@dataclass(frozen=True, slots=True)
class Identity:
    """Who logged in, how, and where to: what session.json says of a person."""

    user: User
    target: Target
    method: str
    key_fingerprint: str | None

    @property
    def account(self) -> str:
        return self.target.account or self.user.name


class Entrance(Protocol):
    """What a login leads to. `enter` is called once per complete login and raises Refused; `begin` after
    SUCCESS.
    """

    def enter(self, identity: Identity, password: bytes | None) -> str | None: ...
    def begin(self) -> None: ...


class Login:
    """paramiko's idea of an auth handler: a table of handlers, and whether the peer is in."""

    def __init__(
        self, leg: Leg, config: Config, target: Target | None, client: str, entrance: Entrance
    ) -> None:
        self._leg, self._config, self._listener = leg, config, target
        self._client, self._entrance = client, entrance
        self._name: str | None = None
        self._first: tuple[User, Target, str, str | None] | None = (
            None  # passed; the target's password is missing
        )
        self._failures = 0
        self._service = False
        self._in = False
        self._over = False  # refused for good
        self._port = _peer_port(leg)
        self.banner = None
        self.notice_sent: datetime | None = None

    # what paramiko's Transport asks

    @property
    def _handler_table(self) -> dict[int, Callable[[Message], None]]:
        return {
            common.MSG_SERVICE_REQUEST: self._service_requested,
            common.MSG_USERAUTH_REQUEST: self._login_requested,
        }

    def is_authenticated(self) -> bool:
        return self._in

    def get_username(self) -> str | None:
        return self._name

    def abort(self) -> None:
        """The transport ended; nobody waits here."""

    # requests

    def _service_requested(self, m: Message) -> None:
        service = _text(m)
        if service != "ssh-userauth" or not self._leg.initial_kex_done:
            raise SSHException(f"asked for the service {service!r} before the login")
        self._send(common.cMSG_SERVICE_ACCEPT, service)
        if not self._service:
            self._service = True
            self._give_notice()

    def _give_notice(self) -> None:
        notice = self._config.server.notice
        if not notice.startswith(ELSEWHERE):
            self._show(notice)
            self.notice_sent = datetime.now(UTC)

    def _login_requested(self, m: Message) -> None:
        if self._in or self._over:
            return  # RFC 4252, 5.1: to be ignored
        name, service, method = _text(m), _text(m), _text(m)
        if not self._service or service != "ssh-connection":
            raise SSHException("asked for a login out of order")
        if self._name not in (None, name):
            raise SSHException("changed the user name during the login")
        self._name = name
        if method == "publickey":
            self._key_offered(m)
        elif method == "password":
            self._password_given(m)
        else:
            self._fail(None)

    def _key_offered(self, m: Message) -> None:
        signed, algorithm, blob = m.get_boolean(), _text(m), m.get_binary()
        user, _ = self._who()
        mark = fingerprint(blob)
        problem = "a second factor was due" if self._first else check_key(user, algorithm, blob, self._client)
        if problem is not None:
            self._fail("publickey", problem, key=mark)
        elif not signed:
            self._send(common.cMSG_USERAUTH_PK_OK, algorithm, blob)
        elif user is None or not signature_holds(
            algorithm, blob, m.get_binary(), self._signed(algorithm, blob)
        ):
            self._fail("publickey", "the signature does not hold", key=mark)
        else:
            self._passed(user, "publickey", mark)

    def _signed(self, algorithm: str, blob: bytes) -> bytes:
        """What the signature is over: the session id and the request up to the signature."""
        m = Message()
        m.add_string(self._leg.session_id or b"")
        m.add_byte(common.cMSG_USERAUTH_REQUEST)
        for part in (self._name or "", "ssh-connection", "publickey"):
            m.add_string(part)
        m.add_boolean(True)
        m.add_string(algorithm)
        m.add_string(blob)
        return m.asbytes()

    def _password_given(self, m: Message) -> None:
        change, password = m.get_boolean(), m.get_binary()
        if change:
            self._fail("password", "passwords are not changed here")
        elif self._first is not None:
            self._enter(Identity(*self._first), password)
        else:
            user, _ = self._who()
            if self._password_holds(user, password) and user is not None:
                self._passed(user, "password", None)
            else:
                self._fail("password", "no such person, or not the password")

    def _password_holds(self, user: User | None, password: bytes) -> bool:
        line = None
        if user is not None and user.password_file is not None:
            try:
                line = read_password_file(user.password_file)
            except (OSError, ValueError) as error:
                logs.error("password-file-unreadable", person=user.name, reason=error)
        return check_password(password, line)

    # the person is known

    def _who(self) -> tuple[User | None, str | None]:
        """The person, and the name of the target if the login name has one."""
        return split_login(self._name or "", self._config.users)

    def _passed(self, user: User, method: str, key: str | None) -> None:
        """The bastion's own factor holds: from here on a person is told why not."""
        try:
            target = find_target(self._who()[1], self._listener, self._config.targets)
        except Refused as refusal:
            self._refuse(refusal, user.name)
            return
        if target.upstream == "key":
            self._enter(Identity(user, target, method, key), None)
            return
        self._first = (user, target, method, key)
        self._show(f"{target.name} asks for the password of {target.account or user.name}.\n")
        self._send(common.cMSG_USERAUTH_FAILURE, "password", True)

    def _enter(self, identity: Identity, password: bytes | None) -> None:
        try:
            banner = self._entrance.enter(identity, password)
        except Refused as refusal:
            if password is not None and refusal.event == "target-login":
                self._ask_again(refusal, identity.user.name)
            else:
                self._refuse(refusal, identity.user.name)
            return
        if banner:
            self._show(banner)
        self._in = True
        self._send(common.cMSG_USERAUTH_SUCCESS)
        self._leg._auth_trigger()  # type: ignore[attr-defined]
        self._entrance.begin()

    # answers

    def _ask_again(self, refusal: Refused, person: str) -> None:
        """The target's password was wrong, and may be given once more."""
        self._failures += 1
        if self._failures >= MAX_ATTEMPTS:
            self._refuse(refusal, person)
            return
        self._log_refusal(refusal, person)
        self._show(f"{refusal}\n")
        self._send(common.cMSG_USERAUTH_FAILURE, "password", False)

    def _refuse(self, refusal: Refused, person: str) -> None:
        """For good: the reason, no method that is left, and the end. OpenSSH leaves at the second."""
        self._over = True
        self._log_refusal(refusal, person)
        self._show(f"{refusal}\n")
        self._send(common.cMSG_USERAUTH_FAILURE, NO_METHOD, False)
        self._leg.finish([], _printable(str(refusal)))

    def _log_refusal(self, refusal: Refused, person: str) -> None:
        logs.warning(
            "login-refused",
            client=self._client,
            port=self._port,
            person=person,
            why=refusal.event,
            reason=refusal,
        )

    def _fail(self, method: str | None, reason: str | None = None, **fields: Any) -> None:
        """Not let in by this. Which methods there are does not depend on the name, or it would tell who
        exists.
        """
        if method is not None:
            told = {"name": self._name, "method": method, "reason": reason, **fields}
            logs.event("login-failed", client=self._client, port=self._port, **told)
            self._failures += 1
        if self._failures >= MAX_ATTEMPTS:
            raise SSHException("too many attempts to log in")
        users = self._config.users.values()
        offered = {
            "publickey": any(user.authorized_keys for user in users) and not self._first,
            "password": any(user.password_file for user in users) or self._first is not None,
        }
        methods = ",".join(name for name, there in offered.items() if there)
        self._send(common.cMSG_USERAUTH_FAILURE, methods, False)

    def _show(self, text: str) -> None:
        """A banner, without the control characters that a target or a name might bring."""
        self._send(common.cMSG_USERAUTH_BANNER, _printable(text).replace("\n", "\r\n"), "en")

    def _send(self, number: bytes, *fields: str | bytes | bool) -> None:
        m = Message()
        m.add_byte(number)
        for field in fields:
            if isinstance(field, bool):
                m.add_boolean(field)
            else:
                m.add_string(field)
        self._leg.send(m.asbytes())


def _text(m: Message) -> str:
    return m.get_binary().decode("utf-8", "backslashreplace")


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c in "\n\t")


def _peer_port(leg: Leg) -> int | None:
    try:
        return int(leg.getpeername()[1])
    except OSError:  # gone again already
        return None
