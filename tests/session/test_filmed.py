"""verify for videos: the file, the recording, the cells and the pictures, each changed in turn."""

from __future__ import annotations

import hashlib
import importlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import sessionlens as sl
from sessionlens.cli import main
from sessionlens.masking.apart import Apart
from sessionlens.render.ffmpeg import executable

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def bundle(root: Path) -> Path:
    (found,) = (root / "fixtures/sessions/insider").glob("2026*")
    return found


@pytest.fixture(scope="module")
def made(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "evidence.mp4"
    sl.open(bundle).render(path, start=1, end=4)
    return path


@pytest.fixture
def video(made: Path, tmp_path: Path) -> Path:
    for path in made.parent.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path / made.name


def change(video: Path, how: Change) -> None:
    """Rewrite the sidecar."""
    path = video.with_name(video.name + ".json")
    said = json.loads(path.read_text("utf-8"))
    how(said)
    path.write_text(json.dumps(said))


def claim_file(video: Path) -> None:
    """Have the sidecar name the video as it is now: a forger who knows how."""
    sha256 = hashlib.sha256(video.read_bytes()).hexdigest()
    change(video, lambda said: said["video"].update(sha256=sha256))


def test_a_video_as_it_was_made(video: Path, bundle: Path, root: Path) -> None:
    result = sl.verify(video, signers=root / "fixtures/allowed_signers", source=bundle)
    assert (result.status, result.exit_code, result.problems) == ("INTACT", 0, ())
    assert result.signer
    assert "the same to the byte" in str(result)


def test_the_only_recording_below_a_folder_is_meant(video: Path, bundle: Path, root: Path) -> None:
    signers = root / "fixtures/allowed_signers"
    assert sl.verify(bundle.parent, signers).status == "INTACT"
    assert sl.verify(video, signers, source=bundle.parent).status == "INTACT"


def test_renamed_and_found_below_the_current_folder(
    video: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = video.with_name("other.mp4")
    video.rename(other)
    video.with_name("evidence.mp4.json").rename(other.with_name("other.mp4.json"))
    monkeypatch.chdir(video.parent)
    assert sl.verify(other).exit_code == 2
    monkeypatch.chdir(bundle.parent)
    assert sl.verify(other).status == "INTACT"


def test_one_changed_byte_of_the_file(video: Path, bundle: Path) -> None:
    data = bytearray(video.read_bytes())
    data[-1] ^= 1
    video.write_bytes(data)
    result = sl.verify(video, source=bundle)
    assert (result.exit_code, result.problems[0].kind) == (1, "tampered")
    assert result.summary.startswith("DAMAGED at evidence.mp4")


def test_changed_captions(video: Path, bundle: Path) -> None:
    texts = video.with_suffix(".vtt")
    texts.write_text(texts.read_text("utf-8") + "\n")
    assert sl.verify(video, source=bundle).summary.startswith("DAMAGED at evidence.vtt")


def test_another_recording(video: Path, root: Path) -> None:
    (other,) = (root / "fixtures/sessions/bash").glob("2026*")
    result = sl.verify(video, source=other)
    assert (result.exit_code, result.problems[0].kind) == (1, "source")


def test_a_recording_that_does_not_hold(video: Path, bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / bundle.name
    shutil.copytree(bundle, copy)
    (copy / "MANIFEST").write_bytes((copy / "MANIFEST").read_bytes() + b"\n")
    result = sl.verify(video, source=copy)
    assert (result.exit_code, result.problems[0].kind) == (1, "source")


def test_an_unsigned_recording_proves_nothing(bundle: Path, tmp_path: Path) -> None:
    copy = tmp_path / bundle.name
    shutil.copytree(bundle, copy)
    (copy / "MANIFEST.sig").unlink()
    sl.open(copy).render(tmp_path / "v.mp4", start=1, end=2)
    result = sl.verify(tmp_path / "v.mp4", source=copy)
    assert result.exit_code == 2
    assert "signature" in result.summary


def test_a_forged_picture_with_a_forged_sidecar(video: Path, bundle: Path) -> None:
    """Painted over, encoded anew, and the sidecar made to fit: only making it again tells."""
    forged = video.with_name("forged.mp4")
    paint = "drawbox=x=300:y=300:w=40:h=20:t=fill"
    command = [
        executable(),
        "-v",
        "error",
        "-i",
        str(video),
        "-map",
        "0:v",
        "-vf",
        paint,
        "-fps_mode",
        "passthrough",
    ]
    subprocess.run([*command, "-enc_time_base", "1:1000", str(forged)], check=True)
    forged.replace(video)
    claim_file(video)
    result = sl.verify(video, source=bundle)
    assert (result.exit_code, result.problems[0].kind) == (1, "pictures")
    assert "another picture at 00:00:00" in result.summary


def test_other_captions_in_the_file(video: Path, bundle: Path) -> None:
    data = video.read_bytes()
    title = b"session 7c2a45ee"
    assert title in data
    video.write_bytes(data.replace(title, b"session 7c2a45ef"))
    claim_file(video)
    result = sl.verify(video, source=bundle)
    assert result.problems[0].kind == "pictures"
    assert "same pictures, but other captions, chapters or tags" in result.summary


@pytest.mark.parametrize("row", [0, 1, -3, -2, -1])
@pytest.mark.parametrize("column", [1, 2, 3])
def test_a_table_that_is_not_the_recordings(video: Path, bundle: Path, column: int, row: int) -> None:
    """Of screens and of the cards, which have neither time nor cells."""

    def other(said: dict[str, Any]) -> None:
        said["table"][row][column] = "00" * 8 if column == 3 else 10**12

    change(video, other)
    result = sl.verify(video, source=bundle)
    assert (result.exit_code, result.problems[0].kind) == (1, "cells")


def test_a_screen_that_says_it_is_a_card(video: Path, bundle: Path) -> None:
    change(video, lambda said: said["versions"].update(ffmpeg="4.1"))
    change(video, lambda said: said["table"].__setitem__(3, [said["table"][3][0], None, 0, ""]))
    result = sl.verify(video, source=bundle)
    assert (result.exit_code, result.problems[0].kind) == (1, "cells")


def test_a_title_that_says_something_else(bundle: Path, root: Path, tmp_path: Path) -> None:
    path = tmp_path / "evidence.mp4"
    signers = root / "fixtures/allowed_signers"
    sl.open(bundle).render(path, start=1, end=2, case="HR 17", signers=signers)
    assert sl.verify(path, signers=signers, source=bundle).status == "INTACT"
    unasked = sl.verify(path, source=bundle)
    assert (unasked.exit_code, "--signers" in unasked.summary) == (2, True)
    assert "screens are the recording's, cell by cell" in str(unasked)
    for forged in ({"case": "HR 18"}, {"signer": None}):
        change(path, lambda said, forged=forged: said["arguments"].update(forged))
        result = sl.verify(path, signers=signers, source=bundle)
        assert (result.exit_code, result.problems[0].kind) == (1, "pictures")
        change(path, lambda said: said["arguments"].update(case="HR 17"))


def test_a_zone_beside_utc_is_kept(bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "evidence.mp4"
    with sl.options(tz="Asia/Kolkata"):
        sl.open(bundle).render(path, start=1, end=2)
    assert sl.verify(path, source=bundle).status == "INTACT"
    change(path, lambda said: said["arguments"].update(zone="Asia/Tokyo"))
    assert sl.verify(path, source=bundle).exit_code == 2, "rules of Kolkata, a clock of Tokyo"
    change(path, lambda said: said["arguments"].update(zone="Middle/Earth"))
    assert sl.verify(path, source=bundle).exit_code == 2


def test_other_versions_cannot_be_told_and_are_named(video: Path, bundle: Path) -> None:
    change(video, lambda said: said["versions"].update(ffmpeg="4.1"))
    change(video, lambda said: said["fonts"].update({"DejaVuSansMono.ttf": "00" * 32}))
    result = sl.verify(video, source=bundle)
    assert result.exit_code == 2
    assert "and was 4.1" in result.summary
    assert "font DejaVuSansMono.ttf" in result.summary
    assert "screens are the recording's, cell by cell" in str(result)


def test_cells_of_another_version_cannot_be_told_either(video: Path, bundle: Path) -> None:
    def older(said: dict[str, Any]) -> None:
        said["versions"]["sessionlens"] = "0.0.9"
        said["table"][3][3] = "00" * 8

    change(video, older)
    result = sl.verify(video, source=bundle)
    assert result.exit_code == 2
    assert "sessionlens is" in result.summary
    assert "cell by cell" not in str(result)


@pytest.mark.parametrize("masked", [True, False])
def test_what_was_typed_decides_what_is_masked_and_nothing_else(
    video: Path, bundle: Path, masked: bool
) -> None:
    def sealed(said: dict[str, Any]) -> None:
        said["source"]["input"] = "sealed"
        said["table"][3][3] = "00" * 8
        said["arguments"]["mask"] = said["arguments"]["mask"] if masked else None

    change(video, sealed)
    result = sl.verify(video, source=bundle)
    assert result.exit_code == (2 if masked else 1)
    assert ("--identity" in result.summary) is masked


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"format":"sessionlens-video"}', "[" * 100_000, '"\\ud800"', "\x00", None],
)
def test_a_sidecar_that_says_nothing(video: Path, bundle: Path, text: str | None) -> None:
    path = video.with_name(video.name + ".json")
    path.unlink()
    if text is not None:
        path.write_text(text)
    result = sl.verify(video, source=bundle)
    assert result.exit_code == 2
    assert "evidence.mp4.json" in result.summary


def test_an_order_that_makes_no_sense(video: Path, bundle: Path) -> None:
    change(video, lambda said: said["arguments"].update(start_ns=5, end_ns=2))
    result = sl.verify(video, source=bundle)
    assert result.exit_code == 2
    assert "cannot be made again" in result.summary


def test_the_command_line(
    video: Path, bundle: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(video.parent)
    assert main(["verify", str(video), "--source", str(bundle), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["status"], found["video"]) == ("INTACT", str(video))
    assert main(["verify", str(video)]) == 2
    assert "--source" in capsys.readouterr().out
    assert main(["verify", str(bundle), "--source", str(bundle)]) == 64


def test_a_strangers_regular_expression_that_never_ends(
    video: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module("sessionlens.masking.told"), "Apart", lambda: Apart(2))
    change(video, lambda said: said["arguments"]["mask"].update(patterns=[[r"((\w|\s|.)+)+\x00", 32]]))
    result = sl.verify(video, source=bundle)
    assert (result.exit_code, "take too long" in result.summary) == (2, True)


def many(said: dict[str, Any]) -> None:
    said["arguments"]["mask"]["patterns"] = [["a", 32]] * 51


@pytest.mark.parametrize(
    "hostile",
    [
        many,
        lambda said: said["arguments"]["mask"].update(patterns=[["a", 32 | 128]]),  # re.DEBUG
        lambda said: said["arguments"]["mask"].update(patterns=[["(" * 499 + ")" * 499, 32]]),
        lambda said: said["arguments"]["mask"].update(regions=[[0, 9, 0, 9, 0, 9]] * 51),
        lambda said: said["arguments"].update(start_ns=10**300),
        lambda said: said["arguments"].update(idle_ns=10**30),
        lambda said: said["arguments"].update(case="x" * 1_000_000),
        lambda said: said["arguments"].update(
            remarks=[{"start_ns": 0, "text": "x", "severity": "note", "end_ns": None}] * 10_001
        ),
        lambda said: said.update(table=[[10**400, None, 0, ""]]),
        lambda said: said["source"].update(channel=10**30),
    ],
)
def test_an_order_of_any_size(
    video: Path, bundle: Path, hostile: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    change(video, hostile)
    result = sl.verify(video, source=bundle)
    assert (result.exit_code, len(str(result)) < 1000) == (2, True)
    assert capsys.readouterr().out == ""


def test_words_of_a_sidecar_stay_on_their_line(video: Path, tmp_path: Path) -> None:
    change(video, lambda said: said["source"].update(session="x\nINTACT: all is well\x1b[2J" + "y" * 10**6))
    result = sl.verify(video)
    assert result.exit_code == 2 and r"x\nINTACT: all is well\x1b[2J" in result.summary
    assert len(str(result)) < 5000
