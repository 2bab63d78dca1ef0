"""What the user reads when a session ends."""

from __future__ import annotations

import subprocess
import time
from unittest.mock import Mock

from sessionlens_recorder.bundle import check
from sessionlens_recorder.net.parting import lost, part

from .conftest import BuildSite, wait_for


def test_the_words_of_a_target_reach_no_terminal_as_they_are() -> None:
    recording, user, target = Mock(), Mock(), Mock()
    part(user, target, recording, lost("bye\x1b]0;owned\x07\r\n\x9b2J\u202e caf\u00e9"))
    told = (
        "SessionLens: the connection to the target has ended "
        r"(bye\x1b]0;owned\x07\r\n\x9b2J\u202e caf" + "\u00e9)"
    )
    recording.record_end.assert_called_once_with(told)
    recording.relay.end.assert_called_once_with(told)
    user.finish.assert_called_once_with(recording.relay.end.return_value, told)
    assert told.isprintable()


ENDS_SLOWLY = """
import time
from paramiko import Transport
def run(self, usual=Transport.run):
    usual(self)
    self.ended()
    time.sleep(1)
Transport.run = run
"""


def test_who_leaves_after_the_grace_was_logged_in(build_site: BuildSite) -> None:
    """The watch may look while a leg ends: then paramiko's says that nobody is logged in."""
    site = build_site(server="login_grace = 6").start(sabotage=ENDS_SLOWLY)
    client = subprocess.Popen(
        ["ssh", *site.options(), "127.0.0.1", "echo in; cat"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert client.stdout is not None and client.stdout.readline() == b"in\n"
    began = time.monotonic()
    wait_for(lambda: time.monotonic() > began + 6, "the grace is over")
    client.kill()
    client.communicate()
    report = check(site.sealed([]))
    assert report.reason is not None and report.reason.startswith("the user left"), report.reason
    assert "no login in time" not in site.log()
