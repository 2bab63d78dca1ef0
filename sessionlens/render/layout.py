"""Where everything goes: the size of the picture, of a cell, of the bands, all even.

The picture grows 1280×720 → 1920×1080 → 2560×1440 → 3840×2160 until a cell has at least 10×20 pixels; only
then does the cell shrink. A terminal smaller than its place is centred. The bands keep their share of the
picture.
"""

from __future__ import annotations

from dataclasses import dataclass

PICTURES = ((1280, 720), (1920, 1080), (2560, 1440), (3840, 2160))
CELL = (10, 20)  # the least that is legible
LARGEST = (32, 62)
SMALLEST = (2, 4)
LEAST_COLUMNS = 94  # of a band
LEAST_HEIGHT = PICTURES[0][1]  # of the picture that a band's measures are made for
STAMP_COLUMNS = 40  # the least of a stamp without bands
MARGIN = 8  # around the terminal in a single picture
EDGES = 4  # of the edge around the terminal in a video, both sides
SHAPE = 0.517  # width by height of a cell that its font fills


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Bands:
    """The bands' measures at one picture size."""

    pad: int
    main: tuple[int, int]  # cell of the first line
    small: tuple[int, int]  # cell of the others
    bar: int  # height of the progress line
    command_lines: int
    remark_lines: int

    @classmethod
    def of(cls, height: int, command_lines: int, remark_lines: int, scale: int = 1) -> Bands:
        # a large picture is rarely looked at from as near as a small one
        unit = (height / 720) ** 0.8 * scale
        return cls(
            even(14 * unit), (even(12 * unit), even(26 * unit)), (even(10 * unit), even(22 * unit)),
            even(8 * unit), command_lines, remark_lines,
        )  # fmt: skip

    @property
    def above(self) -> int:
        """The height of the upper band."""
        return self.main[1] + self.small[1] + self.pad

    @property
    def stamp(self) -> int:
        """The height of the stamp."""
        return 2 * self.small[1] + self.pad

    @property
    def below(self) -> int:
        """The height of the lower band."""
        lines = self.command_lines * self.main[1] + (1 + self.remark_lines) * self.small[1]
        return lines + self.bar + even(self.pad * 1.5)


@dataclass(frozen=True, slots=True)
class Stamp:
    """The place for what is wrong with the recording, and the measures of its text."""

    place: Box
    measures: Bands


