"""Timeline to browser: the player's data, and the page that holds it.

`payload` makes a `Film` into the bytes that `static/player.js` plays, in a notebook and in a page alike. Not
here: what a command or a finding is (they come as data), what may be seen (the timeline comes veiled), pixels
of videos (render).
"""

from __future__ import annotations

from sessionlens.player.film import Command, Film, Finding, Flag
from sessionlens.player.page import page, script, stylesheet
from sessionlens.player.payload import payload

__all__ = ["Command", "Film", "Finding", "Flag", "page", "payload", "script", "stylesheet"]
