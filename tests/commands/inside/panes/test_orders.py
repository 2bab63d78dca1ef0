"""What a command line of tmux or screen starts."""

from __future__ import annotations

import pytest

from sessionlens.commands.inside.panes.orders import opens_pane, started


@pytest.mark.parametrize(
    ("text", "starts", "opens"),
    [
        ("split-window sh", "sh", "sh"),
        ("split-window -h 'python3 -q -i'", "python3 -q -i", "python3 -q -i"),
        ("splitw -hl 20 -c /tmp htop -d 5", "htop -d 5", "htop -d 5"),
        ("neww -n x -d top", "top", None),
        ("new-window", None, ""),
        ("split-window -c /tmp", None, ""),
        ('run "ls | wc"', "ls | wc", None),
        ("popup -E 'vim x'", "vim x", None),
        ("screen bash", "bash", "bash"),
        ("rename-window rm", None, None),
        ("", None, None),
    ],
)
def test_orders(text: str, starts: str | None, opens: str | None) -> None:
    assert started(text) == starts
    assert opens_pane(text) == opens
