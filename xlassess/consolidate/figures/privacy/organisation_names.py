"""How an organisation of the register may be called in a text by those who know it.

In a report without names, a shortened name tells as much as the whole one. Where a rule here
cannot tell whether a shorter name is meant, more is taken out of texts rather than less. A single
word that is left of a name is no rule: it is most often that of a place, or of the language.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

_WORD = re.compile(r"[a-z&]+")
# Begins where a run of spaces and commas begins, so that a long one is gone over once only.
_LEGAL_FORM = re.compile(
    r"(?<![\s,])[\s,]+(?:ltd|limited|plc|llp|lp|cic|cio|inc|uk|llc|corp|pty|cyf|ccc|cbs|"
    r"g?gmbh|ag|kg|e\.?v|a/s|aps|oyj?|ab|asa|s\.?a|sarl|s\.?r\.?l|s\.?p\.?a|b\.?v|n\.?v|"
    r"sp\. z o\.?o|kft|d\.?o\.?o|\([^()]{0,60}\))\.?$",
    re.IGNORECASE,
)
"""What a company, a society or a charity of this country or another is called by law."""
_ARTICLE = re.compile(r"^the\s+", re.IGNORECASE)
_BOROUGH = re.compile(r"^(?:the\s+)?(?:london|royal)\s+borough\s+of\s+", re.IGNORECASE)
_LEFT_OUT = frozenset(
    _WORD.findall(
        "nhs foundation teaching university metropolitan unitary county borough district "
        "city town royal"
    )
)
"""What says of which kind a council or trust is, and is left out in speech."""
_KINDS = frozenset(
    _WORD.findall(
        "trust council association society group charity foundation partnership service "
        "services constabulary"
    )
)
"""The last word of many names, which is left out where two words or more remain."""
_SMALL = frozenset(["a", "an", "and", "at", "by", "for", "in", "of", "on", "the", "to", "&"])
_LETTERED = {
    "county council": "CC", "city council": "CC", "borough council": "BC",
    "district council": "DC", "town council": "TC", "parish council": "PC",
    "metropolitan borough council": "MBC", "housing association": "HA",
    "nhs foundation trust": "FT", "fire and rescue service": "FRS",
}  # fmt: skip
"""Ends of names that are written as letters."""
_ALSO = {"constabulary": "Police", "police": "Constabulary", "st": "Saint", "saint": "St"}
_COUNTIES = {
    "bedfordshire": "Beds", "berkshire": "Berks", "buckinghamshire": "Bucks",
    "cambridgeshire": "Cambs", "derbyshire": "Derbys", "gloucestershire": "Glos",
    "hampshire": "Hants", "hertfordshire": "Herts", "huntingdonshire": "Hunts",
    "lancashire": "Lancs", "leicestershire": "Leics", "lincolnshire": "Lincs",
    "middlesex": "Middx", "northamptonshire": "Northants", "nottinghamshire": "Notts",
    "oxfordshire": "Oxon", "shropshire": "Salop", "staffordshire": "Staffs",
    "warwickshire": "Warks", "wiltshire": "Wilts", "worcestershire": "Worcs",
    "yorkshire": "Yorks",
}  # fmt: skip
"""How counties are shortened by the Post Office and everybody since."""
_NOBODYS = frozenset(("NHS", "ASB", "KPI", "SLA", "LSP", "CSP", "VCS", "GP", "UK"))
"""Letters that mean something else to everybody in this field."""
_OF_THE_FIELD = frozenset(
    _WORD.findall(
        "abuse action adult adults advice aid alcohol care carers child children citizen citizens "
        "communities community crime dementia development disability domestic drug drugs early "
        "education elderly emergency employment enterprise environment environmental equality "
        "families family fire harm health healthy help heritage home homelessness housing "
        "inclusion jobs justice learning leisure local mental neighbourhood offending older parish "
        "parks people planning police prevention primary probation public recovery regeneration "
        "rescue rights road rural safe safeguarding safer safety school schools sector skills "
        "social sport sports substance support sustainable tourism training transport victim "
        "victims violence voluntary volunteer volunteering volunteers waste welfare wellbeing "
        "women work young youth"
    )
)
"""Words that services are named by, and that any answer of a partnership may have in it."""
_LEAST_LETTERS = 3
_MOST_WORDS, _MOST_LEFT_OUT, _MOST_WAYS = 12, 4, 16
"""Of longer names no shorter ones are made but those without a legal form."""


def short_names(organisation: str) -> tuple[str, ...]:
    """Return what an organisation may be called instead of its whole name.

    That is without its legal form, a bracket or "The"; without what says of which kind it is
    ("NHS", "County"); with a county shortened ("Hants"); with letters for its last words ("CC");
    and the first letters of its words. Nothing of which a single word would be left, which may be
    a word of the language.
    """
    bare = organisation
    for _ in range(3):
        bare = _LEGAL_FORM.sub("", bare.strip())
    forms = dict.fromkeys((bare, _ARTICLE.sub("", bare)))
    plain = _ARTICLE.sub("", bare).split()
    if len(plain) <= _MOST_WORDS:
        forms |= dict.fromkeys(" ".join(each) for each in _shortened(plain))
    if _BOROUGH.match(bare):
        forms[_BOROUGH.sub("", bare) + " Council"] = None
    known = organisation.casefold()
    short = (form for form in forms if form.casefold() != known and _is_enough(form))
    return (*short, *_initials(plain))


def is_capitalised(short: str) -> bool:
    """True for a shortened name that is meant only where it is written with its capitals.

    That is one of first letters, as "start" and "cares" are words, and one of words of the field
    alone: of a Community Safety Partnership, "community safety" is what it works for.
    """
    words = [word.replace("’", "'").removesuffix("'s") for word in short.casefold().split()]
    return len(words) == 1 or _OF_THE_FIELD.union(_LEFT_OUT, _KINDS, _SMALL).issuperset(words)


def _shortened(words: list[str]) -> Iterator[list[str]]:
    """Yield the words with others left out, or put in their place."""
    for form in _with_others(words):
        left_out = [at for at, word in enumerate(form) if word.casefold() in _LEFT_OUT]
        for count in range(min(len(left_out), _MOST_LEFT_OUT) + 1):
            for gone in itertools.combinations(left_out, count):
                kept = [word for at, word in enumerate(form) if at not in gone]
                yield kept
                if kept and kept[-1].casefold() in _KINDS:
                    yield kept[:-1]


def _with_others(words: list[str]) -> Iterator[list[str]]:
    """Yield the words as they are, and with a county, an end or a kind written in another way."""
    low = [word.casefold() for word in words]
    others = [(_COUNTIES.get(word) or _ALSO.get(word.rstrip("."))) for word in low]
    ways = [[word, *([other] if other else [])] for word, other in zip(words, others, strict=True)]
    yield from map(list, itertools.islice(itertools.product(*ways), _MOST_WAYS))
    for end, letters in _LETTERED.items():
        size = len(end.split())
        if low[-size:] == end.split() and len(low) > size:
            yield [*words[:-size], letters]
            if low[0] in _COUNTIES:
                yield [_COUNTIES[low[0]], *words[1:-size], letters]


def _is_enough(form: str) -> bool:
    """True for two words or more, one of which is not said of many others as well."""
    words = [word.casefold() for word in form.split() if word.casefold() not in _SMALL]
    return len(words) > 1 and not _LEFT_OUT.union(_KINDS).issuperset(words)


def _initials(words: list[str]) -> Iterator[str]:
    """Yield the first letters of the words: of all, and without the last words of a trust."""
    named = [word for word in words if word[:1].isupper() and word.casefold() not in _SMALL]
    low = [word.casefold() for word in named]
    ends = [len(named), *([low.index("nhs")] if "nhs" in low else [])]
    for end in ends:
        letters = "".join(word[0] for word in named[:end])
        if len(letters) >= _LEAST_LETTERS and letters not in _NOBODYS:
            yield letters
