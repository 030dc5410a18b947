"""How the people in the register may be called in a text: by first name, surname, or both.

Names from everywhere stand in registers. Where a rule here cannot tell a name from a word of the
language, more is taken out of texts rather than less.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import permutations

_WORD = re.compile(r"[a-z]+")
_PART = re.compile(r"[^\W\d_](?:[\w’'-]*[\w])?")
_NO_NAMES = frozenset(
    _WORD.findall(
        "the of for and a an to in on at from by with mr mrs ms miss mx dr prof professor sir "
        "dame lord lady rev revd reverend cllr councillor sgt sergeant insp inspector supt pc "
        "acc chief superintendent executive officer director deputy assistant head team office "
        "board chair chairman chairwoman lead leader manager coordinator clerk secretary "
        "treasurer member person partner partnership respondent service services department "
        "council trust unit group joint working senior front line management staff general "
        "policy public health care social community finance performance development planning "
        "strategy strategic"
    )
)
"""Titles, and words by which an office is named: by themselves they tell nobody's name."""

ALSO_WORDS = frozenset(
    _WORD.findall(
        "abbey april art august bank banks baker bell best bill bird bishop black bond booth "
        "bright brook brooks brown bush butcher butler carpenter carter case chance chase "
        "christian church clay coach cole cook cooper crisp cross dale dawn dean drew drink "
        "drum duke early east faith farmer field fields finch fish fisher flower ford forest "
        "fox frank freedom frost gale gardener garland glass gold good grace grant gray green "
        "grey hall hand hardy hart harvest hazel heath heather hill hills holly honor hope "
        "house hunt hunter ivy jack jewel joy june justice keen key king knight lake lamb lane "
        "law little long love lily major may march mark marks marsh marshall mason mercy mill "
        "mills miller moon moor moore more nick noble north oak olive page park parks pat "
        "patience peace pearl penny piper pitt pool pope porter price prior pride quill ray "
        "read reed rich rivers rob robin rock rose ruby rush sage sandy savage sharp shepherd "
        "short singer skipper small smart smith south sparks spring stone strange street "
        "strong sue summer summers swan sweet swift tailor tanner temple terry tidy tiller tom "
        "tower trinity turner violet wade walker wall ward water waters weaver webb wells west "
        "white will wise wish wood woods wren young"
    )
)
"""Names that are ordinary words as well: found with a capital only, or "young people" would
lose a word."""

_UMLAUTS = str.maketrans(
    {f"{letter}": f"{plain}e" for letter, plain in zip("äöüøÄÖÜØ", "aouoAOUO", strict=True)}
    | {"å": "aa", "Å": "Aa"}
)
_WRITTEN_OUT = re.compile(r"(?<=[aouAOU])e")
_LONG_ENOUGH = 5
"""Letters of a name in which "ue" may stand for "ü"; in "Sue" and "Joe" it does not."""

_WITHOUT_SPACES = (
    "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN",
)  # fmt: skip
"""Scripts that set no spaces between words, or join endings to names."""

_FAMILY_FIRST = ("CJK", "HANGUL")
_FAMILIES_OF_TWO = frozenset(
    (
        *("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒"),
        *("歐陽", "司馬", "諸葛", "남궁", "황보", "제갈", "선우", "독고"),
    )
)
_MOST_WORDS = 12
"""Words of a name that may have a surname of several words: longer, and it is no name."""

_MOST_PARTS = 8
"""Parts of a name that may be put in another order: of more, each is found by itself."""

_LONGEST_JOINED = 4
"""Letters up to which a name without a space may be a family name and what follows it."""

_TITLES = (
    *("先生", "女士", "小姐", "太太", "主任", "经理", "經理", "局长", "局長", "处长", "處長"),
    *("老师", "老師", "医生", "醫生", "博士", "教授", "同志", "总", "工", "さん", "様", "氏", "君"),
    *(
        "部長",
        "課長",
        "社長",
        "씨",
        "님",
        "선생",
        "부장",
        "과장",
        "대리",
        "팀장",
        "사장",
        "교수",
        "박사",
    ),
)
_BEFORE_FAMILY = ("老", "小", "阿")


