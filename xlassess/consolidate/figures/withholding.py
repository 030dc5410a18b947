"""Which figures are withheld where single returns are not shown.

A figure from too few respondents is withheld, and so is one whose value tells every answer in
it. What is left is looked at together, as a reader may who sets figures against each other: see
`xlassess.consolidate.figures.privacy.disclosure`.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias

from xlassess.consolidate.figures.privacy.attribution import Participants
from xlassess.consolidate.figures.privacy.disclosure import PrintedSum, to_withhold
from xlassess.consolidate.figures.thresholds import favourable, has_scores
from xlassess.consolidate.figures.values import Figure, ScoreRow
from xlassess.model.answer import Answer, Issued
from xlassess.model.assessment import LEVELS
from xlassess.model.toolkit import Choice, Scale, Section, Toolkit, answer_field
from xlassess.score import counts_towards, figured_items

FigureKind = Literal["item", "section", "overall", "significance", "section level", "item level"]

_MOST_SUMS, _MOST_WORK = 500, 6_000
"""Printed sums, those of earlier outputs included, that are looked at together by algebra; and
sums times people. Above that it would take more than some seconds."""

_WORTH: Mapping[FigureKind, int] = {
    "item": 5, "section": 4, "significance": 3, "overall": 2, "section level": 1, "item level": 1,
}  # fmt: skip
"""What is given up last. How answers fall on the items is what a partnership talks about; means
of levels are the first to go, because they are the smallest groups."""


class FigureKey(NamedTuple):
    """A printed figure: kind, section or item, answer field, and level (None for everybody)."""

    kind: FigureKind
    of: str = ""
    field: str = ""
    level: str | None = None


Known: TypeAlias = frozenset[tuple[str, str]]
"""Returns of which an earlier paper showed the answers one by one: persons with version marks."""

_VERSION = " #"


def version_mark(version: int) -> str:
    """Return what marks the answers of a return in sums, where it is not its person's first."""
    return f"{_VERSION}{version}" if version else ""


def beyond(each: PrintedSum, known: Known) -> PrintedSum:
    """Return a sum without the answers that are known: it tells of the others only."""
    if not known:
        return each
    weights = {
        (person, question): weight
        for (person, question), weight in each.weights.items()
        if (person, question[len(question.partition(_VERSION)[0]) :]) not in known
    }
    return replace(each, weights=weights)


def _left(before: Sequence[PrintedSum], known: Known) -> list[PrintedSum]:
    """What was printed before, as far as it tells of answers that are not known."""
    return [rest for each in before if (rest := beyond(each, known)).weights]


@dataclass(frozen=True, slots=True)
class _Given:
    """What one respondent answered: the choices by item and field, with level and scores."""

    person: str
    level: str
    version: str
    row: ScoreRow
    choices: Mapping[tuple[str, str], Choice]


@dataclass(frozen=True, slots=True)
class _Printed:
    """A figure before it is decided whether it is shown, and how many people it comes from."""

    sum: PrintedSum
    people: int


def guarded(figure: Figure, participants: Participants, *, hidden: bool) -> Figure:
    """Return a figure as it may be shown.

    Args:
        figure: the figure.
        participants: who is shown as what.
        hidden: True for a figure that is withheld.
    """
    if participants.shows_rows:
        return figure
    if hidden or participants.withholds(figure.n):
        return Figure(figure.n, withheld=True, secondary=not participants.withholds(figure.n))
    # The ends of a range are single respondents' figures.
    return replace(figure, low=None, high=None)


@dataclass(frozen=True, slots=True)
class CountedReturns:
    """The returns of a toolkit that count: their scores, what each answers, and which it is.

    ``answers`` and ``versions`` are in the order of ``rows``. A version counts the returns of the
    same person that anything was printed from, from 0. ``known`` are those of which an earlier
    paper showed the answers one by one.
    """

    rows: tuple[ScoreRow, ...]
    answers: Sequence[Sequence[Answer]]
    versions: Sequence[int]
    known: Known = frozenset()


