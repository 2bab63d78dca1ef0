"""Which lines nobody saw may be shown: the rules on their own."""

from __future__ import annotations

import pytest

from sessionlens.commands.blind import Echo, asks_nothing


@pytest.mark.parametrize("text", ["stty -echo", "cd /tmp && ls -la", "echo 'a b'; date", "/bin/pwd"])
def test_what_asks_for_nothing(text: str) -> None:
    assert asks_nothing(text)


@pytest.mark.parametrize(
    "text", ["read x", "echo $(read x)", "cd /tmp; ./ask", "echo a | sh", "", "[hidden input]"]
)
def test_what_may_ask(text: str) -> None:
    assert not asks_nothing(text)


def test_a_blind_line_is_shown_only_behind_the_very_prompt_where_the_echo_went_off() -> None:
    echo = Echo()
    assert not echo.certain("me:~$ ", False)
    echo.ran("me:~$ ", False, "stty -echo", True)
    assert echo.certain("me:~$ ", False)
    assert not echo.knows("me:~$ ", True)
    echo.ran("me:~$ ", False, "./ask", False)
    assert echo.knows("me:~$ ", False) and not echo.certain("me:~$ ", False)
    assert not echo.knows("$ ", False)
    echo.ran("me:~$ ", False, "stty echo", False)
    assert not echo.knows("me:~$ ", False)


def test_what_asks_for_nothing_leaves_the_terminal_to_the_shell_whatever_its_prompt() -> None:
    echo = Echo()
    echo.ran("~ $ ", False, "stty -echo", True)
    echo.ran("~ $ ", False, "cd src", False)
    assert echo.certain("src $ ", False)
    echo.ran("src $ ", False, "make", False)
    assert echo.knows("src $ ", False) and not echo.certain("src $ ", False) and not echo.knows("~ $ ", False)


def test_a_line_editor_at_the_very_prompt_is_the_shell() -> None:
    echo = Echo()
    echo.ran("me:~$ ", True, "stty -echo", True)
    echo.ran("me:~$ ", True, "make", False)
    assert echo.certain("me:~$ ", True) and not echo.certain("token$ ", True)
    echo.ran("me:~$ ", True, "read -e -p 'me:~$ ' x", False)
    assert not echo.certain("me:~$ ", True)
    echo.ran("me:~$ ", True, "[hidden input]", False)
    assert not echo.certain("me:~$ ", True)


def test_a_line_that_was_echoed_and_a_restored_terminal_end_it() -> None:
    echo = Echo()
    echo.ran("7 $ ", False, "stty -echo", True)
    assert echo.certain("8 $ ", False)
    echo.ran("8 $ ", False, "ls", True)
    assert not echo.knows("9 $ ", False)
    echo.ran("9 $ ", False, "stty -echo; sleep 1; stty echo", True)
    assert not echo.knows("10 $ ", False)
