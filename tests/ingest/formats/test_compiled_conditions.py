"""Conditional formats of binary workbooks, whose formulas are compiled: what they hide is told.

Records are those of [MS-XLS] 2.4.42 to 2.4.57 and [MS-XLSB] 2.4.23. LibreOffice reads them so, too.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.clients.office import Office
from tests.ingest.binary import record as brt
from tests.ingest.binary import wide, xlsb
from tests.ingest.cfb import container
from tests.ingest.formats.test_looks import (
    _RULES,
    MASKED,
    STRUCK,
    UNSEEN,
    WHITE,
    _assert_told,
    _with_rules,
    guarded,
)
from tests.ingest.formats.test_xls import BEGIN, record, stream
from tests.ingest.packages import packed, parts_of
from xlassess.ingest.formats.compiled import XLS, XLSB, formula_of
from xlassess.ingest.formats.kinds import Guarded, guard
from xlassess.ingest.reading.cells.grid import read_grid
from xlassess.model.finding import Finding

KINDS = ("xls", "xlsb")
_WHITE_NUMBER, _FONT_BITS, _NUMBER_BITS, _FILL_BITS = 9, 1 << 26, 1 << 25, 1 << 29


def _cell(kind: str, row: int, column: int, *, fixed: bool = False) -> bytes:
    """A cell so far from the rule's, or fixed."""
    ways = 0 if fixed else 0xC000
    mask = 0xFF if kind == "xls" else 0x3FFF
    form = "<BHH" if kind == "xls" else "<BIH"
    rows = 0xFFFF if kind == "xls" else 0xFFFFF
    return struct.pack(form, 0x44 if fixed else 0x4C, row & rows, column & mask | ways)


def _text(kind: str, text: str) -> bytes:
    if kind == "xls":
        return struct.pack("<BBB", 0x17, len(text), 0) + text.encode("latin-1")
    return struct.pack("<BH", 0x17, len(text)) + text.encode("utf-16-le")


def _number(number: int) -> bytes:
    return struct.pack("<BH", 0x1E, number)


def _function(number: int, count: int | None = None) -> bytes:
    if count is None:
        return struct.pack("<BH", 0x41, number)
    return struct.pack("<BBH", 0x42, count, number)


_LENGTH, _BLANK, _AND, _NOT, _SEARCH, _IS_NUMBER, _COUNT_IF = 32, 129, 36, 38, 82, 128, 346
_EQUAL, _GREATER, _UNEQUAL = b"\x0b", b"\x0d", b"\x0e"


def _length_above(kind: str, count: int) -> bytes:
    return _cell(kind, 0, 0) + _function(_LENGTH) + _number(count) + _GREATER


@dataclass(frozen=True)
class Rule:
    """A rule: its kind, how it compares, its formulas, what it does, and what Excel 2007 adds."""

    kind: int
    said: tuple[bytes, ...]
    does: str = UNSEEN
    operator: int = 0
    template: int = 1
    rank: int = 0
    stops: bool = True


def _xls_look(does: str) -> bytes:
    """What a rule makes of a cell (DXFN), in the fields that it says."""
    flags, numbers, font, fill = 0x003FFFFF, b"", b"", b""
    if does == MASKED:
        flags |= _NUMBER_BITS
        numbers = struct.pack("<HHB", 8, 3, 0) + b";;;"
    elif does == "behind":
        flags = flags & ~(7 << 16) | _FILL_BITS
        fill = struct.pack("<HH", 1 << 10, 8 << 7 | 9)
    else:
        flags |= _FONT_BITS
        colour = _WHITE_NUMBER if does == UNSEEN else -1
        struck = does == STRUCK
        font = bytes(64) + struct.pack("<iIHHBBBB", -1, 0x80 * struck, 400, 0, 0, 0, 0, 0)
        font += struct.pack("<iIIIIIIiiH", colour, 0, 0 if struck else 0x80, 1, 1, 1, 0, 0, -1, 1)
        assert len(font) == 118
    return struct.pack("<IH", flags, does == MASKED) + numbers + font + fill


