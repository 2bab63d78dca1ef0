"""The page of a failure: what was expected, what is, the difference, and the bytes that led there.

One file that needs nothing else: no script, nothing fetched, and a policy (CSP) that allows the browser
neither. Everything of a recording is hostile, and escaped.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from hashlib import sha256
from html import escape
from typing import TYPE_CHECKING

from sessionlens.golden.cells import Looks, grid
from sessionlens.golden.comparing import Fact, ScreenDifference
from sessionlens.golden.dump import hexdump, sequences
from sessionlens.golden.golden import clock
from sessionlens.golden.origin import Piece
from sessionlens.golden.painted import PictureDifference
from sessionlens.golden.video import VideoDifference
from sessionlens.render.themes import DARK
from sessionlens.visible import visible

if TYPE_CHECKING:
    from sessionlens.golden.checking import Difference

MOST = 12  # differences shown in full
MOST_CELLS = 40  # listed
CSS = f"""
body{{font:15px/1.5 system-ui,sans-serif;margin:2em auto;max-width:110em;padding:0 1em;color:#1a212b}}
h1{{font-size:1.4em}} h2{{font-size:1.15em;border-top:2px solid #1a212b;padding-top:.6em;margin-top:2em}}
h3{{font-size:1em;margin:.8em 0 .2em}}
pre,td,th{{font-family:"DejaVu Sans Mono",monospace;font-size:13px;line-height:1.35}}
.panels{{display:flex;flex-wrap:wrap;gap:0 1.5em}} .panels>div{{max-width:100%}}
pre{{margin:0;padding:.5em;overflow-x:auto}}
.bytes{{background:#f1f4f8;max-width:100em}} .bytes b{{color:#b93530;font-weight:normal;background:#fbe3e1}}
.wrap{{white-space:pre-wrap;overflow-wrap:anywhere}}
.screen{{font-size:12px;line-height:1.17;background:#{DARK.background:06x};color:#{DARK.foreground:06x};unicode-bidi:bidi-override;direction:ltr}}
.reverse{{background:#{DARK.foreground:06x};color:#{DARK.background:06x}}}
.row{{color:#768390;font-style:normal;user-select:none}}
.one,.wide{{display:inline-block;width:1ch;font-style:inherit;white-space:pre}} .wide{{width:2ch}}
.cursor{{box-shadow:inset 0 -3px #e6edf3}}
.differs{{outline:2px solid #ff3b6b;outline-offset:-1px}}
.quiet span,.quiet{{color:#4a5766;background:#{DARK.background:06x};outline:none;font-weight:normal}}
.quiet .differs{{background:#ff3b6b;color:#fff}}
table{{border-collapse:collapse}}
td,th{{border:1px solid #a7b4c2;padding:.15em .6em;text-align:left;vertical-align:top;white-space:pre-wrap}}
img{{max-width:100%;border:1px solid #a7b4c2}} .close{{image-rendering:pixelated}}
"""


def page(name: str, remarks: Sequence[str], differences: Sequence[Difference]) -> str:
    """The page of one recording."""
    looks = Looks()
    parts = [f"<p>{_safe(remark)}</p>" for remark in remarks]
    for difference in differences[:MOST]:
        parts += _section(difference, looks)
    if more := differences[MOST:]:
        parts.append(f"<h2>And {len(more)} more</h2>")
        parts += [f"<p>{_safe(difference.words)}</p>" for difference in more]
    return _whole(f"{name} differs from its golden", "\n".join(parts), CSS + looks.css)


def _whole(title: str, body: str, css: str) -> str:
    digest = b64encode(sha256(css.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="referrer" content="no-referrer">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{_safe(title)}</title>\n<style>{css}</style>\n</head>\n"
        f"<body>\n<h1>{_safe(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def _section(difference: Difference, looks: Looks) -> Iterator[str]:
    if isinstance(difference, ScreenDifference):
        return _screen(difference, looks)
    return _picture(difference) if isinstance(difference, PictureDifference) else _video(difference)


def _screen(difference: ScreenDifference, looks: Looks) -> Iterator[str]:
    s, cells = difference.expected, difference.cells
    yield f"<h2>Screen {difference.number}: channel {s.channel} at {clock(s.t_ns)}</h2>"
    if difference.facts:
        yield _facts(difference.facts)
    if cells:
        listed = [difference.cell_words(*cell) for cell in cells[:MOST_CELLS]]
        listed += [f"and {len(cells) - MOST_CELLS} more cells"] * (len(cells) > MOST_CELLS)
        yield f"<ul>{''.join(f'<li>{_safe(text)}</li>' for text in listed)}</ul>"
    yield '<div class="panels">'
    panels = (
        ("Expected", s, False),
        ("Actual", difference.actual, False),
        ("Difference", difference.actual, True),
    )
    for title, screen, quiet in panels:
        yield f"<div><h3>{title}</h3>{grid(screen, cells, looks, quiet=quiet)}</div>"
    yield "</div>"
    for piece in difference.pieces:
        yield from _piece(piece)


def _piece(piece: Piece) -> Iterator[str]:
    where = f"from offset {piece.start} of the output, printed at {clock(piece.t_ns)}"
    rows = f"row{'s' * (len(piece.rows) != 1)} {', '.join(map(str, piece.rows))}"
    what = f"drew {rows}" if piece.rows else "came last"
    more = f"; {piece.left_out} bytes right before it are left out" if piece.left_out else ""
    yield f"<h3>The bytes that {what}: {len(piece.data)}, {where}{more}</h3>"
    yield f'<pre class="bytes wrap">{sequences(piece.data)}</pre>'
    dumped = hexdump(piece.data, piece.start)
    yield f'<details><summary>Hexdump</summary><pre class="bytes">{dumped}</pre></details>'


def _picture(difference: PictureDifference) -> Iterator[str]:
    yield f"<h2>Painted: screen {difference.number}</h2><p>{_safe(difference.words)}</p>"
    if difference.close:
        yield '<div class="panels">'
        for title, data in zip(("Expected, enlarged", "Actual, enlarged"), difference.close, strict=True):
            yield f"<div><h3>{title}</h3>{_image(data, title, 'close')}</div>"
        yield "</div>"
    shown = (
        ("Expected", difference.expected),
        ("Actual", difference.actual),
        ("Difference", difference.difference),
    )
    for title, picture in shown:
        if picture is not None:
            yield f"<h3>{title}</h3>{_image(picture, title)}"


def _video(difference: VideoDifference) -> Iterator[str]:
    yield "<h2>Video</h2>"
    yield _facts(difference.facts)
    for fact in difference.facts:
        if "\n" in fact.expected + fact.actual:
            lines = unified_diff(
                fact.expected.split("\n"), fact.actual.split("\n"), "expected", "actual", n=1, lineterm=""
            )
            yield f'<h3>{_safe(fact.name)}</h3><pre class="bytes">{_safe(chr(10).join(lines))}</pre>'
    if difference.worst is not None:
        at, before, after = difference.worst
        for title, data in (("as it was painted", before), ("as a decoder shows it", after)):
            yield f"<h3>The brightness at {at} ms {title}</h3>{_image(data, title)}"


def _facts(facts: Sequence[Fact]) -> str:
    rows = "".join(
        f"<tr><th>{_safe(f.name)}</th><td>{_safe(f.expected)}</td><td>{_safe(f.actual)}</td></tr>"
        for f in facts
    )
    return f"<table><tr><th></th><th>expected</th><th>actual</th></tr>{rows}</table>"


def _image(data: bytes, title: str, kind: str = "whole") -> str:
    return f'<img class="{kind}" alt="{_safe(title)}" src="data:image/png;base64,{b64encode(data).decode()}">'


def _safe(text: str) -> str:
    return escape(visible(text, keep="\n"))
