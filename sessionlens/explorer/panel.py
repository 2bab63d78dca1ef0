"""The widgets of the explorer: where each stands and what it is called. What they do is exploring.py's.

What holds recorded text is a list box or escaped HTML: in ipywidgets' `Label`, and in every description,
MathJax sets what stands between two `$`.
"""

from __future__ import annotations

from collections.abc import Iterable

import ipywidgets as widgets

from sessionlens.detect import MARKS
from sessionlens.explorer.filters import SEVERITIES
from sessionlens.explorer.keys import Keys
from sessionlens.explorer.writing import FORMATS, usual_format
from sessionlens.visible import visible

ORDERS = {
    "newest first": ("start_utc", False),
    "oldest first": ("start_utc", True),
    "person": ("person", True),
    "target": ("target", True),
    "longest first": ("duration", False),
    "most findings first": ("findings", False),
    "most commands first": ("commands", False),
}
COUNTED = ("findings", "commands")
STYLE = """<style>
.sessionlens-explorer .widget-select-multiple select, .sessionlens-explorer pre {
  font-family: monospace; font-size: 12px}
.sessionlens-explorer pre {margin: 0; padding: 0 0 0 3px; opacity: .75}
.sessionlens-explorer .widget-select-multiple {width: calc(100% - 4px)}
.sessionlens-explorer .widget-select-multiple > label {position: absolute; clip-path: inset(50%)}
.sessionlens-explorer .widget-html-content {line-height: 1.4}
.sessionlens-explorer p {margin: 0}
.sessionlens-explorer table {border-collapse: collapse; margin: 4px 0}
.sessionlens-explorer th, .sessionlens-explorer td {padding: 2px 16px 2px 0 !important}
.sessionlens-explorer .widget-inline-hbox > label {flex-shrink: 0}
</style>"""
NAMES = {"description_width": "64px"}


class Panel:
    """All of them; `widget` is the whole."""

    def __init__(
        self, persons: Iterable[str], hosts: Iterable[str], sessions: widgets.Widget, hits: widgets.Widget
    ):
        self.person = _choice("Person", persons, "anybody")
        self.host = _choice("Host", hosts, "a part will do")
        self.since = _text("Since", "2026-11-03 14:00")
        self.until = _text("Until", "2026-11-30")
        self.ran = _text("Ran", "rm -rf")
        self.text = _text("Text", "a word")
        self.mark = _menu("Mark", ["", *(mark.name for mark in MARKS)])
        self.severity = _menu("Severity", ["", *reversed(SEVERITIES)])
        self.search = widgets.Button(description="Search", button_style="primary", icon="search")
        self.clear = widgets.Button(description="Clear filters")
        self.order = _menu("Order", list(ORDERS))
        self.count = widgets.Button(description="Count commands", tooltip="replays every session of the list")
        self.play = widgets.Button(description="▶ Play", tooltip="the session, from the hit that is selected")
        self.tag = _choice("Tag", ("suspicious", "explained", "exhibit"), "a word")
        self.note = _text("Note", "in your words")
        self.add = widgets.Button(
            description="Tag it", tooltip="hits, or the player's moment, or the session"
        )
        self.undo = widgets.Button(description="Undo", tooltip="takes the last tag away")
        self.folder = _text("Folder", "export")
        self.form = _menu("Tables", list(FORMATS), usual_format())
        self.clips = _check("clips (mp4)")
        self.report = _check("report (html)")
        self.export = widgets.Button(
            description="Export", tooltip="what is selected; if nothing is, all", icon="save"
        )
        self.progress = widgets.IntProgress(layout=widgets.Layout(width="98%", display="none"))
        self.message, self.session, self.tags = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.played, self.tagged, self.exported = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.stage = widgets.VBox()
        self.widget = widgets.VBox(
            [
                widgets.HTML(STYLE),
                Keys(),
                _row(self.person, self.host, self.since, self.until),
                _row(self.ran, self.text, self.mark, self.severity),
                _row(self.search, self.clear, self.order, self.count),
                self.progress,
                self.message,
                sessions,
                hits,
                _row(self.play, self.played),
                self.session,
                self.stage,
                _row(self.tag, self.note, self.add, self.undo, self.tagged),
                self.tags,
                _row(self.folder, self.form, self.clips, self.report, self.export),
                self.exported,
            ]
        )
        self.widget.add_class("sessionlens-explorer")

    @property
    def filters(self) -> dict[str, widgets.Widget]:
        """The fields by the names that the filters have."""
        names = ("person", "host", "since", "until", "ran", "text", "mark", "severity")
        return {name: getattr(self, name) for name in names}

    @property
    def told(self) -> tuple[widgets.HTML, ...]:
        """Where it is said how something went: beside what was pressed."""
        return (self.message, self.played, self.tagged, self.exported)

    @property
    def buttons(self) -> tuple[widgets.Button, ...]:
        """What waits while something is worked out."""
        return (self.search, self.clear, self.count, self.play, self.add, self.undo, self.export)


def _choice(name: str, options: Iterable[str], hint: str) -> widgets.Combobox:
    shown = [visible(option) for option in options]
    said = {"description": name, "placeholder": hint, "style": NAMES, "layout": _field()}
    return widgets.Combobox(options=shown, continuous_update=False, **said)


def _text(name: str, hint: str) -> widgets.Text:
    said = {"description": name, "placeholder": hint, "style": NAMES, "layout": _field()}
    return widgets.Text(continuous_update=False, **said)


def _menu(name: str, options: list[str], chosen: str | None = None) -> widgets.Dropdown:
    said = {"description": name, "style": NAMES, "layout": _field()}
    return widgets.Dropdown(options=options, value=options[0] if chosen is None else chosen, **said)


def _field() -> widgets.Layout:
    return widgets.Layout(width="24%", min_width="220px")


def _check(name: str) -> widgets.Checkbox:
    return widgets.Checkbox(description=name, indent=False, layout=widgets.Layout(width="130px"))


def _row(*parts: widgets.Widget) -> widgets.HBox:
    return widgets.HBox(parts, layout=widgets.Layout(flex_flow="row wrap"))