def hidden_figures(
    toolkit: Toolkit,
    participants: Participants,
    counted: CountedReturns,
    before: Sequence[PrintedSum] = (),
) -> frozenset[FigureKey]:
    """Return which figures of a toolkit are withheld; none where single returns are shown.

    Args:
        toolkit: the instrument.
        participants: who is shown as what.
        counted: the returns that count.
        before: what earlier outputs printed.
    """
    if participants.shows_rows:
        return frozenset()
    out, _ = _decided(toolkit, participants, counted, before)
    return frozenset(key for key in out if isinstance(key, FigureKey))


def printed_figures(
    toolkit: Toolkit,
    participants: Participants,
    counted: CountedReturns,
    before: Sequence[PrintedSum] = (),
) -> tuple[PrintedSum, ...]:
    """Return what an output over these returns printed, as sums over answers.

    Args:
        toolkit: the instrument.
        participants: who was shown as what.
        counted: the returns that counted.
        before: what still earlier outputs printed.
    """
    out, sums = _decided(toolkit, participants, counted, before)
    return tuple(each for each in sums if each.key not in out)


def _decided(
    toolkit: Toolkit,
    participants: Participants,
    counted: CountedReturns,
    before: Sequence[PrintedSum],
) -> tuple[frozenset[Hashable], list[PrintedSum]]:
    """Return which figures are withheld, and all of them as sums.

    Some readers have seen the papers that showed answers one by one, and others have not: what
    either could find out stays out.
    """
    given = _given(toolkit, counted)
    shown = {code for code, label in LEVELS.items() if label in participants.levels}
    ends = _ends_given(toolkit, given)
    printed = [
        *_items(toolkit, given, None, ends),
        *_sections(toolkit, given, None, ends),
        *_overall(toolkit, given, ends),
        *_significance(toolkit, given),
    ]
    for level in sorted({each.level for each in given} & shown):
        mine = [each for each in given if each.level == level]
        printed += [*_items(toolkit, mine, level, ends), *_sections(toolkit, mine, level, ends)]
    if shown:
        printed += _told_by_the_rest(toolkit, given, ends)
    out = _out(printed, before, participants.minimum, len(given))
    if known := counted.known:
        less = [_beyond(each, known) for each in printed]
        out |= _out(less, _left(before, known), participants.minimum, len(given))
    return frozenset(out), [each.sum for each in printed]


def _out(
    printed: Sequence[_Printed], before: Sequence[PrintedSum], minimum: int, people: int
) -> set[Hashable]:
    """The figures that are withheld from readers who know nothing but what was printed before."""
    few: set[Hashable] = {each.sum.key for each in printed if 0 < each.people < minimum}
    few |= _moved_by_few([each.sum for each in printed], before, minimum)
    rest = [each.sum for each in printed if each.sum.key not in few]
    # Where it would take minutes, the comparison figure by figure stands alone.
    together = len(before) + len(rest)
    feasible = together <= _MOST_SUMS and together * people <= _MOST_WORK
    return few | to_withhold(rest, minimum, before if feasible else ())


def _beyond(each: _Printed, known: Known) -> _Printed:
    """A figure less the answers that are known, and of how many people it tells then."""
    if not known:
        return each
    rest = beyond(each.sum, known)
    return _Printed(rest, min(each.people, len({person for person, _ in rest.weights})))


_Ends: TypeAlias = Mapping[tuple[str, str], tuple[float, float]]
"""The lowest and the highest score that anybody gave, by item and field."""


def _ends_given(toolkit: Toolkit, given: Sequence[_Given]) -> _Ends:
    """Between which scores the answers to each item lie; readers see it in how answers fall.

    Where all are the same, how they fall is not shown.
    """
    met: dict[tuple[str, str], set[float]] = {}
    for each in given:
        for place, choice in each.choices.items():
            if choice.score is not None and not choice.apart:
                met.setdefault(place, set()).add(choice.score)
    return {place: (min(s), max(s)) for place, s in met.items() if len(s) > 1}


