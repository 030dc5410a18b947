"""The reference: the short code of one issued workbook, safe to read over the telephone.

Nineteen characters that are hard to mistake for one another by eye (no 0/O, 1/I/L, 5/S, B/8,
U/V) make up seven places and a check character, written in two groups of four: ``K7M4-9QX3``.
Nineteen is a prime, so a weighted sum modulo 19 with distinct weights catches every single
wrong character and every swap of any two.
"""

from __future__ import annotations

import re
from functools import lru_cache

ALPHABET = "2346789CFHJKMPQRTWX"
_PLACES = 7
_BASE = len(ALPHABET)
_LENGTH = _PLACES + 2
"""Characters of a reference: its places, the hyphen and the check character."""
PATTERN = re.compile(rf"(?<![A-Za-z0-9])([{ALPHABET}]{{4}})-([{ALPHABET}]{{4}})(?![A-Za-z0-9])")
"""A reference as it is printed; a match still has to pass `is_valid`."""


def _check(body: str) -> str:
    total = sum((i + 2) * ALPHABET.index(char) for i, char in enumerate(body))
    return ALPHABET[-total % _BASE]


def make_reference(entropy: bytes) -> str:
    """Return the reference that stands for these bytes (at least 8, evenly distributed)."""
    number = int.from_bytes(entropy[:16], "big")
    body = ""
    for _ in range(_PLACES):
        number, digit = divmod(number, _BASE)
        body += ALPHABET[digit]
    return f"{body[:4]}-{body[4:]}{_check(body)}"


def is_valid(reference: str) -> bool:
    """True for a well-formed reference whose check character holds."""
    return len(reference) == _LENGTH and _holds(reference)


@lru_cache(maxsize=1024)  # every sheet of a workbook bears its reference
def _holds(reference: str) -> bool:
    if not PATTERN.fullmatch(reference):
        return False
    code = reference.replace("-", "")
    return _check(code[:-1]) == code[-1]


def normalise(text: str) -> str:
    """Return text as a reference is printed: capitals, one hyphen, no spaces.

    A missing hyphen is put in; nothing else is guessed.
    """
    code = re.sub(r"[\s\-\u2010-\u2015.]+", "", text).upper()
    return f"{code[:4]}-{code[4:]}" if len(code) == _PLACES + 1 else code


def find_references(text: str) -> tuple[str, ...]:
    """Return the valid references that stand in a text, in order, without repeats."""
    found = (f"{a}-{b}" for a, b in PATTERN.findall(text))
    return tuple(dict.fromkeys(ref for ref in found if is_valid(ref)))
