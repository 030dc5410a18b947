"""What formats say that matters to a reader: cells and words crossed out, numbers displayed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from xlassess.ingest.formats.display import code_of
from xlassess.ingest.guard.colours import (
    LETTERS,
    PAPER,
    Colour,
    is_pale,
    of_hex,
    of_number,
    of_size,
    of_theme,
)
from xlassess.ingest.guard.markup import attribute, local, tree
from xlassess.ingest.guard.notes import Look

_BARE = ("", "general", "@", "standard")
OFF = ("0", "false", "off")
"""How a property that may be true says that it is not."""
_POINTS = re.compile(r"\d{1,4}(?:\.\d{0,9})?")
_MOST_PAPERS = 100
"""More colours of paper than these are not tried with every colour of letters."""
_MOST_COMPARED = 50_000
"""More looks times pairs of colours than these are not compared."""
_FRACTION = re.compile(r"-?(?:[01](?:\.\d{0,20})?|\.\d{1,20})(?:E-\d{1,2})?", re.I)


@dataclass(frozen=True, slots=True)
class StyleRecord:
    """A cell format: the numbers of its font and number format, and the colour of the cell.

    ``lined`` says that a border runs from corner to corner, which crosses out what stands there.
    """

    font: int
    number: int
    behind: Colour = PAPER
    lined: bool = False


@dataclass(frozen=True, slots=True)
class CellStyles:
    """Cell formats by their number: those crossed out, and number formats worth displaying.

    ``fonts`` are the numbers of the fonts that cross out, for texts with fonts of their own.
    ``pale`` are the formats whose letters cannot be told from what is behind them; ``lined`` those
    of `struck` that cross a cell out whatever the fonts of its words are. ``colours`` are those of
    letters and behind them, by format; ``differing`` what conditional formats make of a cell, and
    ``hiding`` those of them that can hide something. ``letters`` are the colours of fonts; those of
    ``fading`` fonts suit what is behind some cell, or paper, and are no font of a whole cell.
    """

    struck: frozenset[int] = frozenset()
    codes: Mapping[int, str] = field(default_factory=dict)
    fonts: frozenset[int] = frozenset()
    pale: frozenset[int] = frozenset()
    lined: frozenset[int] = frozenset()
    colours: tuple[tuple[Colour, Colour], ...] = ()
    differing: tuple[Look, ...] = ()
    hiding: frozenset[int] = frozenset()
    letters: Mapping[int, Colour] = field(default_factory=dict)
    fading: frozenset[int] = frozenset()

    @classmethod
    def of(
        cls,
        formats: Sequence[StyleRecord],
        fonts: frozenset[int],
        own: Mapping[int, str],
        letters: Mapping[int, Colour] | None = None,
        differing: Sequence[Look] = (),
    ) -> CellStyles:
        """Work the styles out.

        Args:
            formats: the cell formats.
            fonts: the fonts that cross out.
            own: the number formats of the workbook itself, by their number.
            letters: the colours of fonts, by their number.
            differing: what conditional formats make of a cell.
        """
        codes = {
            number: code
            for number, one in enumerate(formats)
            if (code := code_of(one.number, own)).lower() not in _BARE
        }
        struck = frozenset(
            number for number, one in enumerate(formats) if one.font in fonts or one.lined
        )
        letters = letters or {}
        colours = tuple((letters.get(one.font, LETTERS), one.behind) for one in formats)
        pale = frozenset(number for number, pair in enumerate(colours) if is_pale(*pair))
        lined = frozenset(number for number, one in enumerate(formats) if one.lined)
        looks, pairs = tuple(differing), set(colours)
        hiding = which_hide(looks, pairs)
        apart = letters.keys() - {one.font for one in formats}
        fading = frozenset(font for font in apart if may_fade(letters[font], pairs))
        return cls(struck, codes, fonts, pale, lined, colours, looks, hiding, letters, fading)

    def colours_of(self, format_: int) -> tuple[Colour, Colour]:
        """Return the colours of the cells of a format, of letters and behind them."""
        return self.colours[format_] if format_ < len(self.colours) else (LETTERS, PAPER)


_LONGEST_REMEMBERED = 1 << 18
"""Parts longer than this are no usual ones, and are read anew each time."""


def read_styles(part: bytes) -> CellStyles:
    """Return the styles of an Open XML workbook; those of one plate are read once.

    Raises:
        xml.etree.ElementTree.ParseError: the part is not well formed.
        defusedxml.common.DefusedXmlException: the part declares entities.
    """
    return _remembered(part) if len(part) <= _LONGEST_REMEMBERED else _styles_in(part)


def _styles_in(part: bytes) -> CellStyles:
    root = tree(part)
    own: dict[int, str] = {}
    fonts: list[bool] = []
    letters: dict[int, Colour] = {}
    fills: list[Colour] = []
    lines: list[bool] = []
    formats: list[StyleRecord] = []
    differing: list[Look] = []
    for group in root if root is not None else ():
        name = local(group.tag)
        if name == "numFmts":
            own = {_number(one, "numFmtId"): attribute(one, "formatCode") for one in group}
        elif name == "fonts":
            fonts = [any(crosses_out(mark) for mark in font) for font in group]
            letters = {
                number: of_size(_size(font), _colour_in(font, "color", LETTERS))
                for number, font in enumerate(group)
            }
        elif name == "fills":
            fills = [_behind(fill) for fill in group]
        elif name == "borders":
            lines = [_is_lined(border) for border in group]
        elif name == "cellXfs":
            formats = [_format(one, fills, lines) for one in group]
        elif name == "dxfs":
            differing = [look_of(one) for one in group]
    struck = frozenset(number for number, crossed in enumerate(fonts) if crossed)
    return CellStyles.of(formats, struck, own, letters, differing)


_remembered = lru_cache(maxsize=8)(_styles_in)


def _format(one: Element, fills: Sequence[Colour], lines: Sequence[bool]) -> StyleRecord:
    fill, border = _number(one, "fillId"), _number(one, "borderId")
    behind = fills[fill] if fill < len(fills) else PAPER
    lined = border < len(lines) and lines[border]
    return StyleRecord(_number(one, "fontId"), _number(one, "numFmtId"), behind, lined)


def _is_lined(border: Element) -> bool:
    """True for a border that has a line from corner to corner."""
    ways = (attribute(border, name) for name in ("diagonalUp", "diagonalDown"))
    line = next((one for one in border if local(one.tag) == "diagonal"), None)
    style = attribute(line, "style") if line is not None else ""
    return style not in ("", "none") and any(way not in ("", *OFF) for way in ways)


def _behind(fill: Element) -> Colour:
    """The colour of a cell; of a pattern or of shades that run into each other none is told."""
    pattern = next((one for one in fill if local(one.tag) == "patternFill"), None)
    if pattern is None:
        return Colour()
    kind = attribute(pattern, "patternType") or "none"
    if kind == "none":
        return PAPER
    return _colour_in(pattern, "fgColor", Colour()) if kind == "solid" else Colour()


def _colour_in(element: Element, name: str, usual: Colour) -> Colour:
    """The colour that an element states in a child of that name."""
    said = next((one for one in element if local(one.tag) == name), None)
    return usual if said is None else colour_of(said.attrib, usual)


def colour_of(said: Mapping[str, str], usual: Colour) -> Colour:
    """Return the colour that the attributes of an element state.

    Args:
        said: the attributes.
        usual: the colour if they leave it to the program.
    """
    if said.get("auto") in ("1", "true"):
        return usual
    if text := said.get("rgb"):
        return of_hex(text)
    tint = said.get("tint", "")
    if theme := said.get("theme"):
        shade = float(tint) if _FRACTION.fullmatch(tint) else 0.0
        return of_theme(int(theme), shade) if theme.isdecimal() and len(theme) < 4 else Colour()
    number = said.get("indexed", "")
    return Colour() if tint or not number.isdecimal() else of_number(int(number[:6]))


def may_fade(letters: Colour, colours: Collection[tuple[Colour, Colour]]) -> bool:
    """True for letters that cannot be told from paper, or from what is behind some cell.

    A colour that whole cells have is one to be seen, though it may not be in the headings.

    Args:
        letters: their colour.
        colours: those of letters and behind them that cells have.
    """
    if is_pale(letters, PAPER):
        return True
    own = (one for one, _ in colours)
    return letters not in own and any(is_pale(letters, behind) for _, behind in colours)


def which_hide(looks: Sequence[Look], colours: Collection[tuple[Colour, Colour]]) -> frozenset[int]:
    """Return which looks can hide something, by themselves or one by its letters on another's.

    Args:
        looks: what conditional formats make of cells.
        colours: those of letters and behind them that cells have.
    """
    return _which_hide(tuple(looks), frozenset(colours))


@lru_cache(maxsize=4)
def _which_hide(looks: tuple[Look, ...], worn: frozenset[tuple[Colour, Colour]]) -> frozenset[int]:
    """The same, worked out once for all sheets of a workbook."""
    papers = frozenset(one.behind for one in looks if one.behind is not None)
    # Each look is held against all: nobody paints so much, and any may hide something then.
    if len(looks) * len(worn) > _MOST_COMPARED or any(is_pale(*pair) for pair in worn):
        says = ((one.struck, one.code, one.letters, one.behind) for one in looks)
        return frozenset(at for at, one in enumerate(says) if any(one))
    return frozenset(at for at, one in enumerate(looks) if _can_hide(one, worn, papers))


def _can_hide(
    look: Look, colours: Collection[tuple[Colour, Colour]], papers: Collection[Colour]
) -> bool:
    """True for a look that crosses out, shows numbers otherwise, or may suit letters to paper.

    So it is for one that may show letters which suit their paper. One that only gives paper the
    colour of paper is passed over otherwise.
    """
    if look.struck or look.code:
        return True
    if look.letters is None and look.behind is None:
        return False
    if look.letters is None and is_pale(look.behind or PAPER, PAPER):
        return False
    letters = [look.letters] if look.letters else [LETTERS, *(letter for letter, _ in colours)]
    behind = [look.behind] if look.behind else [PAPER, *(other for _, other in colours)]
    if look.letters:
        if len(papers) > _MOST_PAPERS:
            return True
        behind += papers
    return any(is_pale(one, other) for one in set(letters) for other in set(behind))


def look_of(format_: Element) -> Look:
    """Return what a conditional format makes of a cell ([ECMA-376] part 1, 18.8.14)."""
    letters = behind = struck = code = None
    for one in format_:
        name = local(one.tag)
        if name == "font":
            stated = _colour_in(one, "color", Colour())
            stated = of_size(_size(one), stated)
            letters = stated if stated.stated else None
            lines = [crosses_out(mark) for mark in one if local(mark.tag) == "strike"]
            struck = lines[0] if lines else None
        elif name == "fill":
            behind = _filled_in(one)
        elif name == "numFmt":
            code = attribute(one, "formatCode")
    return Look(letters, behind, struck, code)


def _filled_in(fill: Element) -> Colour | None:
    """The colour that a conditional format gives a cell; its plain one goes by the other name."""
    pattern = next((one for one in fill if local(one.tag) == "patternFill"), None)
    if pattern is None or attribute(pattern, "patternType") not in ("", "solid"):
        return Colour()
    for name in ("bgColor", "fgColor"):
        if (said := _colour_in(pattern, name, Colour())).stated:
            return said
    return None


def _size(font: Element) -> float:
    return points(next((attribute(one, "val") for one in font if local(one.tag) == "sz"), ""))


def points(said: str) -> float:
    """Return a size of letters in points; nought where it states none that can be read."""
    return float(said) if _POINTS.fullmatch(said) else 0.0


def crosses_out(mark: Element) -> bool:
    """True for the property of a font that draws a line through its letters."""
    return local(mark.tag) == "strike" and attribute(mark, "val") not in OFF


def _number(element: Element, name: str) -> int:
    text = attribute(element, name)
    return int(text) if text.isdecimal() and len(text) < 9 else 0
