"""What is asked of a video: all that decides what it shows, but the recording itself. Plain data, so that the
file beside the video can say it and anybody can ask for the same again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, get_type_hints

from sessionlens.errors import UsageError
from sessionlens.masking import Told
from sessionlens.render.facts import SECOND
from sessionlens.render.remarks import Remark
from sessionlens.render.theme import Theme
from sessionlens.render.themes import DARK, THEMES
from sessionlens.zones import zone_of

LATEST = 10**18  # ns
REMARKS = 10_000
LONGEST = 1000  # characters


@dataclass(frozen=True, slots=True)
class Order:
    """Times of the session in ns; None: all of it, and for `idle_ns` no cut.

    `remarks`: the analyst's, to burn in (None: no place for any). `cards`: a title and an end, which name the
    `case` and the `signer` of the recording. `plain`: no bands. `small`: the smallest picture that is
    legible. `mask`: what it was masked by (None: it is not masked). `zone`: the time zone beside UTC.
    """

    start_ns: int | None = None
    end_ns: int | None = None
    idle_ns: int | None = 2 * SECOND
    speed: float = 1.0
    remarks: tuple[Remark, ...] | None = None
    cards: bool = False
    case: str | None = None
    signer: str | None = None
    plain: bool = False
    small: bool = False
    theme: Theme = DARK
    mask: Told | None = None
    zone: str | None = None

    def __post_init__(self) -> None:
        if not 0.01 <= self.speed <= 1000:
            raise UsageError(f"a speed is a number from 0.01 to 1000, not {self.speed}")
        if self.idle_ns is not None and self.idle_ns < 0:
            raise UsageError(f"idle time cannot be negative: {self.idle_ns / SECOND:g} s")

        if any(t is not None and abs(t) > LATEST for t in (self.start_ns, self.end_ns, self.idle_ns)):
            raise UsageError(f"no session is longer than {LATEST / SECOND / 86400:.0f} days")
        if len(self.remarks or ()) > REMARKS:
            raise UsageError(f"{len(self.remarks or ())} remarks are more than a video can show: {REMARKS}")
        if any(len(text or "") > LONGEST for text in (self.case, self.signer)):
            raise UsageError(f"a case and a signer have at most {LONGEST} characters")
        if self.zone is not None:
            zone_of(self.zone)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"theme": self.theme.name}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Order:
        """What `as_dict` made. Raises UsageError where it is none that this version knows."""
        if fits(cls, said, "theme", "remarks", "mask") and said["theme"] in THEMES:
            remarks = said["remarks"]
            if remarks is None or all(fits(Remark, each) for each in remarks):
                spoken = None if remarks is None else tuple(Remark(**each) for each in remarks)
                mask = None if said["mask"] is None else Told.of(said["mask"])
                return cls(**{**said, "theme": THEMES[said["theme"]], "remarks": spoken, "mask": mask})
        raise UsageError("it was asked for something that this version of sessionlens does not know")


def fits(kind: type[Any], said: Mapping[str, Any], *apart: str) -> bool:
    """Whether these are the fields of a dataclass, each of its type; those `apart` are not looked at."""
    hints = get_type_hints(kind)
    return said.keys() == hints.keys() and all(
        isinstance(value, hints[name]) for name, value in said.items() if name not in apart
    )
