"""SGR."""

from __future__ import annotations

import pytest

from sessionlens.terminal.operations import parse_csi
from sessionlens.terminal.style import PLAIN, TRUE_COLOUR, Style, Styles, select


def after(parameters: str, style: Style = PLAIN) -> Style:
    operation = parse_csi(parameters + "m")
    assert operation is not None
    return select(style, operation.parts)


@pytest.mark.parametrize(
    ("parameters", "want"),
    [
        ("", PLAIN),
        ("1;3;4;5;9", Style(bold=True, italic=True, underline=1, blink=True, strike=True)),
        ("7;8;53;2", Style(inverse=True, conceal=True, overline=True, faint=True)),
        ("1;2;22", PLAIN),
        ("31;42;91;102", Style(fg=9, bg=10)),
        ("38;5;200;48;5;17", Style(fg=200, bg=17)),
        ("38;2;1;2;3", Style(fg=TRUE_COLOUR | 0x010203)),
        ("38:2::1:2:3", Style(fg=TRUE_COLOUR | 0x010203)),
        ("38:2:1:2:3", Style(fg=TRUE_COLOUR | 0x010203)),
        ("38:5:9;1", Style(fg=9, bold=True)),
        ("58:5:9;4:3", Style(underline_color=9, underline=3)),
        ("4:3;4:0", PLAIN),
        ("21", Style(underline=2)),
        ("38;5", Style(fg=0)),
        ("38;5;300;1", Style(bold=True)),
        ("38;2;999;0;0", PLAIN),
        ("31;39;41;49", PLAIN),
        ("1;0;3", Style(italic=True)),
        ("12345", PLAIN),
        ("1:2;3:1;31:7", PLAIN),
        ("6", Style(blink=True)),
        ("48;2;22;1:2", Style(bg=TRUE_COLOUR | 0x160102)),  # a colon where a semicolon was meant
        ("38;2;1;2;3;1", Style(fg=TRUE_COLOUR | 0x010203, bold=True)),
        ("58;2;1;2;3;4", Style(underline_color=TRUE_COLOUR | 0x010203, underline=1)),
        ("58:2::1:2:3;59", PLAIN),
        ("38;9;1", Style(bold=True)),
    ],
)
def test_select(parameters: str, want: Style) -> None:
    assert after(parameters) == want


def test_reset_keeps_link_and_protection() -> None:
    style = Style(bold=True, link="http://a", protected=True)
    assert after("0", style) == Style(link="http://a", protected=True)


def test_ids_are_stable() -> None:
    styles = Styles()
    red = styles.select(0, ((31,),))
    assert (styles.select(0, ((31,),)), styles.select(red, ((0,),))) == (red, 0)
    assert styles[styles.blank(styles.select(red, ((44,), (1,))))] == Style(bg=4)


def test_styles_are_the_same_as_objects_and_as_columns() -> None:
    styles = Styles()
    looks = [
        Style(fg=1, bg=TRUE_COLOUR | 0xFFFFFF, underline_color=255, underline=5, link="http://a"),
        Style(bold=True, italic=True, inverse=True, strike=True, protected=True, link="http://b"),
        Style(faint=True, blink=True, conceal=True, overline=True, link="http://a"),
    ]
    ids = [styles.id(look) for look in looks]
    for n in range(17_000):  # more than what is remembered as objects
        styles.id(Style(fg=TRUE_COLOUR | n))
    assert [styles[i] for i in ids] == looks
    assert (styles.id(PLAIN), styles[0]) == (0, PLAIN)
