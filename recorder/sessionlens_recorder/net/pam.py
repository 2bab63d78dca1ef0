"""PAM, through pamela (the extra `sessionlens-recorder[pam]`): the whole conversation, as many prompts as the
modules have.

The recorder is not root: modules that ask a service (sssd, LDAP, RADIUS, Kerberos) or read files that the
recorder may read work, pam_unix only where the recorder is in the group that may read /etc/shadow.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Sequence
from ctypes import c_char_p, cast, sizeof
from pathlib import Path
from typing import Any

from sessionlens_recorder.net.dialogue import MOST_PROMPTS, Abandoned, Ask, Prompt, WrongAnswers

_NEW_PASSWORD_WANTED = 12  # PAM_NEW_AUTHTOK_REQD
_CONVERSATION_FAILED = 19  # PAM_CONV_ERR
_NO_EMPTY_PASSWORDS = 0x1  # PAM_DISALLOW_NULL_AUTHTOK, as sshd unless PermitEmptyPasswords
_IF_EXPIRED = 0x20  # PAM_CHANGE_EXPIRED_AUTHTOK
UNCHANGED = "Your password was not changed, and has to be before it lets you in: do that elsewhere."
_FOLDER = Path("/etc/pam.d")
_JUNK = b"\x7f\r\b"  # nobody's password, and no code

Show = Callable[[str], None]  # a text to the user


def check_service(service: str) -> None:
    """ValueError where there is none: PAM would take `other` in its place, whoever that lets in.

    Only in the folder where every libpam looks first: which others one has differs.
    """
    if problem := _problem(_FOLDER / service):
        raise ValueError(
            f"a login asks for PAM, and {problem}; PAM would take {_FOLDER / 'other'} "
            "instead: write that file, or name another in server.pam_service"
        )


def _problem(file: Path) -> str | None:
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            return f"{file} is not a file"
        return None if os.access(file, os.R_OK) else f"the recorder's user cannot read {file}"
    except FileNotFoundError:
        return f"there is no {file}"
    except OSError as error:
        return f"{file} cannot be read ({error.strerror})"


def check_pam(service: str, name: str, address: str, ask: Ask, show: Show) -> str | None:
    """None if PAM lets this account in (authenticate, account management, and a new password where that asks
    for one), or why not. What PAM says and no question follows, `show` is for.

    What `ask` raises ends the conversation and is raised again.
    """

    def walk(pamela: Any, handle: Any, said: list[str]) -> int:
        code: int = pamela.PAM_AUTHENTICATE(handle, _NO_EMPTY_PASSWORDS)
        if code == 0:
            code = pamela.PAM_ACCT_MGMT(handle, 0)
            if code == _NEW_PASSWORD_WANTED:  # as an answer of the account; from the other it is a refusal
                code = pamela.PAM_CHAUTHTOK(handle, _IF_EXPIRED)
                said += [UNCHANGED] if code else []
        return code

    return _run(service, name, address, ask, show, walk)


def pretend(service: str, name: str, address: str, ask: Ask, show: Show) -> None:
    """The same for a login that cannot count, so that it shows neither who exists nor what would be right: as
    by sshd, PAM gets junk for every answer. The account is not looked at, and no password changed.
    """

    def ask_in_vain(title: str, instruction: str, prompts: Sequence[Prompt]) -> list[bytes]:
        return [_junk(answer) for answer in ask(title, instruction, prompts)]

    def walk(pamela: Any, handle: Any, said: list[str]) -> int:
        return int(pamela.PAM_AUTHENTICATE(handle, _NO_EMPTY_PASSWORDS))

    _run(service, name, address, ask_in_vain, show, walk)


def _junk(answer: bytes) -> bytes:
    """As long. What is refused before PAM sees it stays as it is."""
    return answer if b"\0" in answer else (_JUNK * (len(answer) + 1))[: max(len(answer), 1)]


def _run(
    service: str, name: str, address: str, ask: Ask, show: Show, walk: Callable[[Any, Any, list[str]], int]
) -> str | None:
    import pamela

    problems: list[BaseException] = []
    said: list[str] = []
    conversation = pamela.CONV_FUNC(_conversation(pamela, ask, problems, said))
    try:
        handle = pamela.pam_start(service, name, conv_func=conversation)
        handle.set_item(pamela.PAM_RHOST, address)
        handle.set_item(pamela.PAM_TTY, "ssh")
        pamela.pam_end(handle, walk(pamela, handle, said))  # which raises what is not 0
    except pamela.PAMError as error:
        if problems:
            raise problems[0] from None
        return f"PAM: {error}"
    finally:
        if said and not any(isinstance(problem, Abandoned) for problem in problems):
            show("\n".join((*said, "")))
    return None


def answering(password: bytes) -> Ask:
    """For a client that sends a password unasked: it answers the first hidden prompt, and no second one."""
    left = [password]

    def ask(title: str, instruction: str, prompts: Sequence[Prompt]) -> list[bytes]:
        if not prompts:
            return []
        if len(prompts) != 1 or prompts[0][1] or not left:
            raise PermissionError("PAM asks for more than a password")
        return [left.pop()]

    return ask


def _conversation(
    pamela: Any, ask: Ask, problems: list[BaseException], said: list[str]
) -> Callable[..., int]:
    """pam_conv(3). An exception must not pass through C: it is kept, and PAM told that nobody answers.

    `said`: what PAM tells without asking, shown with its next question.
    """

    def converse(count: int, messages: Any, answer: Any, data: Any) -> int:
        try:
            if not 0 < count <= MOST_PROMPTS:
                raise ValueError(f"PAM asks {count} questions at once")
            texts = [_text(messages[n].contents) for n in range(count)]
            said.extend(text for style, text in texts if style in (3, 4))  # PAM_ERROR_MSG, PAM_TEXT_INFO
            asked = [(n, (text, style == 2)) for n, (style, text) in enumerate(texts) if style in (1, 2)]
            instruction = "\n".join(said)
            answers = ask("", instruction, [prompt for _, prompt in asked]) if asked else []
            if asked:
                said.clear()
            if any(b"\0" in one for one in answers):
                raise WrongAnswers("an answer with a NUL in it")
            memory = pamela.CALLOC(count, sizeof(pamela.PamResponse))  # PAM frees it
            answer[0] = cast(memory, pamela.POINTER(pamela.PamResponse))
            for (n, _), one in zip(asked, answers, strict=True):
                answer.contents[n].resp = pamela.STRDUP(one)
        except BaseException as error:
            problems.append(error)
            return _CONVERSATION_FAILED
        return 0

    return converse


def _text(message: Any) -> tuple[int, str]:
    return int(message.msg_style), (cast(message.msg, c_char_p).value or b"").decode("utf-8", "replace")
