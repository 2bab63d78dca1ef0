"""What no installed shell shows on demand: hand-made streams with the bytes that programs send."""

from __future__ import annotations

from collections.abc import Callable

from sessionlens.commands import Extraction

MS = 1_000_000
On, Off = b"\x1b[?2004h", b"\x1b[?2004l"
Taken = Callable[..., Extraction]
Events = list[tuple[int, str, bytes]]


class Script:
    """Events on a clock of its own."""

    def __init__(self) -> None:
        self.events: Events = []
        self.t = 0

    def out(self, data: bytes, ms: int = 50) -> Script:
        self.t += ms * MS
        self.events.append((self.t, "o", data))
        return self

    def key(self, data: bytes, echo: bytes | None = None) -> Script:
        self.t += 50 * MS
        self.events.append((self.t, "i", data))
        return self.out(data if echo is None else echo, 1) if echo != b"" else self

    def line(self, text: bytes, prints: bytes = b"", prompt: bytes = b"$ ") -> Script:
        """A line typed at a bash prompt, run, and the next prompt."""
        for at in range(len(text)):
            self.key(text[at : at + 1])
        self.key(b"\r", b"\r\n" + Off + b"\r")
        return self.out(prints + On + prompt)


def started(prompt: bytes = b"$ ") -> Script:
    return Script().out(On + prompt)


def texts(found: Extraction) -> list[str]:
    return [command.text for command in found.commands]


def test_times_ranges_and_output_of_a_command(taken: Taken) -> None:
    script = (
        started(b"me@host:~$ ")
        .line(b"ls", b"a  b\r\nc\r\n", b"me@host:~$ ")
        .line(b"pwd", b"/\r\n", b"me@host:~$ ")
    )
    first, second = taken(script.events).commands
    enter = next(t for t, stream, data in script.events if stream == "i" and data == b"\r")
    assert first.start_ns == enter and first.end_ns is not None and enter < first.end_ns <= second.start_ns
    assert (first.text, first.output, first.confidence, first.source) == ("ls", "a  b\nc", "high", "screen")
    assert (first.user, first.host, first.cwd, first.context, first.exit_code) == (
        "me",
        "host",
        "~",
        "bash",
        None,
    )
    assert (first.in_first, first.in_last) == (11, 13) and (second.in_first, second.in_last) == (14, 17)
    out = b"first line\n" + b"".join(data for _, stream, data in script.events if stream == "o")
    assert first.out_first is not None and first.out_last is not None
    assert out[first.out_first : first.out_last + 1] == b"a  b\r\nc\r\n"


def test_ghost_text_and_right_prompt_are_not_the_command(taken: Taken) -> None:
    right = b"\x1b[70C<12:00>\r\x1b[2C"
    script = Script().out(On + b"% " + right)
    script.key(b"l", b"l\x1b[90ms -la /srv\x1b[0m\x1b[10D").key(b"s", b"s\x1b[90m -la\x1b[0m\x1b[4D")
    script.key(b"\r", b"\x1b[68X" + Off + b"\r\r\n").out(b"x\r\n" + On + b"% " + right)
    script.key(b"i", b"i").key(b"d", b"d").key(b"\r", Off + b"\r\r\n").out(b"me\r\n" + On + b"% " + right)
    assert texts(taken(script.events)) == ["ls", "id"]


def test_a_suggestion_that_is_left_standing_is_not_the_command(taken: Taken) -> None:
    script = (
        Script().out(On + b"% ").key(b"i", b"i").key(b"d", b"d").key(b"\r", Off + b"\r\r\n").out(On + b"% ")
    )
    script.key(b"l", b"l\x1b[90ms -la /srv\x1b[0m\x1b[10D").key(b"s", b"s").key(b"\r", Off + b"\r\r\n")
    assert texts(taken(script.out(b"x\r\n" + On + b"% ").events)) == ["id", "ls"]


def test_a_line_thrown_away_is_an_event(taken: Taken) -> None:
    script = started().line(b"id", b"me\r\n")
    for char in b"rm -rf":
        script.key(bytes([char]))
    script.key(b"\x03", b"^C" + Off + b"\r").out(On + Off + b"\r\r\n", 1).out(On + b"$ ").line(
        b"ls", b"a\r\n"
    )
    found = taken(script.events)
    assert texts(found) == ["id", "ls"]
    assert [(event.kind, event.text) for event in found.events] == [("cancelled", "rm -rf")]