def _told_by_the_rest(toolkit: Toolkit, given: Sequence[_Given], ends: _Ends) -> Iterable[_Printed]:
    """Sums over some levels together that would show each answer in them.

    None is printed itself, but what is printed over all and over other levels may add up to one.
    """
    levels = sorted({each.level for each in given})
    for size in range(1, len(levels)):
        for some in itertools.combinations(levels, size):
            mine = [each for each in given if each.level in some]
            name = " and ".join(("the rest:", *some))
            for each in (*_items(toolkit, mine, name, ends), *_sections(toolkit, mine, name, ends)):
                if each.sum.telling:
                    yield each


def _given(toolkit: Toolkit, counted: CountedReturns) -> list[_Given]:
    codes = {
        item.id: {choice.code: choice for choice in toolkit.scales[item.answer].choices}
        for item in toolkit.items()
        if not item.is_free
    }
    return [
        _Given(
            person_of(row.person.issued),
            row.person.issued.level,
            version_mark(version),
            row,
            _choices(codes, said),
        )
        for row, said, version in zip(counted.rows, counted.answers, counted.versions, strict=True)
    ]


def person_of(issued: Issued) -> str:
    """Return by what name a respondent goes in sums over answers, in every round the same."""
    return f"{issued.identity.partner}/{issued.identity.respondent}"


def sums_over(
    toolkit: Toolkit, counted: CountedReturns, who: Mapping[FigureKey, frozenset[str]]
) -> dict[FigureKey, PrintedSum]:
    """Return figures that are printed over some of the respondents only, as sums over answers.

    Args:
        toolkit: the instrument.
        counted: the returns that count.
        who: for each figure (of an item, a section or the whole) those it is over.
    """
    given = _given(toolkit, counted)
    return {
        key: _sum_over(toolkit, key, [each for each in given if each.person in people])
        for key, people in who.items()
    }


def _sum_over(toolkit: Toolkit, key: FigureKey, given: Sequence[_Given]) -> PrintedSum:
    _, _, view = key.field.partition(":")
    if key.kind == "item":
        places = [(key.of, key.field)]
    else:
        sections = (each for each in toolkit.sections if key.kind != "section" or each.id == key.of)
        places = [place for each in sections for place in _places(toolkit, each, view)]
    weights: dict[tuple[str, str], float] = {}
    picked: list[tuple[str, str]] = []
    for each in given:
        own = {place: each.choices[place] for place in places if place in each.choices}
        own = {place: choice for place, choice in own.items() if not choice.apart}
        part = 1.0 if toolkit.scoring.rule == "sum" or not own else 1 / len(own)
        weights |= {(each.person, f"{item} {field}{each.version}"): part for item, field in own}
        picked += [(item, choice.code) for (item, _), choice in own.items()]
    scale = toolkit.scales[toolkit.item(places[0][0]).answer]
    chosen = [scale.by_code(code) for _, code in picked] if key.kind == "item" else []
    if key.kind != "item":
        chosen = [toolkit.scales[toolkit.item(item).answer].by_code(code) for item, code in picked]
    alike = len({choice.code for choice in chosen}) == 1
    telling = bool(chosen) and (alike or _at_an_end(scale, chosen))
    # Named apart from the same figure over all: it is another sum.
    return PrintedSum(("both", key), _WORTH[key.kind], weights, telling)


def withheld_beside(
    sums: Sequence[PrintedSum],
    before: Sequence[PrintedSum],
    minimum: int,
    known: Known = frozenset(),
) -> frozenset[Hashable]:
    """Return the keys of sums that may not be printed beside what was printed before.

    Args:
        sums: the figures, over some of the respondents.
        before: the figures over all of them, and all else that was printed of their answers.
        minimum: the fewest people that a combination of figures may tell of.
        known: the returns of which an earlier paper showed the answers one by one, to some readers.
    """
    out = _out_beside(sums, before, minimum)
    if known:
        less = [beyond(each, known) for each in sums]
        out |= _out_beside(less, _left(before, known), minimum)
    return out


