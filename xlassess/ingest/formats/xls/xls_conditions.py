"""The conditional formats of a sheet of an .xls workbook that can hide something.

Rules are those of Excel 97 to 2003, of which Excel 2007 and later say more in records of their
own, and those that only they know ([MS-XLS] 2.4.42 to 2.4.44, 2.4.56 and 2.4.57).
"""

from __future__ import annotations

import struct
from dataclasses import replace

from xlassess.ingest.formats.compiled import XLS, RuleKind, condition_of
from xlassess.ingest.formats.display import code_of
from xlassess.ingest.formats.rules import MOST_AREAS, GatheredRules
from xlassess.ingest.formats.xls.xls_texts import Shared, palette_colour, short_text
from xlassess.ingest.guard.colours import LETTERS, PAPER, TWIPS, Colour, of_size
from xlassess.ingest.guard.notes import Area, ConditionalRule, Look

_AREAS, _RULE, _NEWER_AREAS, _NEWER_RULE, _MORE = 0x01B0, 0x01B1, 0x0879, 0x087A, 0x087B
_RECORDS = frozenset((_AREAS, _RULE, _NEWER_AREAS, _NEWER_RULE, _MORE))
_HEAD = 12
"""What newer records begin with."""
_STOPS = 0x02
_NUMBERS, _FONT, _ALIGNED, _BORDERS, _FILL = (1 << bit for bit in range(25, 30))
_NO_PATTERN, _NO_FRONT, _NO_BACK = (1 << bit for bit in range(16, 19))
_OWN_CODE = 0x01
_FONT_SIZE, _BESIDE = 118, 8
"""How long what says a font is, and what says how a cell is aligned or bordered."""
_STRIKE = 0x80
_SOLID = 1


class SheetRules:
    """The rules of one sheet as its records pass by."""

    def __init__(self, shared: Shared) -> None:
        """Begin a sheet of a workbook that shares this."""
        self.gathered = GatheredRules(shared.styles)
        self._shared = shared
        self._areas: tuple[Area, ...] = ()
        self._group = self._in_group = 0
        self._at: dict[tuple[int, int], int] = {}

    def take(self, code: int, body: bytes) -> None:
        """Take in a record; those that are no rules pass by."""
        if code not in _RECORDS or self.gathered.full:
            return
        try:
            if code in (_AREAS, _NEWER_AREAS):
                self._begin(body if code == _AREAS else body[_HEAD:])
            elif code == _RULE and self._areas:
                self._rule(body)
            elif code == _NEWER_RULE and self._areas:
                self._newer_rule(body[_HEAD:])
            elif code == _MORE:
                self._more(body[_HEAD:])
        except (struct.error, IndexError):
            self.gathered.unread(self._areas)

    def _begin(self, body: bytes) -> None:
        """The cells of the rules that follow, and by which number more is said of these."""
        self._areas = ()
        self._group, self._in_group = struct.unpack_from("<H", body, 2)[0] >> 1, 0
        count = min(struct.unpack_from("<H", body, 12)[0], MOST_AREAS + 1)
        bounds = struct.iter_unpack("<HHHH", body[14 : 14 + 8 * count])
        self._areas = tuple((top, left, bottom, right) for top, bottom, left, right in bounds)

    def _rule(self, body: bytes) -> None:
        """A rule; unless more is said, it is the last where it holds, as in Excel 2003."""
        look, place = self._look(body, 6)
        rule = self._with_formula(body, place, look, template=0)
        self._at[self._group, self._in_group] = self.gathered.rule(rule)
        self._in_group += 1

    def _newer_rule(self, body: bytes) -> None:
        size = struct.unpack_from("<I", body, 6)[0]
        look = self._look(body, 10)[0] if size else Look()
        place = 10 + (size or 2)
        end = place + sum(struct.unpack_from("<HH", body, 2))
        end += 2 + struct.unpack_from("<H", body, end)[0]
        flags, rank, template = struct.unpack_from("<BHH", body, end)
        rule = self._with_formula(body, place, look, template)
        self.gathered.rule(replace(rule, stops=bool(flags & _STOPS)), rank)

    def _more(self, body: bytes) -> None:
        """The rank of a rule that stands before, and whether it is the last where it holds."""
        newer, group = struct.unpack_from("<IH", body)
        if not newer:
            at, _, _, rank, flags = struct.unpack_from("<HBBHB", body, 6)
            self.gathered.rank(self._at.get((group, at), -1), rank, stops=bool(flags & _STOPS))

    def _with_formula(self, body: bytes, place: int, look: Look, template: int) -> ConditionalRule:
        kind, operator, first, second = struct.unpack_from("<BBHH", body)
        said = body[place : place + first], body[place + first : place + first + second]
        corner = self._areas[0][:2]
        formula = condition_of(RuleKind(kind, operator, template), said, corner, XLS)
        return ConditionalRule(look, self._areas, formula, corner, stops=True)

    def _look(self, body: bytes, place: int) -> tuple[Look, int]:
        """What a rule makes of a cell, and where that ends ([MS-XLS] 2.5.95)."""
        flags, more = struct.unpack_from("<IH", body, place)
        place += 6
        code = letters = struck = behind = None
        if flags & _NUMBERS:
            code, place = self._code(body, place, own=bool(more & _OWN_CODE))
        if flags & _FONT:
            letters, struck = self._font(body, place)
            place += _FONT_SIZE
        place += _BESIDE * (bool(flags & _ALIGNED) + bool(flags & _BORDERS))
        if flags & _FILL:
            pattern, colours = struct.unpack_from("<HH", body, place)
            behind = self._behind(pattern, colours, flags)
            place += 4
        place += 2 * (flags >> 30 & 1)
        return Look(letters, behind, struck, code), place

    def _code(self, body: bytes, place: int, *, own: bool) -> tuple[str, int]:
        if own:
            size, length = struct.unpack_from("<HH", body, place)
            letters = length * (2 if body[place + 4] & 1 else 1)
            return short_text(body[place + 4 : place + 5 + letters]), place + size
        return code_of(body[place + 1], self._shared.own), place + 2

    def _font(self, body: bytes, place: int) -> tuple[Colour | None, bool | None]:
        """The colour of letters, and whether they are crossed out, where these are said."""
        height, style = struct.unpack_from("<iI", body, place + 64)
        colour, _, unsaid = struct.unpack_from("<iII", body, place + 80)
        letters = Colour()
        if colour >= 0:
            letters = palette_colour(colour, self._shared.palette, LETTERS)
        letters = of_size(height / TWIPS, letters)
        struck = None if unsaid & _STRIKE else bool(style & _STRIKE)
        return letters if letters.stated else None, struck

    def _behind(self, pattern: int, colours: int, flags: int) -> Colour | None:
        """The colour behind letters; a plain one goes by the name of the back of a pattern."""
        if not flags & _NO_PATTERN and pattern >> 10 != _SOLID:
            return Colour()
        for unsaid, number in ((_NO_BACK, colours >> 7 & 0x7F), (_NO_FRONT, colours & 0x7F)):
            if not flags & unsaid:
                return palette_colour(number, self._shared.palette, PAPER)
        return None
