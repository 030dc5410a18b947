"""What a cell may mean, written down apart from the reader, as narrowly as an auditor would."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

_INVISIBLE = re.compile("[\u200b\u00ad\ufeff]")
DAY_ZERO = datetime(1899, 12, 30)
_FORMS = ("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%d %B %Y")


def visible(text: str) -> str:
    """What is to be seen of a text."""
    return _INVISIBLE.sub("", text).strip()


def plain(text: object) -> str:
    """Text without case, marks at its ends, and kinds of spaces and quotes."""
    folded = unicodedata.normalize("NFKC", visible(str(text))).casefold().replace("’", "'")
    return re.sub(r"\s+", " ", folded).strip(" .!:;,'“”\"")


def is_text(content: object, value: object) -> bool:
    """True when a text read is what stands in the cell, or how a program shows it.

    Blanks at its ends are lost where a program does not mark them as to be kept; SheetJS makes
    days numbers in ods.
    """
    if isinstance(content, str):
        return isinstance(value, str) and content.strip() == value.strip()
    if isinstance(content, bool):
        return value == str(content).upper()
    if isinstance(content, int | float):
        return isinstance(value, str) and float(value) == content
    if not isinstance(content, date) or not isinstance(value, str):
        return False
    return str(content.year) in value or value.startswith(str((content - DAY_ZERO).days))


def is_day(content: object, value: object) -> bool:
    """True when a day read is the only one that the cell can mean."""
    if isinstance(content, datetime):
        return content.date() == value
    if not isinstance(content, str):
        return content == value
    days = set()
    for form in _FORMS:
        try:
            days.add(datetime.strptime(content.strip(), form).date())
        except ValueError:
            continue
    return days == {value}


def is_number(content: object, value: object) -> bool:
    """True when a number read is the only one that the cell can mean."""
    if isinstance(content, str):
        text = visible(content).replace("£", "").replace(" ", "")
        if not re.fullmatch(r"-?\d+(,\d{3})*(\.\d+)?%?", text):
            return False
        if re.fullmatch(r"\d{1,3},\d{3}", text) and "£" not in content:
            return False
        number = float(text.rstrip("%").replace(",", ""))
        return value == (number / 100 if text.endswith("%") else number)
    return not isinstance(content, bool) and isinstance(content, int | float) and content == value