def _out_beside(
    sums: Sequence[PrintedSum], before: Sequence[PrintedSum], minimum: int
) -> frozenset[Hashable]:
    """The sums that are withheld from readers who know nothing but what was printed before."""
    people = {
        each.key: {person for person, _ in each.weights} for each in (*sums, *before)
    }  # fmt: skip
    few: set[Hashable] = {each.key for each in sums if 0 < len(people[each.key]) < minimum}
    few |= {each.key for each in sums if each.telling}
    for each in sums:
        for one in before:
            apart = each.weights.items() ^ one.weights.items()
            if apart and len({person for (person, _), _ in apart}) < minimum:
                few.add(each.key)
    rest = [each for each in sums if each.key not in few]
    everyone = {person for each in before for person, _ in each.weights}
    together = len(before) + len(rest)
    if together > _MOST_SUMS or together * len(everyone) > _MOST_WORK:
        # Where looking at all together would take minutes, only the fewest figures are shown.
        rest = [each for each in rest if each.worth < _WORTH["item"]]
        few |= {each.key for each in sums if each.worth >= _WORTH["item"]}
        names = {each.key for each in rest}
        before = [each for each in before if each.worth < _WORTH["item"] or each.key in names]
    return frozenset(few | to_withhold(rest, minimum, before))


def _moved_by_few(
    sums: Sequence[PrintedSum], before: Sequence[PrintedSum], minimum: int
) -> set[Hashable]:
    """The figures that differ from the same figure in an earlier output by too few people."""
    moved: set[Hashable] = set()
    earlier: dict[Hashable, list[PrintedSum]] = {}
    for each in before:
        earlier.setdefault(each.key, []).append(each)
    for each in sums:
        for one in earlier.get(each.key, ()):
            apart = each.weights.items() ^ one.weights.items()
            if 0 < len({person for (person, _), _ in apart}) < minimum:
                moved.add(each.key)
    return moved


def _choices(
    codes: Mapping[str, Mapping[str, Choice]], said: Iterable[Answer]
) -> dict[tuple[str, str], Choice]:
    return {
        (answer.item, answer.field): codes[answer.item][str(answer.value)]
        for answer in said
        if answer.item in codes and answer.field.startswith("answer") and answer.value != ""
    }


def _printed(
    key: FigureKey,
    weights: Mapping[tuple[str, str], float],
    people: int,
    *,
    telling: bool,
    section: str = "",
) -> _Printed:
    # A level's means on a section and on its items stand or fall together: else a reader would
    # look for a reason in every gap, and 36 questions would be looked at one by one.
    together = None if key.level is None else (section, key.field, key.level)
    return _Printed(PrintedSum(key, _WORTH[key.kind], weights, telling, together), people)


def _items(
    toolkit: Toolkit, given: Sequence[_Given], level: str | None, ends: _Ends
) -> Iterable[_Printed]:
    """How answers fall on each item; of a level, only the mean is printed."""
    for section in toolkit.all_sections:
        for item in section.items:
            if item.is_free or (level is not None and not counts_towards(toolkit, section, item)):
                continue
            scale = toolkit.scales[item.answer]
            for field in item.answer_fields:
                place = (item.id, field)
                picked = {e.person: e.choices[place] for e in given if place in e.choices}
                proper = {person: one for person, one in picked.items() if not one.apart}
                versions = {each.person: each.version for each in given}
                weights = {
                    (person, f"{item.id} {field}{versions[person]}"): 1.0
                    for person in proper or picked
                }
                alike = len({choice.code for choice in picked.values()}) == 1
                if level is not None:
                    alike = bool(proper) and _at_an_end(scale, proper.values(), ends.get(place))
                kind: FigureKind = "item" if level is None else "item level"
                yield _printed(
                    FigureKey(kind, item.id, field, level), weights, len(proper) or len(picked),
                    telling=alike, section=section.id,
                )  # fmt: skip


def _sections(
    toolkit: Toolkit, given: Sequence[_Given], level: str | None, ends: _Ends
) -> Iterable[_Printed]:
    """The score of each section by the toolkit's rule; for levels and shares, the whole share."""
    rule = toolkit.scoring.rule
    kind: FigureKind = "section" if level is None else "section level"
    if rule == "none" or (level is None and rule in ("levels", "share")):
        # Shares over everybody are taken from the items' counts, and tell nothing beside them.
        return
    for section in toolkit.sections:
        for view in toolkit.standpoints:
            places = _places(toolkit, section, view)
            mine = [each for each in given if _counts(each, section.id, view, rule)]
            if places and mine:
                key = FigureKey(kind, section.id, answer_field(view), level)
                yield _score(toolkit, key, mine, places, ends, section=section.id)