@dataclass(frozen=True, slots=True)
class Layout:
    """One picture: its size, the terminal's place, and the bands (None: a bare terminal).

    `cell` is the cell of the largest terminal; in a video a smaller one gets larger cells, so that nobody
    makes a recording illegible by one enormous resize.
    """

    width: int
    height: int
    cell: tuple[int, int]
    screen: Box
    bands: Bands | None
    note: str = ""  # what a viewer has to know about the place
    stamp: Stamp | None = None  # above all

    @property
    def below(self) -> int:
        """Where the lower band begins."""
        return self.screen.y + self.screen.height

    def cell_of(self, columns: int, rows: int) -> tuple[int, int]:
        """The cell of a terminal of that size."""
        wide, high = cell_for(self.screen, columns, rows)
        return max(wide, self.cell[0]), max(high, self.cell[1])

    def place(self, columns: int, rows: int) -> Box:
        """The box of a terminal of that size, centred in the screen's place; what has no room is cut."""
        wide, high = self.cell_of(columns, rows)
        width = min(columns, self.screen.width // wide) * wide
        height = min(rows, self.screen.height // high) * high
        x = self.screen.x + even((self.screen.width - width) / 2)
        return Box(x, self.screen.y + even((self.screen.height - height) / 2), width, height)


def arrange(
    columns: int,
    rows: int,
    *,
    plain: bool = False,
    command_lines: int = 1,
    remark_lines: int = 0,
    caveats: bool = False,
    small: bool = False,
) -> Layout:
    """The layout for a terminal of at most that size; if even 3840×2160 is too small for it, a note says so.

    `small`: the picture is no larger than its least legible cells and its bands need, where that saves any.
    """
    columns, rows = max(columns, 1), max(rows, 1)
    least = smallest(columns, rows, plain, Bands.of(LEAST_HEIGHT, command_lines, remark_lines), caveats)
    fits = least[0] <= PICTURES[-1][0] and least[1] <= PICTURES[-1][1]
    for width, height in (least,) if small and fits else PICTURES:
        measures = Bands.of(LEAST_HEIGHT if small and fits else height, command_lines, remark_lines)
        bands = None if plain else measures
        head = measures.stamp if caveats else 0
        above, below = (bands.above, bands.below) if bands else (0, 0)
        screen = Box(0, head + above, width, height - head - above - below)
        cell = cell_for(screen, columns, rows)
        if cell[0] >= CELL[0] and cell[1] >= CELL[1]:
            break
    wide, high = screen.width // cell[0], screen.height // cell[1]
    note = ""
    if wide < columns or high < rows:
        note = f"only {min(wide, columns)}×{min(high, rows)} of a terminal of {columns}×{rows} has room"
    stamp = Stamp(Box(0, 0, width, head), measures) if caveats else None
    return Layout(width, height, cell, screen, bands, note, stamp)


def smallest(columns: int, rows: int, plain: bool, bands: Bands, caveats: bool) -> tuple[int, int]:
    """The size of a picture that has room for cells of 10×20 and for its bands, and for nothing else."""
    width, height = columns * CELL[0] + EDGES, rows * CELL[1] + EDGES
    height += bands.stamp if caveats else 0
    if plain:
        return (max(width, narrowest(bands, plain)) if caveats else width), height
    return max(width, narrowest(bands, plain)), height + bands.above + bands.below


def narrowest(bands: Bands, plain: bool) -> int:
    """The width that the bands, or without them the stamp, cannot do without."""
    return (STAMP_COLUMNS if plain else LEAST_COLUMNS) * bands.main[0]


def cell_for(screen: Box, columns: int, rows: int) -> tuple[int, int]:
    """The largest cell of the font's shape with which so many columns and rows fit."""
    wide = floor_even(min((screen.width - EDGES) / columns, LARGEST[0]))
    high = floor_even(min((screen.height - EDGES) / rows, LARGEST[1]))
    if wide > high * SHAPE:
        wide = min(wide, max(even(high * SHAPE), CELL[0] if high >= CELL[1] else 2))
    elif high * SHAPE > wide:
        high = min(high, max(even(wide / SHAPE), CELL[1] if wide >= CELL[0] else 4))
    return max(wide, SMALLEST[0]), max(high, SMALLEST[1])


def even(value: float) -> int:
    """The nearest even number."""
    return 2 * round(value / 2)


def floor_even(value: float) -> int:
    """The next even number below."""
    return 2 * int(value / 2)


def around(
    columns: int,
    rows: int,
    *,
    plain: bool = False,
    command_lines: int = 1,
    caveats: bool = False,
    scale: int = 1,
) -> Layout:
    """The layout of a single picture, as large as its terminal; `scale`: pixels for one, across and down."""
    cell = (12, 24)
    while (columns * cell[0] > 3840 or rows * cell[1] > 2160) and cell[0] > SMALLEST[0]:
        cell = (cell[0] - 2, cell[1] - 4)
    cell = (cell[0] * scale, cell[1] * scale)
    width, height = columns * cell[0], rows * cell[1]
    bands = Bands.of(720, command_lines, 0, scale)
    head = bands.stamp if caveats else 0
    if plain:
        width = max(width, STAMP_COLUMNS * bands.main[0]) if caveats else width
        above, below = head, 0
    else:
        margin = MARGIN * scale
        width, height = max(width + 2 * margin, LEAST_COLUMNS * bands.main[0]), height + 2 * margin
        above, below = head + bands.above, bands.below
    stamp = Stamp(Box(0, 0, width, head), bands) if caveats else None
    screen, shown = Box(0, above, width, height), None if plain else bands
    return Layout(width, above + height + below, cell, screen, shown, stamp=stamp)
