"""What the user reads when a session ends."""

from __future__ import annotations

from unittest.mock import Mock

from sessionlens_recorder.net.connection import Connection


def test_the_words_of_a_target_reach_no_terminal_as_they_are() -> None:
    connection = object.__new__(Connection)
    recording, user, target = Mock(), Mock(), Mock()
    connection._recording, connection._user, connection._target = recording, user, target
    connection._say_goodbye(connection._lost("bye\x1b]0;owned\x07\r\n\x9b2J\u202e caf\u00e9"))
    told = (
        "SessionLens: the connection to the target has ended "
        r"(bye\x1b]0;owned\x07\r\n\x9b2J\u202e caf" + "\u00e9)"
    )
    recording.record_end.assert_called_once_with(told)
    recording.relay.end.assert_called_once_with(told)
    user.finish.assert_called_once_with(recording.relay.end.return_value, told)
    assert told.isprintable()