def _places(toolkit: Toolkit, section: Section, view: str) -> list[tuple[str, str]]:
    """Item and field of the answers that count in a section's score."""
    return [(item.id, answer_field(view)) for item in figured_items(toolkit, section, view)]


def _counts(each: _Given, section: str, view: str, rule: str) -> bool:
    """True when somebody's answers are in a section's score."""
    try:
        score = each.row.card.section(section, view)
    except KeyError:
        return False
    return bool(score.answered) if rule in ("levels", "share") else score.score is not None


def _overall(toolkit: Toolkit, given: Sequence[_Given], ends: _Ends) -> Iterable[_Printed]:
    """The score over all sections, from everybody who has one."""
    if not toolkit.scoring.overall or toolkit.scoring.rule not in ("sum", "mean"):
        return
    for view in toolkit.standpoints:
        places = [
            place for section in toolkit.sections for place in _places(toolkit, section, view)
        ]
        mine = [
            each
            for each in given
            if any(one.view == view and one.score is not None for one in each.row.card.overall)
        ]
        if mine and places:
            yield _score(toolkit, FigureKey("overall", "", answer_field(view)), mine, places, ends)


def _score(
    toolkit: Toolkit,
    key: FigureKey,
    given: Sequence[_Given],
    places: Sequence[tuple[str, str]],
    ends: _Ends,
    *,
    section: str = "",
) -> _Printed:
    """A total or mean of these answers: in a mean, each return's answers have equal parts."""
    weights: dict[tuple[str, str], float] = {}
    picked: list[Choice] = []
    all_lowest = all_highest = True
    for each in given:
        own = {place: each.choices[place] for place in places if place in each.choices}
        own = {place: choice for place, choice in own.items() if not choice.apart}
        all_lowest &= all(at in ends and one.score == ends[at][0] for at, one in own.items())
        all_highest &= all(at in ends and one.score == ends[at][1] for at, one in own.items())
        part = 1 / len(own) if toolkit.scoring.rule == "mean" and own else 1.0
        weights |= {(each.person, f"{item} {field}{each.version}"): part for item, field in own}
        picked += own.values()
    scale = toolkit.scales[toolkit.scoring.scale]
    telling = bool(picked) and (_at_an_end(scale, picked) or all_lowest or all_highest)
    return _printed(key, weights, len(given), telling=telling, section=section)


def _significance(toolkit: Toolkit, given: Sequence[_Given]) -> Iterable[_Printed]:
    """What the sections weigh: the mean of a closing question."""
    for item in toolkit.items():
        if item.weighs:
            picked = {e.person: e.choices[item.id, "answer"] for e in given
                      if (item.id, "answer") in e.choices}  # fmt: skip
            versions = {each.person: each.version for each in given}
            weights = {(person, f"{item.id} answer{versions[person]}"): 1.0 for person in picked}
            telling = bool(picked) and _at_an_end(toolkit.scales[item.answer], picked.values())
            yield _printed(
                FigureKey("significance", item.weighs), weights, len(picked), telling=telling
            )


def _at_an_end(
    scale: Scale, picked: Iterable[Choice], given: tuple[float, float] | None = None
) -> bool:
    """True when a mean of these choices lies at an end of its range, and so tells each of them.

    Args:
        scale: the scale.
        picked: the choices.
        given: between which scores all answers lie, where readers know.
    """
    counts = Counter(choice.code for choice in picked)
    if has_scores(scale):
        scores = {c.code: c.score for c in scale.substantive if c.score is not None}
        met = {scores[code] for code in counts if code in scores}
        ends = {min(scores.values()), max(scores.values()), *(given or ())}
        return len(met) == 1 and met <= ends
    good = {choice.code for choice in favourable(scale)}
    return counts.keys() <= good or not counts.keys() & good
