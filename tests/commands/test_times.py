"""Of every command: submitted, then taken, then ended; in every session that is part of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from sessionlens.commands import extract
from sessionlens.formats import find, open_source
from sessionlens.recording import Recording
from sessionlens.terminal import replay

pytestmark = pytest.mark.timeout(600)  # dozens of sessions, on a machine that has other things to do
FOLDERS = ("fixtures/truth/sessions", "fixtures/sessions")
PARTS = 4  # of each folder, so that several processes share the work


def recordings(root: Path, folder: str, part: int) -> list[Recording]:
    found = sorted(find(root / folder))[part::PARTS]
    return [each.load() for path in found for each in open_source(path).channels if each.recorded]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("folder", FOLDERS)
def test_submitted_then_taken_then_ended(root: Path, folder: str, part: int) -> None:
    found = recordings(root, folder, part)
    assert found
    for recording in found:
        for each in (recording, recording.without_input()) if recording.has_input else (recording,):
            for command in extract(each, replay(each)).commands:
                assert command.start_ns <= command.taken_ns, (recording.info, command)
                assert command.end_ns is None or command.taken_ns <= command.end_ns, (recording.info, command)