def test_a_line_erased_at_the_prompt_is_an_event(taken: Taken) -> None:
    script = started().line(b"id", b"me\r\n")
    for char in b"rm x":
        script.key(bytes([char]))
    script.key(b"\x15", b"\x08" * 4 + b"\x1b[K").line(b"ls", b"a\r\n")
    found = taken(script.events)
    assert texts(found) == ["id", "ls"]
    assert [(event.kind, event.text) for event in found.events] == [("erased", "rm x")]


def test_what_was_typed_to_a_password_prompt_and_erased_is_no_event(taken: Taken) -> None:
    script = started().line(b"id", b"me\r\n").line(b"su", b"Password: ", b"")
    script.key(b"secret", b"").key(b"\x15", b"").out(b"\r\n" + On + b"$ ").line(b"ls", b"a\r\n")
    found = taken(script.events)
    assert texts(found) == ["id", "su", "ls"]
    assert "secret" not in repr(found)


def test_output_into_the_line_is_left_out(taken: Taken) -> None:
    script = started().line(b"sleep 1 &", b"[1] 7\r\n").line(b"true")
    for char in b"echo a":
        script.key(bytes([char]))
    script.out(b"Message from root\r\n")
    for char in b"bc":
        script.key(bytes([char]))
    script.key(b"\r", b"\r\n" + Off + b"\r").out(b"abc\r\n" + On + b"$ ")
    last = taken(script.events).commands[-1]
    assert (last.text, last.source, last.confidence) == ("echo abc", "screen", "high")


def test_a_file_with_prompts_and_marks_runs_nothing(taken: Taken) -> None:
    forged = (
        b"$ rm -rf /\r\n"
        + On
        + b"$ curl x | sh\r\n"
        + Off
        + b"\x1b]133;A\x07$ \x1b]133;B\x07evil\r\n\x1b]133;C\x07\x1b]133;D;0\x07"
    )
    script = started().line(b"cat fake", forged).line(b"id", b"me\r\n")
    assert texts(taken(script.events)) == ["cat fake", "id"]


def test_marks_tell_the_exit_code_and_a_forged_one_does_not(taken: Taken) -> None:
    prompt = b"\x1b]133;A\x07$ \x1b]133;B\x07"
    script = started(prompt).line(b"cat x", b"\x1b]133;C\x07\x1b]133;D;0\x07a\r\n\x1b]133;D;3\x07", prompt)
    script.line(b"true", b"\x1b]133;C\x07\x1b]133;D;0\x07", prompt)
    found = taken(script.events).commands
    assert [(each.text, each.exit_code) for each in found] == [("cat x", 3), ("true", 0)]


def test_typed_ahead_on_the_alternate_screen(taken: Taken) -> None:
    """As bash draws it: echoed there, and again at the prompt that took it."""
    script = started().line(b"id", b"me\r\n")
    for char in b"./tool":
        script.key(bytes([char]))
    script.key(b"\r", b"\r\n" + Off + b"\r\x1b[?1049h")
    script.key(b"rm -rf /data\r", b"rm -rf /data\r\n").key(b"ls\r", b"ls\r\n")
    script.out(b"\x1b[?1049l" + On + b"$ rm -rf /data\r\n" + Off + b"\r")
    script.out(On + b"$ ls\r\n" + Off + b"\rnotes\r\n" + On + b"$ ").line(b"echo x", b"x\r\n")
    assert texts(taken(script.events)) == ["id", "./tool", "rm -rf /data", "ls", "echo x"]
    shown = started().line(b"id", b"me\r\n")  # nobody typed what this shows
    shown.line(b"cat x", On + b"$ rm -rf /data\r\n" + Off + b"\r").line(b"echo x", b"x\r\n")
    assert texts(taken(shown.events)) == ["id", "cat x", "echo x"]


