"""What the checks of a toolkit share: walking it, comparing names, and remarking on them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from xlassess.files.problems import did_you_mean
from xlassess.files.yaml_file import Loc, Remark, Tree
from xlassess.model.toolkit import Choice, Section, Toolkit

Check: TypeAlias = Callable[[Toolkit], Iterator[Remark]]
"""A check of one kind: yields where, what is wrong, and what to do."""

CELL_LIMIT = 32_767
"""Most characters a cell can hold; Excel specifications and limits, "Total number of characters
that a cell can contain"."""

LABEL_LIMIT = 255
"""Most characters of a list entry that every spreadsheet program picks and compares whole."""

_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def placed_sections(toolkit: Toolkit) -> Iterator[tuple[Loc, Section]]:
    """Yield every section, closing ones too, with its place in the file."""
    for index, section in enumerate(toolkit.sections):
        yield ("sections", index), section
    for index, section in enumerate(toolkit.closing):
        yield ("closing", index), section


def folded(text: str) -> str:
    """Return text as people compare it: without case, width, or runs of blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def units(text: str) -> int:
    """The length of a text as Excel counts it, in UTF-16 code units."""
    return len(text) + sum(char > "\uffff" for char in text)


def twice(
    named: Iterable[tuple[Loc, str]], what: str, hint: str, fold: bool = True
) -> Iterator[Remark]:
    """Yield a remark for every name that an earlier place already has.

    Args:
        named: places and the names that stand there.
        what: what is named, as in "The item id".
        hint: what to do.
        fold: whether names that differ only in case or blanks are the same.
    """
    seen: dict[str, str] = {}
    for loc, name in named:
        key = folded(name) if fold else name
        if key in seen:
            same = "" if seen[key] == name else f" (as '{seen[key]}')"
            yield loc, f"{what} '{name}' has already been used{same}.", hint
        else:
            seen[key] = name


def unknown(
    named: Iterable[tuple[Loc, str]], known: Iterable[str], message: str
) -> Iterator[Remark]:
    """Yield a remark with a suggestion for every name that is not known.

    Args:
        named: places and the names that stand there.
        known: the names there are.
        message: a `str.format` template over ``name``.
    """
    words = list(known)
    for loc, name in named:
        if name not in words:
            yield loc, message.format(name=name), did_you_mean(name, words)


def check_choices(loc: Loc, choices: tuple[Choice, ...]) -> Iterator[Remark]:
    """Yield what is wrong with a list of choices: codes, labels, and their lengths."""
    yield from twice(
        (((*loc, i, "code"), choice.code) for i, choice in enumerate(choices)),
        "The choice code",
        "Give each choice a different code.",
    )
    yield from twice(
        (((*loc, i, "label"), choice.label) for i, choice in enumerate(choices)),
        "The label",
        "Labels must differ by more than capitals and spaces, so that answers can be told apart.",
    )
    for i, choice in enumerate(choices):
        yield from _code((*loc, i, "code"), choice.code)
        if not choice.label:
            yield (*loc, i, "label"), "The label is empty.", "Write what people pick."
        elif units(choice.label) > LABEL_LIMIT:
            message = f"The label has {units(choice.label)} characters; {LABEL_LIMIT} fit a list."
            yield (*loc, i, "label"), message, "Shorten it and explain it in 'about'."
        elif choice.label.startswith("="):
            message = f"The label '{choice.label}' begins like a formula."
            yield (*loc, i, "label"), message, "Begin it with a letter or a figure."
        elif "\n" in choice.label:
            yield (*loc, i, "label"), "The label has more than one line.", "Write it in one line."


def _code(loc: Loc, code: str) -> Iterator[Remark]:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", code):
        hint = "Use up to 40 letters, digits and hyphens."
        yield loc, f"'{code}' cannot be the code of a choice.", hint


def unfit_texts(tree: Tree, loc: Loc = ()) -> Iterator[Remark]:
    """Yield a remark for every text of a file that no cell can hold or show."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from unfit_texts(value, (*loc, key))
    elif isinstance(tree, list):
        for index, entry in enumerate(tree):
            yield from unfit_texts(entry, (*loc, index))
    elif isinstance(tree, str):
        if units(tree) > CELL_LIMIT:
            message = f"This text has {units(tree)} characters; a cell holds {CELL_LIMIT}."
            yield loc, message, "Shorten it."
        if _UNSHOWABLE.search(tree):
            yield loc, "This text has a character that cannot be shown.", "Remove it."
