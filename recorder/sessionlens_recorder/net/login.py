"""The user's login at the bastion: the server's half of RFC 4252, in place of paramiko's AuthHandler.

paramiko's would disconnect at a key type it does not know (FIDO keys), call its checks for answers that
nobody asked for, and knows no moment between the last check and SUCCESS. That moment is where the target
is dialled: whoever reads SUCCESS is through to the target, and every refusal is a banner and a FAILURE.

States: waiting for the service, for factors (factors.py), for what is left between the person and the target
(passage.py), in, or refused for good. Keyboard-interactive runs on a thread of its own
(talking.py), which takes `_turn` before it changes anything here.
"""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from paramiko import SSHException, common
from paramiko.message import Message

from sessionlens_recorder import logs
from sessionlens_recorder.config import ELSEWHERE, Config, Target, User
from sessionlens_recorder.net import knocking
from sessionlens_recorder.net.authorized_keys import fingerprint
from sessionlens_recorder.net.credentials import Credential, Credentials, KeyRefused
from sessionlens_recorder.net.dialogue import Abandoned, Ask, Dialogue
from sessionlens_recorder.net.factors import INTERACTIVE, Factor, Progress, methods
from sessionlens_recorder.net.identity import Entrance, Identity, Proof
from sessionlens_recorder.net.leg import Leg
from sessionlens_recorder.net.names import split_login, split_name
from sessionlens_recorder.net.offering import check_offer, read_offer
from sessionlens_recorder.net.passage import Passage, TryAgain
from sessionlens_recorder.net.revocation import Revocations
from sessionlens_recorder.net.speaking import Speaker
from sessionlens_recorder.net.talking import Talker
from sessionlens_recorder.net.upstream import Refused
from sessionlens_recorder.net.userkeys import OFFERED
from sessionlens_recorder.net.verdicts import Verdicts

__all__ = ["Entrance", "Identity", "Login"]


