"""Pictures: exact under the versions that painted them, near under others; a pixel is enough to be caught."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter

import sessionlens as sl
from sessionlens.golden import checking, painted, parsing
from sessionlens.golden.updating import Wanted, update
from sessionlens.render.screen import Screen

Opener = Callable[[Path], Any]


def golden_of(folder: Path) -> Path:
    return folder / "colours.cast.golden.txt"


def picture_of(folder: Path) -> Path:
    return folder / "colours.cast.golden.1.png"


def check(folder: Path) -> checking.Result:
    (result,) = checking.check(folder, pages=folder.parent / "pages")
    return result


def painted_elsewhere(folder: Path) -> None:
    """Let the golden say that other versions painted it, with other greys."""
    golden = golden_of(folder)
    text = re.sub(
        r"sha256=\w+ by .*", f"sha256={'0' * 64} by Pillow 1.0, FreeType 1.0", golden.read_text("utf-8")
    )
    assert "Pillow 1.0" in text
    golden.write_text(text, "utf-8")


def change_picture(folder: Path, change: Callable[[Image.Image], Image.Image]) -> None:
    with Image.open(picture_of(folder)) as picture:
        change(picture.convert("RGB")).save(picture_of(folder))


def test_the_picture_is_as_the_video_has_it(with_pictures: Path) -> None:
    (entry,) = parsing.load(golden_of(with_pictures)).entries
    with Image.open(picture_of(with_pictures)) as picture:
        assert painted.hashed(picture.convert("RGB")) == entry.painted[0]
        assert picture.size == (entry.painted[0].width, entry.painted[0].height)
        red, green, blue = np.moveaxis(np.asarray(picture.convert("RGB")), 2, 0)
    assert ((red > 200) & (green < 110) & (blue < 110)).sum() > 100
    assert check(with_pictures).code == 0 and check(with_pictures).pictures == 1


def test_a_deliberate_change_of_one_pixel_by_the_painter_is_caught_and_shown(
    with_pictures: Path, monkeypatch: pytest.MonkeyPatch, page: Opener
) -> None:
    paint = Screen.paint

    def one_more(self: Screen, frame: Any) -> bool:
        done = paint(self, frame)
        self.canvas.planes[0][200, 300] = (255, 255, 255)
        return done

    monkeypatch.setattr(Screen, "paint", one_more)
    result = check(with_pictures)
    assert result.code == 1
    assert re.search(
        r"1 pixel differs, the first at 300,200: \(\d+, \d+, \d+\) became \(255, 255, 255\)", str(result)
    )
    assert result.page is not None
    shown = page(result.page)
    names = [name for name, source in shown.images() if source.startswith("data:image/png;base64,iVBOR")]
    assert names == ["Expected, enlarged", "Actual, enlarged", "Expected", "Actual", "Difference"]
    assert "1 pixel differs, the first at 300,200" in shown.text


def test_under_unknown_versions_a_picture_that_is_near_is_equal(with_pictures: Path) -> None:
    painted_elsewhere(with_pictures)
    change_picture(with_pictures, lambda picture: picture.filter(ImageFilter.GaussianBlur(0.4)))
    result = check(with_pictures)
    assert (result.code, result.pictures, result.not_compared) == (0, 1, [])


def test_and_one_that_is_not_near_differs(with_pictures: Path) -> None:
    painted_elsewhere(with_pictures)

    def without_a_letter(picture: Image.Image) -> Image.Image:
        session = sl.open(with_pictures / "colours.cast")
        full = painted.Painter(session).paint(session.main, session.recording.duration_ns)
        assert picture.tobytes() == full.tobytes()
        boxes = [(x, y, x + 12, y + 20) for y in range(0, full.height, 4) for x in range(0, full.width, 4)]
        red = next(box for box in boxes if full.crop(box).getextrema()[0][0] > 200)
        picture.paste((13, 17, 23), red)
        return picture

    change_picture(with_pictures, without_a_letter)
    result = check(with_pictures)
    assert result.code == 1 and "with tolerance (painted by Pillow 1.0, FreeType 1.0, here is Pillow" in str(
        result
    )


def test_without_a_picture_an_unknown_version_is_not_compared_and_no_failure(
    with_pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sessionlens.cli import main

    painted_elsewhere(with_pictures)
    picture_of(with_pictures).unlink()
    assert main(["golden", "check", str(with_pictures)]) == 0
    said = capsys.readouterr()
    assert said.out == "1 recording: 1 screen compared, 1 equal, 1 not compared\n"
    assert (
        "colours.cast: not compared: picture 1: painted by Pillow 1.0, FreeType 1.0, and here is" in said.err
    )


def test_a_damaged_picture_is_said(with_pictures: Path) -> None:
    painted_elsewhere(with_pictures)
    picture_of(with_pictures).write_bytes(picture_of(with_pictures).read_bytes()[:100])
    result = check(with_pictures)
    assert result.code == 2 and "golden.1.png: damaged, not a picture" in str(result)


def test_an_update_keeps_what_other_versions_said_while_the_picture_stays(with_pictures: Path) -> None:
    mine = parsing.load(golden_of(with_pictures)).entries[0].painted
    painted_elsewhere(with_pictures)
    list(update(with_pictures))
    both = parsing.load(golden_of(with_pictures)).entries[0].painted
    assert [p.versions for p in both] == ["Pillow 1.0, FreeType 1.0", mine[0].versions] and both[1] == mine[0]
    assert check(with_pictures).code == 0


def test_and_forgets_them_where_the_screen_is_another(with_pictures: Path) -> None:
    painted_elsewhere(with_pictures)
    list(update(with_pictures, wanted=Wanted("00:00:00.5")))
    assert [p.versions for p in parsing.load(golden_of(with_pictures)).entries[0].painted] == [
        painted.versions()
    ]


def test_and_forgets_them_where_it_changed(with_pictures: Path) -> None:
    painted_elsewhere(with_pictures)
    change_picture(with_pictures, lambda picture: Image.new("RGB", picture.size))
    list(update(with_pictures))
    assert [p.versions for p in parsing.load(golden_of(with_pictures)).entries[0].painted] == [
        painted.versions()
    ]
    assert check(with_pictures).code == 0


def test_pictures_that_are_not_wanted_any_more_go(with_pictures: Path) -> None:
    list(update(with_pictures, wanted=Wanted(painted=False)))
    assert not picture_of(with_pictures).exists()
    assert "painted" not in golden_of(with_pictures).read_text("utf-8")
    assert (check(with_pictures).code, check(with_pictures).pictures) == (0, 0)


RENDER = """
import hashlib, sys
import sessionlens as sl
from sessionlens.golden.painted import Painter, hashed
session = sl.open(sys.argv[1])
print(hashed(Painter(session).paint(session.main, session.recording.duration_ns // 2)).sha256)
session.render(sys.argv[2])
"""


@pytest.mark.timeout(600)
def test_two_renders_of_a_real_session_are_bit_identical(root: Path, tmp_path: Path) -> None:
    recording = next((root / "fixtures/sessions/nano").glob("*-*"))
    told = []
    for seed in ("1", "2"):  # two processes that order their sets differently
        path = tmp_path / f"{seed}.mp4"
        command = [sys.executable, "-c", RENDER, str(recording), str(path)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env=os.environ | {"PYTHONHASHSEED": seed}
        )
        told.append((done.stdout, hashlib.sha256(path.read_bytes()).hexdigest()))
    assert told[0] == told[1] and len(told[0][0]) == 65
