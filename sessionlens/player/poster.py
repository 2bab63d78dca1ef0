"""What a notebook that is opened again shows of a player: a picture, words, and perhaps the whole page.

No host keeps a widget's model with the notebook unless told to, and what JupyterLab and Notebook draw then is
an error in place of the player. So this is an output of its own before the player's, HTML without script. Its
style hides it while the player is there, and the player's place while it is not; where a notebook is not
trusted, styles are taken out, and the player's output is the empty HTML beside it (docs/decisions/0133).
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from html import escape

from sessionlens.visible import visible

HOW = "run this cell to play"
CAPTION = "font:0.85em sans-serif;padding:0.4em 0"
FRAME = "width:100%;height:56rem;max-height:92vh;border:0"
PICTURE = "vertical-align:bottom;max-width:min(100%, 60em)"


@dataclass(frozen=True, slots=True)
class Poster:
    """A picture (PNG) of what the player opened at, its `text`, and the `caption`: where and when that is."""

    png: bytes
    text: str
    caption: str

    @property
    def uri(self) -> str:
        """The picture as an address of its own."""
        return f"data:image/png;base64,{b64encode(self.png).decode('ascii')}"

    @property
    def said(self) -> str:
        """The caption, and how to have the player again."""
        return visible(f"{self.caption} · {HOW}")


def poster_html(poster: Poster, live: str, page: str | None = None, notice: str = "") -> str:
    """The output. `live`: a class that the player's element has while it is there, and nothing else ever.
    `page`: an HTML page that plays without Python; it has the picture's place where styles and frames are
    allowed. `notice`: what a reader has to know of that.
    """
    still = f"sessionlens-still-{live}"
    style = hiding(still, live, f".{live} .sessionlens")
    figure = f"{style}<figure class='{still}' style='margin:0'>"
    if page is not None:
        figure += (
            f"<style>.{still} > iframe ~ * {{ display: none }}</style>"
            f"<iframe sandbox='allow-scripts' loading='lazy' title='{_safe(poster.caption)}' "
            f"srcdoc='{escape(page, quote=True)}' style='{FRAME}'></iframe>"
        )
    figure += f"<img src='{poster.uri}' alt='{_safe(poster.text)}' style='{PICTURE}'>"
    said = " · ".join(part for part in (poster.said, notice) if part)
    return f"{figure}<figcaption style='{CAPTION}'>{_safe(said)}</figcaption></figure>"


def hiding(still: str, live: str, there: str) -> str:
    """The style that hides `still` while an element that `there` selects is in the page, and the place of
    the widget with the class `live` while it is not."""
    return (
        "<style>"
        f":root:has({there}) .{still} {{ display: none }}"
        f".jp-OutputArea-child:has(.{still}) + .jp-OutputArea-child:not(:has(.{live})) {{ display: none }}"
        "</style>"
    )


def _safe(text: str) -> str:
    return escape(visible(text, keep="\n"), quote=True)
