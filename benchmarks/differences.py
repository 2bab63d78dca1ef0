"""Where `@xterm/headless` and libghostty differ: the shortest bytes that show it, and which one ours follows.

`docs/decisions/0031` has the reasons at length. conformance.py runs each of these every time: ours must be
like the one that is named, and unlike the one that is not.
"""

from __future__ import annotations

from dataclasses import dataclass

XTERM_JS, GHOSTTY = "@xterm/headless", "libghostty"


@dataclass(frozen=True, slots=True)
class Probe:
    """Bytes and sizes to give a terminal; `follows` may name terminals that are not asked here."""

    name: str
    events: tuple[bytes | tuple[int, int], ...]
    follows: tuple[str, ...]
    why: str
    columns: int = 10
    rows: int = 3

    @property
    def told(self) -> str:
        """The events as one cell of a table."""
        said = [
            f"{event[0]}×{event[1]}" if isinstance(event, tuple) else f"`{repr(event)[2:-1]}`"
            for event in self.events
        ]
        return ", then ".join(said).replace("|", "¦")


def probe(name: str, data: bytes | str, follows: str, why: str) -> Probe:
    """A probe of bytes on ten columns and three rows."""
    given = data if isinstance(data, bytes) else data.encode()
    return Probe(name, (given,), tuple(follows.split(", ")), why)


PENDING = "erasing to the end under a pending wrap"
SHRUNK = "an alternate screen made lower"
WRAPPED = "lines wrapped anew above a cursor with blank rows below"
STACK = "the title stack"
PRINTED = "printed text would vanish"
LATER = "one cell pair, as in kitty, foot and WezTerm (`wcwidth`); xterm counts each character"

PROBES = (
    probe(PENDING, b"abcdefghij\x1b[K", XTERM_JS, f"VTE, kitty too; xterm erases: {PRINTED}"),
    probe("the same with ED", b"abcdefghij\x1b[J", XTERM_JS, "as above"),
    probe("DECRC after DECSC under a pending wrap", b"abcdefghij\x1b7\x1b[H\x1b8X", XTERM_JS, "xterm too"),
    probe("`OSC 133;A` inside a line", b"abc\x1b]133;A\x07def", XTERM_JS, "a mark moves nothing; xterm too"),
    probe("`ESC k`, a title of screen and tmux", b"\x1bkwork\x1b\\text", "screen, tmux", "tmux sends it"),
    Probe(
        SHRUNK, (b"\x1b[?1049h1\r\n2\r\n3\r\n4\x1b[2H", (10, 2)), (XTERM_JS,), "the program draws anew", 10, 4
    ),
    Probe(
        WRAPPED,
        (b"0 abcdef\r\n1 abcdef\r\n2\r\n3\r\n$ \x1b[2H\x1b[J$ ", (6, 4)),
        (XTERM_JS,),
        "the cursor keeps its row",
        10,
        4,
    ),
    Probe(
        "the cursor's own line in a wider window",
        (b"$ abcdefghijklm", (20, 3)),
        (XTERM_JS,),
        "the shell draws it anew",
    ),
    Probe(
        "a window made lower above text",
        (b"1\r\n2\r\n3\r\n4\x1b[2H", (10, 3)),
        (GHOSTTY,),
        "text below the cursor stays; xterm too",
        10,
        4,
    ),
    probe("ZWJ sequence", "\U0001f468\u200d\U0001f469x", GHOSTTY, LATER),
    probe("VS16", "\u2764\ufe0fx", GHOSTTY, LATER),
    probe("skin tone", "\U0001f44d\U0001f3fdx", GHOSTTY, LATER),
    probe("wide since Unicode 16", "\u2630x", GHOSTTY, "the current width; the addon knows Unicode 11"),
    probe("zero-width space", "a\u200bb", XTERM_JS, "stays in its cell: nothing printed is left out"),
    probe("bidi control", "a\u202eb", XTERM_JS, "as above"),
    probe("invalid UTF-8", b"a\xc3(b\xffc", GHOSTTY, "U+FFFD as the standard has it; xterm too"),
    probe("C1 in UTF-8", "a\u009b1mb", XTERM_JS, "xterm too; what it hides is flagged, not shown"),
    probe("a raw C1 byte", b"a\x9b1mb", GHOSTTY, "invalid in UTF-8; xterm too"),
    probe("47 once more", b"a\x1b[?47hb\x1b[?47l\x1b[?47h", GHOSTTY, "the page as it was left; xterm too"),
    probe("1049 inside 1049", b"a\x1b[?1049hb\x1b[?1049h", GHOSTTY, "cleared on entry; xterm too"),
    probe("`38:2:r:g:b`", b"\x1b[38:2:1:2:3mx", GHOSTTY, "often written so, without a colour space"),
    probe("`38;2;r` cut short", b"\x1b[38;2;1mx", XTERM_JS, "a colour with what is missing as 0"),
    probe("blinking fast", b"\x1b[6mx", GHOSTTY, "xterm too"),
    probe("left and right margins", b"\x1b[?69h\x1b[3;5sabcdefgh", GHOSTTY, "xterm too"),
    probe("title after RIS", b"\x1b]2;t\x07\x1bcx", XTERM_JS, "xterm too"),
    probe(STACK, b"\x1b]2;a\x07\x1b[22;0t\x1b]2;b\x07\x1b[23;0t", XTERM_JS, "vim and mc use it; xterm too"),
    probe("DECSTR", b"\x1b[1m\x1b[!px", XTERM_JS, "resets the attributes; xterm, DEC STD 070"),
    probe("DECIC", b"abc\x1b[1G\x1b['}", XTERM_JS, "xterm too"),
    probe("scroll left", b"abc\x1b[ @", XTERM_JS, "xterm too"),
    probe("DECBI", b"abc\x1b[1G\x1b6", "xterm", "xterm"),
    probe("DEL", b"a\x7fb", XTERM_JS, "not printed; xterm too"),
)

EXPLAINED = {
    ("mc", GHOSTTY): STACK,
    ("top", GHOSTTY): PENDING,
    ("zsh-menu", GHOSTTY): WRAPPED,
}
"""(stream, oracle): the probe that tells why they do not agree at every point."""