class Login:
    """paramiko's idea of an auth handler: a table of handlers, and whether the peer is in.

    `proof` is a person who has proved who they are to the connection around this one (ssh -J).
    """

    def __init__(
        self,
        leg: Leg,
        config: Config,
        target: Target | None,
        client: tuple[str, int],
        entrance: Entrance,
        revocations: Revocations,
        proof: Proof | None = None,
    ) -> None:
        self._leg, self._config, self._listener = leg, config, target
        self._client, self._entrance, self._vouched = client[0], entrance, proof
        self._revocations = revocations
        self._credentials = Credentials(config, revocations, self._client)
        self._turn = threading.RLock()
        self._name: str | None = None
        self._progress = Progress(())
        self._credential: Credential | None = None
        self._passage: Passage | None = None  # from here on a person is told why not
        self._service = False
        self._in = False
        self._over = False  # refused for good
        self.banner = None
        self.notice_sent: datetime | None = None
        self._speaker = Speaker(leg)
        self._verdicts = Verdicts(leg, self._speaker, client)
        self._talker = Talker(self._speaker, self._turn, self)
        leg._preferred_pubkeys = OFFERED  # type: ignore[attr-defined]

    # what paramiko's Transport asks

    @property
    def _handler_table(self) -> dict[int, Callable[[Message], None]]:
        return {
            common.MSG_SERVICE_REQUEST: self._service_requested,
            common.MSG_USERAUTH_REQUEST: self._login_requested,
            common.MSG_USERAUTH_INFO_RESPONSE: self._answered,
        }

    def is_authenticated(self) -> bool:
        return self._in

    def get_username(self) -> str | None:
        return self._name

    def abort(self) -> None:
        """The transport ended."""
        self._talker.abandon()

    # requests

    def _service_requested(self, m: Message) -> None:
        service = _text(m)
        if service != "ssh-userauth" or not self._leg.initial_kex_done:
            raise SSHException(f"asked for the service {service!r} before the login")
        self._speaker.accept_service(service)
        if not self._service:
            self._service = True
            self._give_notice()

    def _give_notice(self) -> None:
        notice = self._config.server.notice
        if not notice.startswith(ELSEWHERE):
            self._speaker.show(notice)
            self.notice_sent = datetime.now(UTC)

    def _login_requested(self, m: Message) -> None:
        if self._in or self._over:
            return  # RFC 4252, 5.1: to be ignored
        name, service, method = _text(m), _text(m), _text(m)
        if not self._service or service != "ssh-connection":
            raise SSHException("asked for a login out of order")
        if self._name not in (None, name):
            raise SSHException("changed the user name during the login")
        self._talker.abandon()
        with self._turn:
            if self._in or self._over:  # meanwhile
                return
            if self._name is None:
                self._name = name
                user, _ = self._who()
                self._progress = Progress(self._config.sequences(user) if user else ())
            self._method_requested(method, m)

    def _method_requested(self, method: str, m: Message) -> None:
        if self._vouched is not None and self._passage is None and self._listener is not None:
            passage, name, target = self._open_passage(self._vouched), self._name or "", self._listener
            self._walk(lambda: passage.choose_inner(name, target, self._credentials))
        elif method == "publickey":
            self._key_offered(m)
        elif method == "password":
            self._password_given(m)
        elif method == "keyboard-interactive":
            self._talker.start()
        else:
            self._fail(None)

    def _key_offered(self, m: Message) -> None:
        offer = read_offer(m)
        user, _ = self._who()
        try:
            credential = self._credentials.find(user, offer.algorithm, offer.blob, datetime.now(UTC))
            if user is None or "publickey" not in self._progress.due:
                raise KeyRefused("something else was due")
            if offer.signature is None:
                self._speaker.key_would_do(offer.algorithm, offer.blob)
                return
            check_offer(offer, credential, self._leg.session_id or b"", self._name or "")
        except KeyRefused as refused:
            self._fail("publickey", str(refused), key=fingerprint(offer.blob))
            return
        self._credential = credential
        self._passed(user, "publickey")

    def _password_given(self, m: Message) -> None:
        change, password = m.get_boolean(), m.get_binary()
        if change:
            self._fail("password", "passwords are not changed here")
        elif (passage := self._passage) is not None:
            self._walk(lambda: passage.give_password(password))
        else:
            self._check_password(password)

    def _check_password(self, password: bytes) -> None:
        knock = self._knock()
        firsts = [] if self._progress.passed else self._first_factors()
        factor, problem = knocking.check_given(knock, self._progress.due, firsts, password)
        if problem is None and knock.user is not None:
            self._passed(knock.user, factor)
        else:
            self._fail("password", problem)

    # keyboard-interactive

    def _answered(self, m: Message) -> None:
        if not (self._in or self._over):
            self._talker.answered(m)

    def ask_first(self, dialogue: Dialogue) -> str | None:
        """One factor after the other, as long as the next one is given by typing too."""
        knock = self._knock()
        if self._passage is not None:
            return None
        if knock.user is None or self._progress.due_interactive() is None:
            factor = next((one for one in self._first_factors() if one in INTERACTIVE), None)
            return knocking.ask_nobody(factor, knock, dialogue.ask)
        while not self._progress.complete and (factor := self._progress.due_interactive()):
            problem = knocking.ask_factor(factor, knock, knock.user, dialogue.ask)
            if problem is not None:
                return problem
            with self._turn:
                if dialogue.abandoned:
                    raise Abandoned
                self._progress.pass_factor(factor)
        return None

    def talked(self, problem: str | None, ask: Ask) -> None:
        if problem is not None:
            self._fail("keyboard-interactive", problem)
        elif (passage := self._passage) is not None:
            self._walk(lambda: passage.go_on(ask))
        elif (user := self._who()[0]) is not None:
            self._factors_grew(user, ask)

    def end_connection(self, error: Exception) -> None:
        if not isinstance(error, (SSHException, EOFError, OSError)):
            logs.error("crash", trace=traceback.format_exc())
        self._leg.fail(error)

    # the person is known

    def _who(self) -> tuple[User | None, str | None]:
        """The person, and the name of the target if the login name has one."""
        return split_login(self._name or "", self._config)

    def _knock(self) -> knocking.Knock:
        name, _ = split_name(self._name or "", self._config)
        service, show = self._config.server.pam_service, self._speaker.show
        return knocking.Knock(name, self._config.person(name), self._client, service, show)

    def _passed(self, user: User, factor: Factor) -> None:
        self._progress.pass_factor(factor)
        self._factors_grew(user, None)

    def _factors_grew(self, user: User, ask: Ask | None) -> None:
        if not self._progress.complete:
            self._speaker.fail(methods(self._progress.due), partly=True)
            return
        passage = self._open_passage(Proof(user, tuple(self._progress.passed), self._credential))
        self._walk(lambda: passage.choose(self._who()[1], self._listener, ask))

    def _open_passage(self, proof: Proof) -> Passage:
        self._passage = Passage(self._config, proof, self._entrance, self._revocations, self._speaker)
        return self._passage

    def _walk(self, step: Callable[[], list[str]]) -> None:
        """One step of the passage, and what comes of it."""
        try:
            left = step()
        except TryAgain as refusal:
            self._ask_again(refusal)
        except Refused as refusal:
            self._refuse(refusal)
        else:
            if left:
                self._speaker.fail(left, partly=True)
            else:
                self._let_in()

    # answers

    def _let_in(self) -> None:
        self._in = True
        self._speaker.succeed()
        self._leg._auth_trigger()  # type: ignore[attr-defined]
        self._entrance.begin()

    def _ask_again(self, refusal: Refused) -> None:
        left = self._passage.left() if self._passage else ()
        if not self._verdicts.ask_again(left, self._person(), refusal):
            self._refuse(refusal)

    def _refuse(self, refusal: Refused) -> None:
        self._over = True
        self._verdicts.refuse(self._person(), refusal)

    def _person(self) -> str | None:
        return self._passage.proof.user.name if self._passage else None

    def _first_factors(self) -> list[Factor]:
        """Of anybody: which methods there are does not depend on the name, or it would tell who exists."""
        return list(dict.fromkeys(one[0] for one in self._config.all_sequences()))

    def _fail(self, method: str | None, reason: str | None = None, **fields: Any) -> None:
        """Not let in by this; what is left."""
        usual = methods(self._progress.due if self._progress.passed else self._first_factors())
        left = self._passage.left() if self._passage else usual
        self._verdicts.fail(left, method, self._name, reason, **fields)


def _text(m: Message) -> str:
    return m.get_binary().decode("utf-8", "backslashreplace")
