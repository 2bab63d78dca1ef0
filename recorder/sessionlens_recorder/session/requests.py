"""What channel requests say, for the recording: RFC 4254 section 6, RFC 4335 (break), and OpenSSH's own.

Reads only. A request that is not known here passes too and is recorded by its name and bytes; one that is
cut short is a ProtocolError, since two programs would then read it differently.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sessionlens_recorder.session.wire import ProtocolError, Reader, Request

Fields = dict[str, Any]
USUAL_LANGUAGES = ("", "en")  # of a text that comes with its language

# RFC 4254 section 8, RFC 8160: terminal modes by their opcode
_MODES = {
    1: "VINTR", 2: "VQUIT", 3: "VERASE", 4: "VKILL", 5: "VEOF", 6: "VEOL", 7: "VEOL2", 8: "VSTART",
    9: "VSTOP", 10: "VSUSP", 11: "VDSUSP", 12: "VREPRINT", 13: "VWERASE", 14: "VLNEXT", 15: "VFLUSH",
    16: "VSWTCH", 17: "VSTATUS", 18: "VDISCARD", 30: "IGNPAR", 31: "PARMRK", 32: "INPCK", 33: "ISTRIP",
    34: "INLCR", 35: "IGNCR", 36: "ICRNL", 37: "IUCLC", 38: "IXON", 39: "IXANY", 40: "IXOFF",
    41: "IMAXBEL", 42: "IUTF8", 50: "ISIG", 51: "ICANON", 52: "XCASE", 53: "ECHO", 54: "ECHOE",
    55: "ECHOK", 56: "ECHONL", 57: "NOFLSH", 58: "TOSTOP", 59: "IEXTEN", 60: "ECHOCTL", 61: "ECHOKE",
    62: "PENDIN", 70: "OPOST", 71: "OLCUC", 72: "ONLCR", 73: "OCRNL", 74: "ONOCR", 75: "ONLRET",
    90: "CS7", 91: "CS8", 92: "PARENB", 93: "PARODD", 128: "TTY_OP_ISPEED", 129: "TTY_OP_OSPEED",
}  # fmt: skip


def read_request(request: Request) -> Fields:
    """The fields of a request by name, ready for events.jsonl; `data` is what of it has no name here."""
    reader = Reader(request.rest, 0)
    read = _READERS.get(request.name)
    fields = read(reader) if read else {}
    return fields | {"data": reader.rest()} if reader.rest() else fields


def event_name(request: Request) -> str:
    """What its event is called: a name that is neither known nor `name@domain` could be one of our own
    events'.
    """
    plain = request.name in _READERS or "@" in request.name
    return request.name if plain else f"request {request.name}"


def read_failure(reader: Reader) -> Fields:
    """What OPEN_FAILURE says, from behind its recipient."""
    fields = {"code": reader.u32(), "reason": reader.text()}
    language = reader.text() if reader.more() else ""
    reader.end()
    return fields | ({"language": language} if language not in USUAL_LANGUAGES else {})


def read_pty(request: Request) -> Fields:
    """The terminal that a pty-req asks for."""
    return _pty(Reader(request.rest, 0))


def _pty(reader: Reader) -> Fields:
    return {
        "term": reader.text(),
        **_size(reader),
        **_modes(reader.string()),
    }


def _exit_signal(reader: Reader) -> Fields:
    fields = {"signal": reader.text(), "core_dumped": reader.boolean(), "message": reader.text()}
    language = reader.text() if reader.more() else ""
    return fields | ({"language": language} if language not in USUAL_LANGUAGES else {})


def _x11(reader: Reader) -> Fields:
    """RFC 4254, 6.3.1. The cookie is a secret: its length is enough."""
    length = len(reader.rest())
    try:
        single, protocol, cookie = reader.boolean(), reader.text(), reader.string()
        return {"single": single, "protocol": protocol, "cookie_length": len(cookie), "screen": reader.u32()}
    except ProtocolError:  # policy lets none pass that is cut short
        reader.skip()
        return {"length": length}


def _size(reader: Reader) -> Fields:
    return {
        "columns": reader.u32(),
        "rows": reader.u32(),
        "width_px": reader.u32(),
        "height_px": reader.u32(),
    }


def _modes(encoded: bytes) -> Fields:
    """Opcodes 1 to 159 have one number; 0 ends the list, and so does what a later standard may add. `rest` is
    what comes from there on, or from a mode on that was named before: a target may read it.
    """
    modes: dict[str, int] = {}
    reader, rest = Reader(encoded, 0), encoded
    while rest and 0 < (opcode := reader.byte()) < 160 and (name := _mode(opcode)) not in modes:
        modes[name] = reader.u32()
        rest = reader.rest()
    return {"modes": modes} | ({"modes_rest": rest} if rest not in (b"", b"\0") else {})


def _mode(opcode: int) -> str:
    return _MODES.get(opcode, str(opcode))


_READERS: dict[str, Callable[[Reader], Fields]] = {
    "pty-req": _pty,
    "window-change": _size,
    "x11-req": _x11,
    "env": lambda r: {"variable": r.text(), "value": r.text()},
    "shell": lambda r: {},
    "exec": lambda r: {"command": r.text()},
    "subsystem": lambda r: {"subsystem": r.text()},
    "signal": lambda r: {"name": r.text()},
    "break": lambda r: {"milliseconds": r.u32()},
    "xon-xoff": lambda r: {"client_can_do": r.boolean()},
    "exit-status": lambda r: {"code": r.u32()},
    "exit-signal": _exit_signal,
}
