"""The panes of tmux(1), GNU screen(1) and byobu(1), each followed like a terminal of its own.
So is a shell in a window of vim (`:terminal`).

Rectangles and borders are layout.py, their lines from look to look following.py, the multiplexer's own keys
prefix.py, all of one stay watching.py. Which line is a command is lines.py, where it ran commands.py. What
came and went before it was drawn is found by lost.py, and told by recalled.py where it can be; apart.py tells
of the other keys.
"""

from .multiplexer import Stay, multiplexed, stays, terminals

__all__ = ["Stay", "multiplexed", "stays", "terminals"]