def test_nothing_in_a_full_screen_program_is_a_command(taken: Taken) -> None:
    script = started().line(b"id", b"me\r\n")
    for char in b"vim x":
        script.key(bytes([char]))
    script.key(b"\r", b"\r\n" + Off + b"\r").out(b"\x1b[?1049h\x1b[H$ ls\r\n$ ")
    for key in (b"i", b"l", b"s", b"\r", b"\x1b", b":", b"q", b"!", b"\r"):
        script.key(key, b"\r\n$ " if key == b"\r" else key)
    script.out(b"\x1b[?1049l" + On + b"$ ").line(b"echo x", b"x\r\n")
    found = taken(script.events).commands
    assert [(each.text, each.fullscreen) for each in found] == [
        ("id", False),
        ("vim x", True),
        ("echo x", False),
    ]


def test_a_line_taller_than_the_screen(taken: Taken) -> None:
    long = b"echo " + b"x" * 300
    found = taken(started().line(b"true").line(long, b"x\r\n").events, columns=40, rows=5)
    assert texts(found) == ["true", long.decode()]


def test_blanks_where_a_row_wraps_are_kept(taken: Taken) -> None:
    typed = b"echo aaa bbb"
    script = Script().out(On + b"$ ").line(b"true")
    for at in range(len(typed)):
        wraps = (2 + at + 1) % 10 == 0
        script.key(typed[at : at + 1], typed[at : at + 1] + (b" \r" if wraps else b""))
    script.key(b"\r", b"\r\n" + Off + b"\r").out(b"aaa bbb\r\n" + On + b"$ ")
    assert texts(taken(script.events, columns=10)) == ["true", typed.decode()]


def test_history_expansion_is_what_ran(taken: Taken) -> None:
    script = started().line(b"echo a b", b"a b\r\n").line(b"echo !$", b"echo b\r\nb\r\n")
    assert texts(taken(script.events)) == ["echo a b", "echo b"]


def test_rows_of_pythons_own_editor(taken: Taken) -> None:
    script = Script().out(On + b"$ ").line(b"python3 -q", b"", b">>> ")
    for char in b"if x:":
        script.key(bytes([char]))
    script.key(b"\r", b"\n\r...     ").key(b"y()", b"y()").key(b"\r", b"\n\r...     ")
    script.key(b"\r", b"\n\r" + Off).out(b"1\r\n" + On + b">>> ").line(b"z", b"", b">>> ")
    found = taken(script.events).commands
    assert [(each.text, each.context) for each in found] == [
        ("python3 -q", "bash"),
        ("if x:\n    y()", "bash > python"),
        ("z", "bash > python"),
    ]


def test_an_exec_request_is_one_command(taken: Taken) -> None:
    events: Events = [(5 * MS, "o", b"one\r\ntwo\r\n")]
    found = taken(
        events, inputs=False, kind="exec", command="cat /etc/x; id", exit_code=3, target="web01", columns=None
    )
    (command,) = found.commands
    assert (command.text, command.kind, command.source, command.exit_code) == (
        "cat /etc/x; id",
        "exec",
        "exec",
        3,
    )
    assert (command.output, command.start_ns, command.confidence) == ("one\ntwo", 0, "high")


def test_what_is_typed_in_the_terminal_of_an_exec_request_is_listed(taken: Taken) -> None:
    script = started().line(b"id", b"me\r\n").line(b"ls", b"a\r\n")
    found = taken(script.events, kind="exec", command="bash", target="web01")
    assert [(each.kind, each.text) for each in found.commands] == [
        ("exec", "bash"),
        ("shell", "id"),
        ("shell", "ls"),
    ]


def test_an_empty_recording(taken: Taken) -> None:
    assert taken([]) == Extraction([], [], [])


def test_hidden_input_says_neither_text_nor_length(taken: Taken) -> None:
    found = [
        taken(
            started()
            .line(b"true")
            .line(b"su", b"Password: ", b"")
            .key(secret + b"\r", b"\r\n")
            .out(On + b"# ")
            .line(b"id", b"root\r\n", b"# ")
            .events
        )
        for secret in (b"short", b"a very long secret indeed")
    ]
    for each in found:
        assert texts(each) == ["true", "su", "id"]
        assert [(event.kind, event.text) for event in each.events] == [("hidden input", "[hidden input]")]
        assert "secret" not in repr(each) and "short" not in repr(each)


def _typed(script: Script, text: bytes, enter: bytes) -> Script:
    for at in range(len(text)):
        script.key(text[at : at + 1])
    return script.key(b"\r", enter)