def name_parts(name: str) -> tuple[str, ...]:
    """Return the words of a person's name by which the person may be called.

    That is each word with a capital, each half of a hyphenated one, and what follows the first
    name where it is several words ("Mac Allister"); of a name in letters without capitals, each
    word, or the family name and the rest. None for an office, whose name has ordinary words only.
    """
    words = [word for word in _PART.findall(name) if len(word) > 2 and _is_name(word)]
    words = [word for word in words if word.casefold() not in _NO_NAMES]
    halves = [half for word in words for half in word.split("-") if half != word]
    parts = [*words, *(half for half in halves if len(half) > 2 and _is_name(half))]
    parts += _surnames(name) if words else ()
    parts += [part for word in name.split() for part in _without_capitals(word, name)]
    return tuple(dict.fromkeys(parts))


def other_orders(name: str) -> Iterator[str]:
    """Yield any two of the parts of a person's name, in either order.

    They are looked for without a space between them, too ("BergZoë" of Zoë van der Berg), where
    none of the parts stands by itself.
    """
    parts = name_parts(name)
    for one, other in permutations(parts, 2) if len(parts) <= _MOST_PARTS else ():
        if one not in other and other not in one and f"{one} {other}" != name:
            yield f"{one} {other}"


def is_of_words(name: str) -> bool:
    """Return True for a name of which each part is an ordinary word as well ("Mark May")."""
    return all(part.casefold() in ALSO_WORDS for part in name.split())


def spellings(name: str) -> Iterator[str]:
    """Yield a name as it is, and with its umlauts written as two letters or as one."""
    yield name
    composed = unicodedata.normalize("NFC", name)
    if (written := composed.translate(_UMLAUTS)) != composed:
        yield written
    if len(name) >= _LONG_ENOUGH and (short := _WRITTEN_OUT.sub("", name)) != name:
        yield short


def sets_no_spaces(char: str) -> bool:
    """Return True for a letter of a script that sets no spaces between words."""
    return char > "\u0e00" and unicodedata.name(char, "").startswith(_WITHOUT_SPACES)


def is_called(text: str, start: int, end: int) -> bool:
    """Return True where a family name of one letter stands for a person in a text.

    In these scripts the letter is part of many words, so it has to stand alone or beside a title.
    """
    before, after = text[start - 1 : start], text[end : end + 4]
    alone = not (before and sets_no_spaces(before)) and not (after and sets_no_spaces(after[0]))
    return alone or before in _BEFORE_FAMILY or after.lstrip().startswith(_TITLES)


def _is_name(word: str) -> bool:
    """True for a word with a capital, if need be behind an apostrophe ("d'Arcy")."""
    return word[:1].isupper() or (word[1] in "’'" and word[2:3].isupper())


def _surnames(name: str) -> list[str]:
    """The ends of a name that has several words behind its first one."""
    words = [word for word in name.split() if word.casefold().rstrip(".") not in _NO_NAMES]
    ends = range(1, len(words) - 1) if len(words) <= _MOST_WORDS else ()
    return [" ".join(words[at:]) for at in ends]


def _without_capitals(word: str, name: str) -> Iterator[str]:
    """Yield how a person is called whose name is in letters that have no capitals."""
    if word.upper() != word.lower() or not word[0].isalpha():
        return
    if not sets_no_spaces(word[0]):
        if len(word) > 2:
            yield word
    elif word != name:
        yield word
    elif 2 < len(word) <= _LONGEST_JOINED and _leads_with_family(word):
        family = 2 if word[:2] in _FAMILIES_OF_TWO or len(word) == _LONGEST_JOINED else 1
        yield from (word[:family], word[family:])


def _leads_with_family(word: str) -> bool:
    return unicodedata.name(word[0], "").startswith(_FAMILY_FIRST)
