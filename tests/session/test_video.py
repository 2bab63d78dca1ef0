"""What the video is told of a session: the numbers of the tables, and what is wrong with the recording."""

from __future__ import annotations

from pathlib import Path

import pytest
from sessionlens_recorder.bundle import BundleWriter, Input
from sessionlens_recorder.sealing import new_identity, sealing

import sessionlens as sl
from sessionlens.session.video import CAVEAT, caveat, chapters, facts


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    writer = BundleWriter.create(tmp_path, {"person": "john"})
    first = writer.open_channel("exec", pty=None, command=b"ls -1 /srv", env=[])
    first.output(b"one\ntwo\n")
    first.close(exit_code=0)
    second = writer.open_channel("exec", pty=None, command=b"id", env=[])
    second.output(b"uid=1000(deploy)\n")
    second.close(exit_code=0)
    writer.seal(None)
    return writer.path


def test_a_command_keeps_its_number_in_the_table(bundle: Path) -> None:
    s = sl.open(bundle, channel=1)
    assert [(c.title, c.number) for c in chapters(s)] == [("id", 2)]
    assert facts(s).commands == 2


def test_a_seal_without_a_signature_proves_nothing(bundle: Path) -> None:
    said = facts(sl.open(bundle))
    assert [text.split(":")[0] for text in said.caveats] == ["unsigned"]
    assert said.flaw == "UNPROVEN"


@pytest.mark.parametrize("stored", [sealing([new_identity()[1]]), "off"], ids=["sealed", "off"])
def test_typing_that_cannot_be_read_takes_nothing_from_the_picture(tmp_path: Path, stored: Input) -> None:
    writer = BundleWriter.create(tmp_path, {"person": "john"}, stored)
    channel = writer.open_channel("shell", pty={"columns": 80, "rows": 24}, command=None, env=[])
    channel.input(b"id\r")
    channel.output(b"uid=1000(deploy)\r\n")
    channel.close(exit_code=0)
    writer.seal(lambda manifest: "signature\n")
    said = facts(sl.open(writer.path))
    assert (said.caveats, said.typing_unread) == ((), True), "no stamp says INCOMPLETE"


def test_a_flipped_byte_is_damage_and_comes_first(bundle: Path) -> None:
    out = bundle / "0.exec" / "out"
    data = bytearray(out.read_bytes())
    data[100] ^= 1
    out.write_bytes(bytes(data))
    said = facts(sl.open(bundle))
    assert said.flaw == "DAMAGED"
    assert said.caveats[0].startswith("tampered: 0.exec/out")


def test_a_missing_stream_is_damage(bundle: Path) -> None:
    (bundle / "0.exec" / "out").unlink()
    said = facts(sl.open(bundle))
    assert said.flaw == "DAMAGED"
    assert any("missing" in text for text in said.caveats)


def test_a_session_that_still_runs_is_incomplete_and_not_damaged(tmp_path: Path) -> None:
    writer = BundleWriter.create(tmp_path, {"person": "john"})
    channel = writer.open_channel("exec", pty=None, command=b"id", env=[])
    channel.output(b"uid=1000(deploy)\n")
    writer.commit()
    said = facts(sl.open(writer.path))
    assert [text.split(":")[0] for text in said.caveats] == ["live"]
    assert said.flaw == "INCOMPLETE"
    channel.close(exit_code=0)
    writer.seal(None)


def test_a_caveat_is_short_and_harmless() -> None:
    assert caveat("torn", "a\x1b[2J") == "torn: a\\x1b[2J"
    assert len(caveat("torn", "x" * 999)) == CAVEAT


def test_a_screen_is_shown_in_the_colours_that_were_set_by_then(tmp_path: Path) -> None:
    path = tmp_path / "x.cast"
    head = '{"version": 2, "width": 10, "height": 2, "theme": {"fg": "#000000", "bg": "#ffeedd"}}\n'
    path.write_text(head + '[1, "o", "a"]\n[3, "o", "\\u001b]11;#00ff00\\u0007b"]\n')
    s = sl.open(path)
    grounds = [s.at(t).image(theme="recording").getpixel((119, 47)) for t in (2, 3)]
    assert grounds == [(0xFF, 0xEE, 0xDD), (0, 0xFF, 0)]
    assert s.at(3).image(scale=3).size == (360, 144)
    assert s.at(3).image().getpixel((119, 47)) == (13, 17, 23)