def test_lines_of_one_command_under_a_prompt_that_is_redrawn(taken: Taken) -> None:
    script = _typed(started(b"~/x\r\n% "), b"if true", Off + b"\r\x1b[A\x1b[J% if true\x1b[K\r\r\n")
    script.out(b"if> " + On)
    script = _typed(script, b"then pwd; fi", Off + b"\r\r\n").out(b"/x\r\n" + On + b"~/x\r\n% ")
    found = taken(_typed(script, b"id", Off + b"\r\r\n").out(b"me\r\n" + On + b"~/x\r\n% ").events)
    assert texts(found) == ["if true\nthen pwd; fi", "id"]


def test_what_keys_alone_wrote_is_no_prompt(taken: Taken) -> None:
    script = started(b"me:~$ ").line(b"id", b"me\r\n", b"me:~$ ").line(b"cat >notes", b"", b"").out(Off)
    script = _typed(script, b"$ make install", b"\r\n")
    script = (
        _typed(script, b"# reboot", b"\r\n").key(b"\x04", b"").out(On + b"me:~$ ").line(b"ls", b"", b"me:~$ ")
    )
    assert texts(taken(script.events)) == ["id", "cat >notes", "ls"]


def test_history_brought_back_to_be_looked_at_runs_once(taken: Taken) -> None:
    script = started(b"% ").line(b"echo hi", b"hi\r\n", b"% ").line(b"!!", b"", b"% echo hi")
    script.key(b"\r", b"\r\n" + Off + b"\r").out(b"hi\r\n" + On + b"% ").line(b"id", b"me\r\n", b"% ")
    found = taken(script.events)
    assert texts(found) == ["echo hi", "echo hi", "id"]


def test_an_answer_to_a_question_that_looks_like_a_prompt_is_never_sure(taken: Taken) -> None:
    script = started(b"me:~$ ").line(b"./ask", b"", b"").out(Off)
    for _ in range(3):
        script = _typed(script.out(b"Host> "), b"alpha", b"\r\n")
    found = taken(script.out(On + b"me:~$ ").line(b"ls", b"", b"me:~$ ").events)
    assert {each.confidence for each in found.commands if each.text == "alpha"} <= {"low"}
    assert [each.text for each in found.commands if each.confidence == "high"] == ["./ask", "ls"]


def test_a_full_screen_program_is_flagged_where_no_line_feed_follows_it(taken: Taken) -> None:
    screen = b"\x1b[?1049h\x1b[Htop\x1b[2;1Htasks\x1b[?1049l\r\x1b[?1l"
    found = taken(started().line(b"id", b"me\r\n").line(b"htop", screen).line(b"ls", b"a\r\n").events)
    assert [(each.text, each.fullscreen) for each in found.commands] == [
        ("id", False),
        ("htop", True),
        ("ls", False),
    ]


def test_a_line_written_in_an_editor_from_an_empty_one(taken: Taken) -> None:
    script = started().line(b"id", b"me\r\n").key(b"\x18\x05", Off + b"\r")
    script.out(b"\x1b[?1049h\x1b[Hvi\x1b[?1049l").key(b":wq\r", b"")
    found = taken(script.out(b"echo written\r\nwritten\r\n" + On + b"$ ").line(b"ls", b"a\r\n").events)
    assert texts(found) == ["id", "echo written", "ls"]
    nothing = started().key(b"\x18\x05", Off + b"\r").out(b"\x1b[?1049hvi\x1b[?1049l" + On + b"$ ")
    assert texts(taken(nothing.line(b"ls", b"a\r\n").events)) == ["ls"]


def test_a_password_that_was_not_finished_before_the_prompt_came_is_hidden(taken: Taken) -> None:
    script = started(b"me:~$ ").line(b"id", b"me\r\n", b"me:~$ ").line(b"./ask", b"", b"").out(Off)
    script.out(b"Password: ")
    for at in range(7):
        script.key(b"hunter2"[at : at + 1], b"")
    script.out(b"\r\ntimed out\r\n" + On + b"me:~$ ").line(b"ls", b"", b"me:~$ ")
    result = taken(script.events)
    assert texts(result) == ["id", "./ask", "ls"]
    assert [event.kind for event in result.events] == ["hidden input"]
    ((first, last),) = result.hidden
    typed = b"".join(data for _, stream, data in script.events if stream == "i")
    header = len(b"first line\n")
    assert typed[first - header : last - header + 1] == b"hunter2"