def _xls_rules(rules: Sequence[Rule], areas: Sequence[tuple[int, int, int, int]]) -> bytes:
    """Records of rules, as Excel 2003 writes them, those of a rank as only newer ones know them."""
    bounds = b"".join(struct.pack("<HHHH", *area) for area in areas)
    begin = struct.pack("<HH8xH", len(rules), 1 << 1, len(areas)) + bounds
    head = bytes(12)
    out = record(0x01B0, begin)
    for rule in (one for one in rules if not one.rank):
        out += record(0x01B1, _xls_said(rule) + _xls_look(rule.does) + b"".join(rule.said))
    newer = [one for one in rules if one.rank]
    if newer:
        out += record(0x0879, head + begin)
    for rule in newer:
        look = _xls_look(rule.does)
        more = struct.pack("<HBHHB16x", 0, 2 * rule.stops, rule.rank, rule.template, 16)
        said = b"".join(rule.said)
        out += record(
            0x087A, head + _xls_said(rule) + struct.pack("<I", len(look)) + look + said + more
        )
    return out


def _xls_said(rule: Rule) -> bytes:
    sizes = [*(len(one) for one in rule.said), 0][:2]
    return struct.pack("<BBHH", rule.kind, rule.operator, *sizes)


_AREAS = ((0, 1, 0, 0),)
"""A1 to A2: first and last row, first and last column."""


def _xls(rules: Sequence[Rule], more: bytes = b"") -> bytes:
    """An old workbook with "Agree" in A1 and A3, 4 in B1, and rules about A1 and A2."""
    font = record(0x31, struct.pack("<HHH", 200, 0, 0x7FFF) + bytes(8) + b"\1\0A")
    format_ = record(0xE0, struct.pack("<HH", 0, 0) + bytes(16))
    texts = record(0xFC, struct.pack("<IIHB", 2, 1, 5, 0) + b"Agree")
    cells = record(0x0200, struct.pack("<IIHHH", 0, 3, 0, 2, 0))
    cells += record(0xFD, struct.pack("<HHHI", 0, 0, 0, 0))
    cells += record(0x0203, struct.pack("<HHHd", 0, 1, 0, 4.0))
    cells += record(0xFD, struct.pack("<HHHI", 2, 0, 0, 0))
    cells += _xls_rules(rules, _AREAS) + more
    begin = struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)
    whole = stream(cells, "S", font + format_ + texts)
    at = whole.rindex(BEGIN)
    return container(whole[:at] + record(0x0809, begin) + whole[at + len(BEGIN) :])


def _property(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, 4 + len(data)) + data


def _xlsb_look(does: str) -> bytes:
    white, black = (struct.pack("<BBhI", 5, 0, 0, 0xFF000000 | rgb) for rgb in (0xFFFFFF, 0))
    said = {
        UNSEEN: [_property(5, white)],
        STRUCK: [_property(29, b"\1")],
        MASKED: [_property(38, struct.pack("<H", 3) + ";;;".encode("utf-16-le"))],
        "behind": [_property(0, b"\1"), _property(2, black)],
        "built-in": [_property(41, struct.pack("<H", 9))],
        "bold": [_property(25, struct.pack("<H", 700))],
    }[does]
    return brt(507, struct.pack("<HHH", 0, 0, len(said)) + b"".join(said))


