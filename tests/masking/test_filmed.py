"""Videos that are masked: nothing that lies beside them has the secret, and verify makes the same mask."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sessionlens as sl
from sessionlens.errors import UsageError
from sessionlens.masking import Told
from sessionlens.render.order import Order

from .twin_sessions import SECRETS, command

Twins = Callable[..., list[sl.Session]]
SOURCE = "2026*"


def told(path: Path) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(path.with_name(path.name + ".json").read_text("utf-8"))
    return said


@pytest.fixture
def bundle(root: Path) -> Path:
    (found,) = (root / "fixtures/sessions/insider").glob(SOURCE)
    return found


@pytest.fixture
def pair(twins: Twins) -> list[sl.Session]:
    return twins(lambda i: command(f"mysql -u root -p{SECRETS[i]} shop", b"Welcome\r\n"))


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_no_file_has_it(pair: list[sl.Session], suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"v{suffix}"
    notes = pd.DataFrame({"start": [1], "note": [f"he typed {SECRETS[0]}"]})
    pair[0].render(path, case=f"the case of {SECRETS[0]}", notes=notes)
    files = sorted(path.parent.glob("v.*"))
    assert len(files) == (3 if suffix == ".mp4" else 2)
    assert not [file.name for file in files if SECRETS[0].encode() in file.read_bytes()]
    assert told(path)["arguments"]["remarks"][0]["text"] == "he typed [masked: password]"
    pair[0].render(path, mask=False, notes=notes)
    assert SECRETS[0] in path.with_name(path.name + ".json").read_text("utf-8")
    assert told(path)["arguments"]["mask"] is None


def test_the_sidecars_fingerprints_are_those_of_the_masked_screens(
    pair: list[sl.Session], tmp_path: Path
) -> None:
    tables = []
    for number, session in enumerate(pair):
        session.render(tmp_path / f"{number}.mp4", cards=False)
        tables.append([row[3] for row in told(tmp_path / f"{number}.mp4")["table"]])
    assert tables[0] == tables[1]


def test_a_moment_is_masked_in_bands_and_cells(pair: list[sl.Session], tmp_path: Path) -> None:
    made = []
    for number, session in enumerate(pair):
        session.render(tmp_path / f"{number}.png", at=2.5, plain=True)
        made.append((tmp_path / f"{number}.png").read_bytes())
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("mask", "patterns", "untold"),
    [(True, 0, 0), (False, None, None), ([True, r"web\d+"], 1, 0), (["web01"], 0, 1), ("w[e]b01", 0, 1)],
)
def test_verify_makes_the_mask_again_or_says_that_it_cannot(
    bundle: Path, mask: Any, patterns: int | None, untold: int | None, tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    sl.open(bundle).render(path, mask=mask, end=2)
    kept = told(path)["arguments"]["mask"]
    assert kept is None if patterns is None else len(kept["patterns"]) == patterns
    assert kept is None or kept["untold"] == untold
    result = sl.verify(path, source=bundle)
    if untold:
        assert (result.exit_code, "choice of the analyst's own" in result.summary) == (2, True)
    else:
        assert result.status == "INTACT", result.summary


def test_rows_are_not_told_and_places_of_the_screen_are(bundle: Path, tmp_path: Path) -> None:
    session, path = sl.open(bundle), tmp_path / "v.mp4"
    session.render(path, mask=session.commands.head(1), end=2)
    assert told(path)["arguments"]["mask"]["untold"] > 0
    assert sl.verify(path, source=bundle).exit_code == 2
    session.render(path, mask=sl.Selection(rows=(0, 1), start=0, end=2), end=2)
    assert told(path)["arguments"]["mask"]["regions"] == [[0, 1, 0, 65536, 0, 2_000_000_000]]
    assert sl.verify(path, source=bundle).status == "INTACT"


def test_a_forged_mask_is_caught(bundle: Path, tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    sl.open(bundle).render(path, mask=r"web\d+", end=2)
    said = told(path)
    said["arguments"]["mask"] = None
    path.with_name("v.mp4.json").write_text(json.dumps(said))
    assert sl.verify(path, source=bundle).exit_code == 1


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"defaults": 1, "patterns": [], "regions": [], "untold": 0},
        {"defaults": True, "patterns": [["(", 32]], "regions": [], "untold": 0},
        {"defaults": True, "patterns": [["a" * 9999, 32]], "regions": [], "untold": 0},
        {"defaults": True, "patterns": [], "regions": [[1, 2]], "untold": 0},
        {"defaults": True, "patterns": 5, "regions": [], "untold": 0},
        {"defaults": True, "patterns": [], "regions": [], "untold": 0, "more": 1},
    ],
)
def test_a_mask_that_is_none(said: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="its mask is none"):
        Told.of(said)


def test_an_order_survives_json() -> None:
    order = Order(mask=Told(False, (("a.b", 32),), ((0, 1, 2, 3, 4, 5),), 2))
    assert Order.of(json.loads(json.dumps(order.as_dict()))) == order
