"""What a cell shows of a number under its number format, for the formats that people use.

Excel turns "50%" and "Apr 26" into numbers as they are typed; only the format keeps what was
meant ([ECMA-376] part 1, 18.8.30 and 18.8.31). A format that is not understood in full gives
nothing, so that nothing is shown that Excel would not show.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%",
    11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: "dd/mm/yyyy",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm",
    21: "h:mm:ss", 22: "dd/mm/yyyy h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0",
    39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 45: "mm:ss",
}  # fmt: skip
"""The formats that go by a number, as Excel in Britain has them ([ECMA-376] part 1, 18.8.30)."""

_MOST_FORMAT = 120
_TOKENS = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[\$([^\]-]*)(?:-[^\]]*)?\]|\[[^\]]*\]'
    r"|(am/pm|a/p)|(y+|m+|d+|h+|s+)|([#0?][#0?,]*(?:\.[#0?]+)?)|(.)",
    re.I | re.S,
)
_SCIENTIFIC = re.compile(r"0\.?(?P<decimals>0{0,12})E\+00", re.I)
_FRACTION = re.compile(r"# (\?/\?|\?\?/\?\?)")
_LITERAL = frozenset(" -/.,:()+£$€'%@")
_KINDS = {"%": "percent", "@": "any text"}
_EPOCH = datetime(1899, 12, 30)
_EPOCH_1904 = datetime(1904, 1, 1)
_LEAP_DAY = 60
"""Excel counts 29 February 1900, which never was; days before it have numbers one smaller."""
_MOST_DAYS = 2_958_465
"""The last day Excel knows, 31 December 9999."""
_MOST_SHOWN = 1e15
"""Excel keeps 15 digits; what it shows of larger numbers are noughts of its own."""
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

Token = tuple[str, str]

ITSELF = "\ufffc"
"""Stands in what a cell shows for the text or number that is in it."""
_MASK_TOKENS = re.compile(
    r'"([^"]*)"|\\(.)|_.|\*.|\[([^\]]*)\]|(general|standard|@)'
    r"|(am/pm|a/p|[#0?ymdhse]+)|(;)|(.)",
    re.I | re.S,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d{1,9}(?:\.\d{1,9})?)")
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
    "=": operator.eq, "<>": operator.ne,
}  # fmt: skip
_ELAPSED = frozenset("hms")
_NUMBER_SECTIONS = 3


def code_of(number: int, own: Mapping[int, str]) -> str:
    """Return a number format by its number; empty for one that shows what is in the cell.

    Args:
        number: which.
        own: the number formats of the workbook itself, by their number.
    """
    return own.get(number) or BUILT_IN.get(number, "")


@lru_cache(maxsize=256)
def _sections(code: str) -> tuple[tuple[Token, ...], ...] | None:
    """The sections of a format as tokens (kind, text); None if it is not understood."""
    if len(code) > _MOST_FORMAT or ("[" in code and re.search(r"\[[<>=hms]", code, re.I)):
        return None
    sections: list[tuple[Token, ...]] = []
    section: list[Token] = []
    for match in _TOKENS.finditer(code):
        quoted, escaped, currency, half, date, digits, other = match.groups()
        if other == ";":
            sections.append(tuple(section))
            section = []
        elif half or date:
            section.append(("half", "") if half else ("date", date.lower()))
        elif digits:
            section.append(("digits", digits))
        elif other:
            if other not in _LITERAL:
                return None
            section.append((_KINDS.get(other, "text"), other))
        else:
            section.append(("text", quoted or escaped or currency or ""))
    return (*sections, tuple(section))


def displayed(value: float, code: str, *, from_1904: bool = False) -> str:
    """Return what a cell shows, or an empty text where that is its bare number or not known.

    Args:
        value: the number in the cell.
        code: its number format; ``General`` and ``@`` show the bare number.
        from_1904: the workbook counts its days from 1904.
    """
    if not code or code.lower() in ("general", "@", "standard") or not abs(value) < _MOST_SHOWN:
        return ""
    if special := _SCIENTIFIC.fullmatch(code) or _FRACTION.fullmatch(code):
        decimals = special.groupdict().get("decimals")
        return _as_fraction(value, code) if decimals is None else _as_power(value, len(decimals))
    sections = _sections(code)
    return "" if sections is None else _by_sections(value, sections, from_1904)


def _by_sections(value: float, sections: tuple[tuple[Token, ...], ...], from_1904: bool) -> str:
    section, signed = _chosen(sections, value)
    kinds = {kind for kind, _ in section}
    if "date" in kinds:
        return "" if "digits" in kinds else _as_day(value, section, from_1904)
    digits = [text for kind, text in section if kind == "digits"]
    if "any text" in kinds:
        return ""
    if len(digits) != 1:  # one run of digits is a number, several divide one
        return _in_groups(value, section, signed)
    thousands, section = _in_thousands(section)
    return _as_number(value / 1000**thousands, section, signed)


def _in_thousands(section: tuple[Token, ...]) -> tuple[int, tuple[Token, ...]]:
    """How often a number is divided by a thousand, and the section without what says so.

    Commas that end the digits do, before or after the decimals: "0,", "0.0,,".
    """
    thousands, kept, behind = 0, list[Token](), False
    for kind, text in section:
        if behind and text == ",":
            thousands += 1
            continue
        behind = kind == "digits"
        if behind:
            whole, dot, decimals = text.partition(".")
            thousands += len(whole) - len(whole.rstrip(","))
            kept.append((kind, whole.rstrip(",") + dot + decimals))
        else:
            kept.append((kind, text))
    return thousands, tuple(kept)


def _chosen(
    sections: tuple[tuple[Token, ...], ...], value: float
) -> tuple[tuple[Token, ...], bool]:
    """The section for a value, and whether a minus has to be written."""
    if value < 0 and len(sections) > 1:
        return sections[1], False
    if value == 0 and len(sections) > 2:
        return sections[2], False
    return sections[0], value < 0


def _as_number(value: float, section: tuple[Token, ...], signed: bool) -> str:
    percent = any(kind == "percent" for kind, _ in section)
    shown = "".join(
        _digits(abs(value) * (100 if percent else 1), text) if kind == "digits" else text
        for kind, text in section
    )
    return f"-{shown.strip()}" if signed else shown.strip()


def _digits(value: float, pattern: str) -> str:
    whole, _, decimals = pattern.partition(".")
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-len(decimals)), ROUND_HALF_UP)
    text = f"{exact:,f}" if "," in whole else f"{exact:f}"
    least = sum(char in "0?" for char in decimals)
    if decimals and least < len(decimals):
        head, _, tail = text.partition(".")
        tail = tail.rstrip("0").ljust(least, "0")
        text = f"{head}.{tail}" if tail else f"{head}."
    head, dot, tail = text.partition(".")
    return head.rjust(whole.count("0"), "0") + dot + tail


def _in_groups(value: float, section: tuple[Token, ...], signed: bool) -> str:
    """A whole number in groups, such as a telephone number or a sort code ("00-00-00")."""
    groups = [text for kind, text in section if kind == "digits"]
    if not groups or any(set(text) - set("0#") for text in groups) or value != int(value):
        return ""
    if any(kind == "percent" for kind, _ in section):
        return ""
    least = sum(text.count("0") for text in groups)
    left = str(abs(int(value))).rjust(least, "0")
    filled: list[str] = []
    for place in range(len(groups) - 1, -1, -1):
        size = len(groups[place]) if place else len(left)
        filled.insert(0, left[max(len(left) - size, 0) :])
        left = left[: max(len(left) - size, 0)]
    turn = iter(filled)
    shown = "".join(next(turn) if kind == "digits" else text for kind, text in section)
    return f"-{shown.strip()}" if signed else shown.strip()


def _as_power(value: float, decimals: int) -> str:
    """A number as one figure times a power of ten ("1.5E+03")."""
    figures, _, power = f"{Decimal(repr(value)):.{decimals}E}".partition("E")
    return f"{figures}E{power[0]}{power[1:].rjust(2, '0')}"


def _as_fraction(value: float, code: str) -> str:
    """A number as a whole and a fraction of one or two figures ("2 1/2")."""
    nearest = Fraction(abs(value)).limit_denominator(10 ** (len(code) - code.index("/") - 1) - 1)
    whole, rest = divmod(nearest.numerator, nearest.denominator)
    part = f"{rest}/{nearest.denominator}" if rest else ""
    shown = " ".join(filter(None, (str(whole) if whole or not rest else "", part)))
    return f"-{shown}" if value < 0 and nearest else shown


def _as_day(value: float, section: tuple[Token, ...], from_1904: bool) -> str:
    if not 0 <= value <= _MOST_DAYS:
        return ""
    if not from_1904 and value < _LEAP_DAY:
        value += 1
    seconds = round(value * 86_400)
    moment = (_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(seconds=seconds)
    dates = [text for kind, text in section if kind == "date"]
    half = any(kind == "half" for kind, _ in section)
    shown: list[str] = []
    at = 0
    for kind, text in section:
        if kind == "date":
            # "m" are minutes after hours and before seconds, months anywhere else
            near = "".join((*dates[at - 1 : at][:1], *dates[at + 1 : at + 2]))
            before = dates[at - 1] if at else ""
            minutes = text in ("m", "mm") and (before.startswith("h") or near.endswith(("s", "ss")))
            shown.append(_moment(moment, "minutes" if minutes else text, text, half))
            at += 1
        elif kind == "half":
            shown.append("AM" if moment.hour < 12 else "PM")
        else:
            shown.append(text)
    return "".join(shown).strip()


def _moment(moment: datetime, mark: str, written: str, half: bool) -> str:
    """One part of a day or time as its mark shows it."""
    hour = (moment.hour % 12 or 12) if half else moment.hour
    numbers = {"minutes": moment.minute, "m": moment.month, "d": moment.day, "h": hour}
    if mark.startswith("y"):
        return f"{moment.year % 100:02}" if len(mark) <= 2 else f"{moment.year:04}"
    if mark.startswith("s"):
        return f"{moment.second:0{min(len(mark), 2)}}"
    if mark.startswith("m") and mark != "minutes" and len(mark) > 2:
        name = _MONTHS[moment.month - 1]
        return {3: name[:3], 4: name}.get(len(mark), name[:1])
    if mark.startswith("d") and len(mark) > 2:
        name = _DAYS[moment.weekday()]
        return name[:3] if len(mark) == 3 else name
    number = numbers["minutes" if mark == "minutes" else mark[0]]
    return f"{number:0{min(len(written), 2)}}"


@dataclass(frozen=True, slots=True)
class _Words:
    """A section of a format: the words it shows, and whether it shows a value by its figures."""

    shows: str = ""
    figures: bool = False
    condition: tuple[str, float] | None = None


@lru_cache(maxsize=256)
def _in_words(code: str) -> tuple[_Words, ...]:
    sections: list[_Words] = []
    shows: list[str] = []
    figures, condition = False, None
    for quoted, escaped, bracket, itself, digits, ends, other in _MASK_TOKENS.findall(code):
        if ends:
            sections.append(_Words("".join(shows), figures, condition))
            shows, figures, condition = [], False, None
        elif bracket:
            said = _CONDITION.fullmatch(bracket.strip())
            condition = (said[1], float(said[2])) if said else condition
            figures = figures or _ELAPSED.issuperset(bracket.lower())
            shows.append(bracket[1:].partition("-")[0] if bracket.startswith("$") else "")
        elif digits:
            figures = True
        else:
            shows.append(ITSELF if itself else quoted or escaped or other)
    return (*sections, _Words("".join(shows), figures, condition))


def masked(code: str, number: float | None = None) -> str | None:
    """Return what a cell shows where its format puts words in its place or beside it.

    `ITSELF` stands in it for what the cell holds; an empty text says that nothing is seen. None
    says that the format shows what is there, or shows it by figures (`displayed`).

    Args:
        code: the number format.
        number: the number in the cell; None for a text.
    """
    if not code or len(code) > _MOST_FORMAT:
        return None
    sections = _in_words(code)
    for_text = sections[-1] if ITSELF in sections[-1].shows and "@" in code else None
    if len(sections) > _NUMBER_SECTIONS:
        for_text = sections[_NUMBER_SECTIONS]
    if number is None:
        section = for_text
    else:
        of_numbers = sections[:_NUMBER_SECTIONS]
        if for_text is sections[-1] and 1 < len(sections) <= _NUMBER_SECTIONS:
            of_numbers = sections[:-1]
        section = _of_number(of_numbers, number)
    if section is None or section.figures or section.shows.strip() == ITSELF:
        return None
    return section.shows.strip()


def _of_number(sections: tuple[_Words, ...], number: float) -> _Words | None:
    """The section for a number: by the conditions written in them, else by its sign."""
    if any(one.condition for one in sections):
        for one in sections:
            if one.condition is None or _HOLDS[one.condition[0]](number, one.condition[1]):
                return one
        return None
    if number < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]