def _xlsb(rules: Sequence[Rule], more: bytes = b"") -> bytes:
    """The same in a newer binary workbook."""
    blocks = brt(461, struct.pack("<IIIIIII", len(rules), 0, len(_AREAS), *_AREAS[0]))
    for number, rule in enumerate(rules):
        sizes = [*(len(one) for one in rule.said), 0, 0][:3]
        head = struct.pack(
            "<IIIIIIIHIII", rule.kind, rule.template, number, rule.rank or number + 1,
            rule.operator, 0, 0, 2 * rule.stops, *sizes,
        )  # fmt: skip
        said = b"".join(struct.pack("<I", len(one)) + one + bytes(4) for one in rule.said)
        blocks += brt(463, head + b"\xff\xff\xff\xff" + said) + brt(464)
    looks = b"".join(_xlsb_look(one.does) for one in rules)
    none = bytes(8)
    font = struct.pack("<HHHHBBBB", 200, 0, 400, 0, 0, 2, 0, 0) + none + b"\0" + wide("Arial")
    fill, border = struct.pack("<I", 0) + none + none + bytes(48), bytes(51)
    format_ = struct.pack("<HHHHHBBHBB", 0, 0, 0, 0, 0, 0, 0, 0x1010, 0, 0)
    styles = brt(278)
    for begin, end, code, body in (
        (611, 612, 43, font),
        (603, 604, 45, fill),
        (613, 614, 46, border),
    ):
        styles += brt(begin, struct.pack("<I", 1)) + brt(code, body) + brt(end)
    of_styles = struct.pack("<H", 0xFFFF) + format_[2:]
    styles += brt(626, struct.pack("<I", 1)) + brt(47, of_styles) + brt(627)
    styles += brt(617, struct.pack("<I", 1)) + brt(47, format_) + brt(618)
    styles += brt(505, struct.pack("<I", len(rules))) + looks + brt(506) + brt(279)
    parts = parts_of(xlsb({"S": [(6, "Agree"), (1, ""), (6, "Agree")]}))
    sheet = parts["xl/worksheets/sheet1.bin"]
    second = brt(5, struct.pack("<IId", 1, 0, 4.0))
    first = brt(6, struct.pack("<II", 0, 0) + wide("Agree"))
    sheet = sheet.replace(first, first + second, 1)
    sheet = sheet.replace(brt(146), brt(146) + blocks + brt(462) + more)
    related = parts["xl/_rels/workbook.bin.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/styles" Target="styles.bin"/></Relationships>',
    )
    said = "".join(
        f'<Override PartName="/xl/{name}.bin" ContentType="application/vnd.ms-excel.{kind}"/>'
        for name, kind in (("worksheets/sheet1", "worksheet"), ("styles", "styles"))
    )
    types = parts["[Content_Types].xml"].replace(b"</Types>", f"{said}</Types>".encode())
    return packed(
        parts
        | {"xl/worksheets/sheet1.bin": sheet, "xl/styles.bin": styles}
        | {"xl/_rels/workbook.bin.rels": related, "[Content_Types].xml": types}
    )


WRITE = {"xls": _xls, "xlsb": _xlsb}


def _cases(kind: str) -> dict[str, tuple[list[Rule], str]]:
    """Rules by a name, and what is told of A1 under them."""
    here, four = _cell(kind, 0, 0), _cell(kind, 0, 1, fixed=True)
    agree, always = _text(kind, "AGREE"), b"\x1d\x01"
    above = Rule(2, (_length_above(kind, 0),))
    unknown = Rule(2, (here + here + _function(_COUNT_IF) + _number(1) + _EQUAL,), "behind")
    searched = _text(kind, "gre") + here + _function(_SEARCH, 2) + _function(_IS_NUMBER)
    both = (
        here + _text(kind, "") + _UNEQUAL + here + _function(_BLANK) + _function(_NOT)
        + _function(_AND, 2)
    )  # fmt: skip
    spaced = b"\x19\x40\0\1" + always
    return {
        "always": ([Rule(2, (always,))], UNSEEN),
        "length": ([replace(above, does=STRUCK)], STRUCK),
        "both": ([Rule(2, (both,), MASKED)], MASKED),
        "spaced": ([Rule(2, (spaced,), "behind")], UNSEEN),
        "equal": ([Rule(1, (agree,), MASKED, operator=3, template=0)], MASKED),
        "unequal": ([Rule(1, (_text(kind, "Nay"),), STRUCK, operator=4, template=0)], STRUCK),
        "not between": (
            [Rule(1, (_number(1), _number(3)), UNSEEN, operator=2, template=0)],
            UNSEEN,
        ),
        "contains": ([Rule(2, (searched,), MASKED, template=8, rank=1)], MASKED),
        "fixed": ([Rule(2, (four + _number(3) + _GREATER,))], UNSEEN),
        # where it does not hold, or is not worked out
        "too short": ([Rule(2, (_length_above(kind, 20),))], ""),
        "other": ([Rule(1, (_text(kind, "Nay"),), operator=3, template=0)], ""),
        "blank": ([Rule(2, (here + _function(_BLANK),))], ""),
        "above the edge": ([Rule(2, (_cell(kind, -1, 0) + _number(0) + _EQUAL,))], ""),
        "unknown": ([replace(unknown, does=UNSEEN)], ""),
        "duplicates": ([Rule(2, (always,), template=27, rank=1)], ""),
        "cut short": ([Rule(2, (always[:1],))], ""),
        "nothing": ([Rule(2, (b"\x0b",))], ""),
        # the first decides, of what it says
        "first": (
            [replace(above, does="behind", stops=False, rank=1), replace(above, rank=2)],
            "",
        ),
        "first stops": ([replace(above, does="behind"), above], UNSEEN),
        "may be first": ([replace(unknown, stops=False, rank=1), replace(above, rank=2)], ""),
        "by rank": ([replace(above, rank=2), replace(above, does=STRUCK, rank=1)], STRUCK),
        "stops": ([replace(unknown, rank=1), replace(above, does=STRUCK, rank=2)], ""),
    }  # fmt: skip


NAMES = tuple(_cases("xls"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_compiled__a_conditional_format_hides_where_it_certainly_holds(
    kind: str, name: str
) -> None:
    rules, told = _cases(kind)[name]
    _assert_told(WRITE[kind](rules), told)


def test_xls__what_newer_records_say_of_a_rule_is_heeded() -> None:
    """It goes behind the second, and does not end where it holds."""
    above = Rule(2, (_length_above("xls", 0),), "behind")
    more = b"".join(
        record(0x087B, bytes(12) + struct.pack("<IHHBBHB", 0, 1, at, 0, 1, rank, 0))
        for at, rank in ((0, 2), (1, 1))
    )
    rules = [above, replace(above, does=STRUCK)]
    _assert_told(_xls(rules), UNSEEN)
    grid = read_grid(guarded(_xls(rules, more)))
    assert not isinstance(grid, Finding)
    assert (grid.sheets[0].notes.struck, grid.sheets[0].notes.pale) == ({"A1"}, {"A1"})


@pytest.mark.parametrize("kind", KINDS)
def test_compiled__rules_damaged_at_random_stop_nothing(kind: str) -> None:
    """A file whose rules are spoilt is read as if there were none that is certain."""
    chance = random.Random(7)
    rules, _ = _cases(kind)["contains"]
    wanted = rules + _cases(kind)["both"][0]
    data = WRITE[kind](wanted)
    if kind == "xls":
        whole, place, end = data, data.index(struct.pack("<H", 0x01B0)), data.index(b";;;") + 90
        spoilt = (
            whole[:at] + bytes([chance.randrange(256)]) + whole[at + 1 :]
            for at in range(place + 4, end)
        )
    else:
        parts = parts_of(data)
        name = "xl/worksheets/sheet1.bin"
        sheet = parts[name]
        place = sheet.index(brt(146))
        spoilt = (
            packed({**parts, name: sheet[:at] + bytes([chance.randrange(256)]) + sheet[at + 1 :]})
            for at in range(place + 8, len(sheet) - 10)
        )
    read = [result for one in spoilt if isinstance(result := guard(one), Guarded)]
    assert len(read) > 50
    for result in read:
        assert not isinstance(read_grid(result), Finding)


def test_formula__noise_comes_to_nothing_or_to_words() -> None:
    chance = random.Random(3)
    known = (*range(0x08, 0x0F), 0x13, 0x15, 0x17, 0x19, 0x1D, 0x1E, 0x1F, 0x41, 0x42, 0x44, 0x4C)
    for _ in range(2000):
        tokens = bytes(chance.choice((*known, 0, 1, 255)) for _ in range(chance.randrange(40)))
        assert len(formula_of(tokens, (3, 3), chance.choice((XLS, XLSB)))) < 2000
    assert formula_of(_number(1) * 3 + b"\x0b" * 800, (0, 0), XLS) == ""


@pytest.mark.clients("libreoffice")
def test_libreoffice__conditional_formats_saved_as_xls_are_told(
    office: Office, tmp_path: Path
) -> None:
    """It leaves out number formats there, so that what they hid is seen again."""
    beside = [({"type": "formula", "criteria": "=B1=4"}, WHITE)]
    for number, (rules, told) in enumerate([*_RULES[:11], (beside, UNSEEN)]):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(_with_rules(rules))
        office.convert(path, path.with_suffix(".xls"))
        _assert_told(path.with_suffix(".xls").read_bytes(), "" if told == MASKED else told)


@pytest.mark.clients("libreoffice")
@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("xls", ("length", "unequal", "not between", "fixed", "blank", "first stops")),
        ("xlsb", ("both", "contains", "not between", "fixed", "may be first", "by rank")),
    ],
)
def test_libreoffice__reads_compiled_conditional_formats_as_we_do(
    office: Office, tmp_path: Path, kind: str, names: Sequence[str]
) -> None:
    """In .xls it does not take over number formats, nor what only newer records say."""
    for name in names:
        rules, told = _cases(kind)[name]
        path = tmp_path / f"{name}.{kind}"
        path.write_bytes(WRITE[kind](rules))
        office.convert(path, path.with_suffix(".ods"))
        _assert_told(path.with_suffix(".ods").read_bytes(), told)
